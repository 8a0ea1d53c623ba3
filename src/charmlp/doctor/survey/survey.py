"""Which of a file's gradients were examined.

Every statement that computes one is watched while an operation runs again. Of an operation that is right, a
statement counts whose value, made another one, makes the gradients others that were judged: what changes
nothing, nobody has looked at. Of one that is mistaken, all count that ran.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.diagnosis import MISTAKEN, Diagnosis, NotExamined
from charmlp.doctor.mistake import Phrase, phrase
from charmlp.doctor.operation.code import altered, running_with
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code.held import loops as held_loops
from charmlp.doctor.operation.subject import quiet_and_seeded
from charmlp.doctor.setups.trial import Trial, is_label
from charmlp.doctor.survey.parts import Part, Piece, Place, parts_of, place_of

WATCHED = "__charmlp_watched__"
Gradients = list[Any] | None


class Survey:
    """What is known of one module so far."""

    def __init__(self, module: ModuleType, pieces: Sequence[Piece], known: Mapping[str, Any]) -> None:
        self.parts = parts_of(module, pieces)
        # functions and classes of which a diagnosis says why they were not examined
        self.told: set[str] = set(known.get("told", ()))
        self.right: list[str] = list(known.get("right", ()))
        self.own: set[str] = set(known.get("own", ()))  # the functions that the examined things are
        for part, ran, seen in zip(self.parts, known.get("ran", ()), known.get("seen", ()), strict=False):
            part.ran, part.seen = set(ran), set(seen)
        self.running: set[tuple[int, int]] = set()  # what has run in this run
        self.changed: tuple[int, int] | None = None  # whose value is another one in this run

    @property
    def known(self) -> dict[str, Any]:
        """What another process must know to go on."""
        ran, seen = ([sorted(getattr(part, of)) for part in self.parts] for of in ("ran", "seen"))
        return {
            "told": sorted(self.told), "right": self.right, "own": sorted(self.own), "ran": ran, "seen": seen
        }  # fmt: skip

    # What one diagnosis looked at

    def take(self, diagnosis: Diagnosis, name: str, thing: Any) -> None:
        """The diagnosis of a thing that has this name in the file."""
        with quiet_and_seeded(), suppress(Exception, SystemExit):  # the thing is somebody's code
            self.look(diagnosis, name, thing)

    def look(self, diagnosis: Diagnosis, name: str, thing: Any) -> None:
        self.own |= {part.name for part in self.parts_of(thing)}
        if diagnosis.reason is not None or diagnosis.unwritten is not None:
            self.tell(name, thing)
            return
        if diagnosis:
            self.right.append(name)
        with self.watching():
            for trial in diagnosis.trials:
                self.look_at(trial, diagnosis.verdict == MISTAKEN)
                if (reused := trial.subject.reused) is not None:  # where gradients are added up
                    self.look_at(Trial(reused, [trial.values[0]]), diagnosis.verdict == MISTAKEN)
        for part in self.parts_of(thing):
            if part.code is None or not diagnosis.trials:  # nothing was seen of it
                part.ran = part.seen = set(range(len(part.spots)))
        for part in self.parts:  # a function of which a loop was examined, on the variables of its module
            if part.name == name and not part.ran and diagnosis.trials:
                part.ran = part.seen = set(range(len(part.spots)))
        if diagnosis.trials:
            self.look_at_loops(thing)
        places = places_in(thing)
        for part in self.parts:  # slopes that stand in a table
            lines = enumerate(map(part.line_of, part.spots))
            part.seen |= {i for i, line in lines if not part.name and (part.place[0], line) in places}

    def look_at_loops(self, thing: Any) -> None:
        """A training loop was examined as it stands: all that it does has been looked at."""
        loops = (
            [held_loops.lines_of(function) for function in thing.code] if isinstance(thing, Written) else []
        )
        for file, lines in filter(None, loops):
            for part in self.parts:
                is_there = part.place[0] in (file, f"{file}:{lines.start}")
                inside = {i for i, s in enumerate(part.spots) if is_there and part.line_of(s) in lines}
                part.ran |= inside
                part.seen |= inside

    def tell(self, name: str, thing: Any) -> None:
        """A diagnosis says why this was not examined."""
        others = thing.others if isinstance(thing, Written) else ()
        self.told |= {name.partition("[")[0], *others, *(part.name for part in self.parts_of(thing))}

    def parts_of(self, thing: Any) -> list[Part]:
        """The functions that it is, as far as it says so."""
        if not isinstance(thing, Written):
            prefix = f"{getattr(thing, '__qualname__', None)}."
            return [part for part in self.parts if part.name.startswith(prefix)]
        places = places_in(thing)
        return [part for part in self.parts if part.place in places]

    def look_at(self, trial: Trial, mistaken: bool) -> None:
        gradients, ran = self.run(trial)
        for number, index in ran:
            self.parts[number].ran.add(index)
            if mistaken:
                self.parts[number].seen.add(index)
        for number, index in sorted(ran):
            if index not in self.parts[number].seen:
                changed, _ = self.run(trial, (number, index))
                # else it is nothing that can be changed, or the loss, whose differences were taken
                if differ(gradients, changed) or self.changed is None or self.is_value(trial, number, index):
                    self.parts[number].seen.add(index)

    def is_value(self, trial: Trial, number: int, index: int) -> bool:
        """Whether a statement computes what is differentiated."""
        self.running, self.changed = set(), (number, index)
        try:
            outputs = trial.forward(trial.values)
        except Exception:
            return False
        return any(not np.array_equal(*pair) for pair in zip(outputs, trial.outputs, strict=True))

    def run(
        self, trial: Trial, changed: tuple[int, int] | None = None
    ) -> tuple[Gradients, set[tuple[int, int]]]:
        """The gradients that are judged, and which statements ran."""
        self.running, self.changed = set(), changed
        returned = trial.returned(trial.record(trial.upstreams[0]))
        if returned is not None:
            returned = [g for i, g in enumerate(returned) if i >= len(trial.values) or is_judged(trial, i)]
        return returned, self.running

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts, the values of the statements go through `value_of`."""
        with ExitStack() as stack:
            for number, part in enumerate(self.parts):
                if part.code is not None and len(part.seen) < len(part.spots):
                    places = [((number, index), spot.slot) for index, spot in enumerate(part.spots)]
                    try:
                        stack.enter_context(running_with(part.code, WATCHED, self.value_of, places))
                    except (SyntaxError, ValueError):
                        part.code = None
            yield

    def value_of(self, spot: tuple[int, int], value: Any) -> Any:
        self.running.add(spot)
        if spot != self.changed:
            return value
        other = altered(value)
        self.changed = None if other is value else spot
        return other

    # What is left

    def left(self, *, own: bool = False) -> list[NotExamined]:
        """All that was not examined, and of which no diagnosis says so; of the things' own functions only."""
        parts = [part for part in self.parts if not own or part.name in self.own]
        return [one for part in parts if not self.is_told(part.name) for one in left_of(part)]

    def is_told(self, name: str) -> bool:
        return any(name == told or name.startswith(f"{told}.") for told in self.told)


def places_in(thing: Any) -> set[Place]:
    """Where the functions begin that NumPy code is."""
    return {place_of(function) for function in thing.code} if isinstance(thing, Written) else set()


def is_judged(trial: Trial, position: int) -> bool:
    """Whether a gradient is compared with the right one, or is one of labels, which nobody needs."""
    slots = trial.arrangement.slots
    of_labels = slots[position].role.constant if slots else is_label(trial.subject.name_of(position))
    return trial.wants[position] or of_labels


def left_of(part: Part) -> Iterator[NotExamined]:
    """What of a function, or of a file's top level, was not examined."""
    every = set(range(len(part.spots)))
    if not part.name:
        if missed := every - part.seen:
            yield of_part(part, missed, phrase("left-top"))
    elif not part.ran:
        yield of_part(part, every, phrase("left-alone"))
    else:
        if missed := every - part.ran:
            yield of_part(part, missed, phrase("left-line"))
        if unread := part.ran - part.seen:
            yield of_part(part, unread, phrase("left-unread"))


def of_part(part: Part, indices: set[int], reason: Phrase) -> NotExamined:
    return NotExamined(part.name, min(part.line_of(part.spots[i]) for i in indices), reason, part.cell)


def differ(one: Gradients, other: Gradients) -> bool:
    if one is None or other is None or len(one) != len(other):
        return one is not other
    return any(is_other(*pair) for pair in zip(one, other, strict=True))


def is_other(one: Any, other: Any) -> bool:
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return type(one) is not type(other)
    return one.shape != other.shape or not np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
