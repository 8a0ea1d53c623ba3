"""A scene with the variables that were found for it, as one operation."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.names import DATA, is_truth, meant_by, stem_of
from charmlp.doctor.operation.numpy_code.trying.choices import Key
from charmlp.doctor.operation.numpy_code.trying.judging import Solution, gradients, leaves_of, outputs_led
from charmlp.doctor.operation.numpy_code.trying.runs import Run
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene, takes_the_same
from charmlp.doctor.operation.numpy_code.trying.search import solved
from charmlp.doctor.operation.source import source_of

COST = re.compile(
    r"cost|loss|entropy|mse|error|objective|likelihood|divergence|nll|energy|partition|similarity|rmse|j",
    re.IGNORECASE,
)
MOST_SECONDS = 4.0  # of processor time, for all scenes of one gradient


Candidate = tuple[Scene, tuple[str, ...], bool]  # how gradients may be read; whether names fit


@dataclass(frozen=True)
class Tried:
    """Scenes of one gradient, the likeliest first: that counts whose gradients are right, else the best."""

    scenes: Sequence[Candidate]
    kept: dict[Any, Any] = field(default_factory=dict)

    def found(self, sizes: Sizes) -> tuple[Scene, Solution] | None:
        """Looked for once, at the sizes that are asked for first."""
        if "found" not in self.kept:
            self.kept["found"] = self.look(sizes)
        return self.kept["found"]

    def look(self, sizes: Sizes) -> tuple[Scene, Solution] | None:
        shown = [(replace(s, is_shown=True), r, likely) for s, r, likely in self.scenes if s.kind is not None]
        return self.best_of(self.scenes, sizes) or self.best_of(shown, sizes)

    def best_of(self, scenes: Sequence[Candidate], sizes: Sizes) -> tuple[Scene, Solution] | None:
        best: tuple[Scene, Solution] | None = None
        start = time.process_time()
        for scene, readings, is_likely in scenes:
            if best is not None and time.process_time() - start > MOST_SECONDS:
                break
            solution = solved(scene, sizes, readings)
            if solution is None or not (is_likely or solution.is_telling):
                continue
            learnt = {key.partition(".")[0] for key in solution.of}
            learnt = {name for name in learnt if not is_given(name) or scene.use(name).is_changed}
            draws = "random" in source_of(scene.gradient.call)  # weights of its own, where it trains
            if not solution.is_right and scene.gradient_has_steps and (not learnt or draws):
                continue  # nobody learns data
            if best is None or solution.is_right or solution.is_turned:
                best = scene, solution
            if solution.settles:
                break
        return best

    def make(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        found = self.found(sizes)
        if found is None:
            raise CannotExamineError("no-inputs-found", name=self.scenes[0][0].gradient.name)
        return written(*found, sizes, dtype)

    @property
    def readings(self) -> tuple[Make, ...]:
        return (self.make,)


def written(scene: Scene, solution: Solution, sizes: Sizes, dtype: np.dtype) -> HandWritten:
    state = solution.state
    first = Run(scene, state, sizes)
    leaves = {key: np.asarray(leaf, dtype) for key, leaf in leaves_of(first).items() if key in solution.of}
    names = {key: shown(key) for key in leaves}
    led = outputs_led(scene, state)

    def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
        given = {key: plain(value) for key, value in zip(leaves, values, strict=False)}
        outputs = Run(scene, state, sizes, given).value()
        if not led:
            outputs = [outputs[0].reshape(())]

        def backward(upstream: Outputs) -> Sequence[Any]:
            ran = Run(scene, state, sizes, given, upstream)
            ran.value()
            everything = leaves_of(ran)
            found = gradients(ran, solution.reading, everything)
            each = [found.get(key) for key in leaves]
            return each if led else [times(one, upstream[0]) for one in each]

        return tuple(outputs), backward

    is_loss = not led or COST.search(scene.value.name)
    title = f"{meant_by(scene.value.name)}_network" if is_loss else meant_by(scene.value.name)
    letters = first.sizes
    return HandWritten(
        run, title, tuple(names.values()), parameters=dict(enumerate(leaves.values())),
        sizes={"N": letters["N"], "C": letters["K"]},
        is_step=scene.gradient_has_steps,
        is_tried=True,
        is_guess=is_guess(scene, solution),
        is_helper=True,  # what goes into it is decided by whoever calls it
        note=None
        if scene.is_both
        else phrase("value-and-gradient", value=scene.value.name, gradient=scene.gradient.name),
    )  # fmt: skip


def is_guess(scene: Scene, solution: Solution) -> bool:
    """Whether nothing says that the two functions belong together: no name, and no use of both alike."""
    by = re.fullmatch(r"d(\w+?)_?d\w+", scene.gradient.name)  # df_dw says that it is the gradient of f
    says = by is not None and by[1] == scene.value.name
    used_alike = solution.is_of_example and takes_the_same(scene) and not outputs_led(scene, solution.state)
    by_name = says or stem_of(scene.value.name) == stem_of(scene.gradient.name)
    return not (scene.is_both or by_name or used_alike)


def is_given(name: str) -> bool:
    """Whether it is the name of data, or of what should come of them."""
    return bool(DATA.fullmatch(name)) or is_truth(name)


def plain(value: Any) -> Any:
    return np.array(value) if np.ndim(value) else float(value)


def shown(key: Key) -> str:
    """A leaf as one writes it: W1, weights[0], layers[1].w."""
    steps = key.split(".")
    if steps[-1].isdigit():
        return f"{steps[-2]}[{steps[-1]}]"
    return f"{steps[0]}[{steps[1]}].{steps[2]}" if len(steps) == 3 and steps[1].isdigit() else steps[-1]
