"""What people do wrong that the doctor has no row for, by operation: a mistake, and what comes of it.

The doctor reads backward passes; these are the slips of a pencil: another example's row, a step forgotten.
Each table is operation → mistake → formulas of the operation's roles. A formula of a role that a step has not
(`before`: the values before the activation) is left out there. The words are `slip.NAME` in words/.
"""

from charmlp.course.exercises.slips import derivatives, network, updates
from charmlp.course.exercises.step import Slip

SLIPS = {
    operation: tuple(Slip(mistake, function) for mistake, some in mistakes.items() for function in some)
    for table in (network.TABLE, derivatives.TABLE, updates.TABLE)
    for operation, mistakes in table.items()
}
