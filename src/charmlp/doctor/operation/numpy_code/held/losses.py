"""The losses that a held call may descend: those that a function computes, or usual ones of what was seen."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.held.calls import SLOPE, SURE, SURELY, HeldCall, Seen
from charmlp.doctor.operation.numpy_code.losses.implied import LOSSES
from charmlp.doctor.operation.numpy_code.names import DATA, is_truth

FORWARD = re.compile(
    r"\w*(forward|predict|feed|think|send|activate|output|query|run|compute|propagate|guess|evaluate|estimate|out|y_?hat"
    r"|probs?|calc)\w*|h|p|a|o",
    re.IGNORECASE,
)
COST = re.compile(r"\w*(?i:cost|loss|error|mse|entropy|objective)\w*|[LJ]")
WANTED = re.compile(r"\w*(target|desired|expected|want|goal|ideal|label|truth|correct)\w*", re.IGNORECASE)
WHOLE = re.compile(r"(total_?|whole_)?(loss|cost)", re.IGNORECASE)
SQUARES = next(iter(LOSSES))
NO_PREDICTION = re.compile(r"cost|loss|entropy|error|criterion", re.IGNORECASE)
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Loss:
    """A loss that is seen in a run: a value of its own, or a usual one of a prediction and what is wanted."""

    value: str
    wanted: str = ""
    text: str = ""
    of_columns: bool = False  # the samples

    def of(self, seen: Seen) -> float:
        if not self.text:
            return float(seen.values[self.value])
        y, t = seen.values[self.value], seen.values[self.wanted]
        if t.size == 1 < y.size:
            t = np.eye(y.size)[int(t.ravel()[0])]
        if y.shape != t.shape or y.ndim != 2:
            y, t = y.reshape(1, -1), t.reshape(1, -1)
        return float(LOSSES[self.text](y.T, t.T) if self.of_columns else LOSSES[self.text](y, t))

    @property
    def is_sure(self) -> bool:
        """Whether it is what a function computes that is called a loss."""
        return not self.text and self.value.startswith(SURE)

    @property
    def is_returned(self) -> bool:
        """Whether it is what such a function returns while it learns."""
        return not self.text and "()" in self.value and bool(SURELY.fullmatch(plain(self.value)))

    @property
    def is_likely(self) -> bool:
        """Whether names say that it is of a prediction, and of what is wanted."""
        return self.text == SQUARES and self.is_named  # that others fit nearly says nothing

    @property
    def is_named(self) -> bool:
        is_wanted = WANTED.fullmatch(plain(self.wanted)) or is_truth(plain(self.wanted))
        if NO_PREDICTION.search(self.value):
            return False
        of_forward = FORWARD.fullmatch(plain(self.value)) and not SLOPE.fullmatch(plain(self.value))
        return bool(of_forward and is_wanted)

    def is_variable_of(self, call: HeldCall) -> bool:
        """Whether it is a variable of what learns that is called a loss."""
        is_its = self.value.startswith(call.function.__name__ + ".")
        return is_its and not self.text and bool(SURELY.fullmatch(plain(self.value)))

    def is_shown(self, seen: Seen) -> bool:
        """Whether the difference is seen of which it is a loss."""
        if not self.text:
            return False
        y, t = seen.values[self.value], seen.values[self.wanted]
        return y.shape == t.shape and any(
            np.array_equal(abs(value), abs(y - t)) for value in seen.values.values() if value.shape == y.shape
        )

    @property
    def title(self) -> str:
        return self.text or plain(self.value)


def losses(base: Seen, others: Sequence[Seen]) -> Iterator[Loss]:
    """The losses that a run may be of: values of its own, or of a prediction and of what is wanted."""
    depends = [key for key in base.values if any(differs(key, base, other) for other in others)]
    own = [key for key in depends if key.startswith(SURE) or is_cost(key, base.values[key])]
    yield from map(Loss, own)
    fixed = [key for key in base.values if key not in depends and "()" not in key]
    wanted = [key for key in fixed if not DATA.fullmatch(plain(key)) and not RATE.fullmatch(plain(key))]
    wanted.sort(key=lambda key: not (WANTED.fullmatch(plain(key)) or is_truth(plain(key))))
    for y, t, text in itertools.product(depends, wanted, LOSSES):
        sizes = base.values[y].size, base.values[t].size
        if sizes[0] == sizes[1] or (sizes[1] == 1 and sizes[0] > 1 and is_class(base.values[t], sizes[0])):
            yield Loss(y, t, text)
            if base.values[y].ndim == 2 and text.endswith("/ N"):
                yield Loss(y, t, text, of_columns=True)


def differs(key: str, one: Seen, other: Seen) -> bool:
    """Whether something that was seen under a name is another in another run."""
    value = other.values.get(key)
    return value is not None and value.shape == one.values[key].shape and (value != one.values[key]).any()


def samples_of(seen: Seen) -> int:
    """How many samples are learnt at once, as targets tell that were seen last; 1 where none do."""
    counts = [len(value) for key, value in seen.values.items() if is_truth(plain(key)) and value.ndim]
    return counts[-1] if counts else 1


def is_cost(key: str, value: Array) -> bool:
    return value.size == 1 and bool(COST.fullmatch(plain(key))) and not SLOPE.fullmatch(plain(key))


def is_class(value: Array, count: int) -> bool:
    number = float(value.ravel()[0])
    return number == int(number) and 0 <= number < count <= MOST_CLASSES


def plain(key: str) -> str:
    """The name of a variable, or of the function that returned a value."""
    return key.partition("/")[0].rpartition(".")[2].removesuffix("()")


def is_only_loss(loss: Loss, seen: Seen, call: HeldCall) -> bool:
    """Whether it is not one of several losses of a loop, whose sum may be meant."""
    every = {plain(key) for key in seen.values if Loss(key).is_variable_of(call)}
    return not loss.is_variable_of(call) or len(every) == 1 or WHOLE.fullmatch(plain(loss.value)) is not None
