"""How far a homework is: each task judged alone, in a process of its own, with the mistake where it is wrong.

check_folder(Path("homework"))      a `Result` for each of `charmlp.course.tasks.TASKS`

supervisor.py    processes, one after the other, on copies of the files
worker.py        the process; judging.py: one task in it
modules.py       a student's file among right ones (reference.py), so that one cause costs one task
operations.py    the Functions, by the gradient doctor     structure.py    the MLP
steps.py         the training step                         predictions.py  the prediction
program.py       all together: one step, a short training
results.py       what is said, as plain data               words/          the sentences
"""

from charmlp.course.checking.supervisor import check_folder

__all__ = ["check_folder"]
