"""Forward as its backward may take it: where it rounds, or takes a sign, something with a slope stands in.

A straight-through gradient is no derivative of forward, but that of forward with another function in the
place of each step. What that is, is a convention; once it is chosen, all the rest can be judged.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

ROUNDS = {"round", "floor", "ceil", "trunc", "fix", "round_", "floor_", "ceil_", "trunc_"}
SIGNS = {"sign", "sgn", "sign_", "sgn_"}
CUTS = {"clamp", "clip", "clamp_min", "clamp_max", "hardtanh", "minimum", "maximum", "clamp_", "clip_"}
StandIn = Callable[[Tensor], Tensor]

# By name: what may stand in for a step, but for a constant
STAND_INS: Mapping[str, StandIn] = {
    "1": lambda x: x,
    "[−1 ≤ x ≤ 1]": lambda x: x.clamp(-1, 1),
    "[0 ≤ x ≤ 1]": lambda x: x.clamp(0, 1),
}


class StepsLedThrough(TorchFunctionMode):
    """While it lasts, each step is its stand-in plus a constant: what it differed by in the first run.

    So forward's values are what they were there. Without a `residue`, the stand-in alone. Where one
    `cuts_first`, what is cut as soon as it is rounded is taken as if it were cut before.
    """

    def __init__(self, stand_in: StandIn, *, residue: bool, cuts_first: bool) -> None:
        super().__init__()
        self.stand_in, self.residue, self.cuts_first = stand_in, residue, cuts_first
        self.apart: list[Tensor] = []
        self.times: int | None = None  # how many steps this run has taken; None in the first
        self.last: tuple[Tensor, Tensor] | None = None  # what came of the last step, and its stand-in alone

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        x = args[0] if args and isinstance(args[0], Tensor) else None
        if x is not None and name in ROUNDS | SIGNS:
            there = self.stand_in(x.detach().clone())
        elif self.cuts_first and name in CUTS and self.last is not None and x is self.last[0]:
            there = func(self.last[1].clone(), *args[1:], **(kwargs or {}))
        else:
            return func(*args, **(kwargs or {}))
        value = func(*args, **(kwargs or {}))
        led = there + self.constant(value - there) if self.residue else there
        result = value.copy_(led) if name.endswith("_") else led
        self.last = result, there
        return result

    def constant(self, here: Tensor) -> Tensor:
        """What the value differs by from its stand-in in the first run, or, of another shape, here."""
        if self.times is None:
            self.apart.append(here)
            return here
        self.times += 1
        known = self.apart[self.times - 1] if self.times <= len(self.apart) else here
        return known if known.shape == here.shape else here


def led_through(
    call: Callable[[Sequence[Any]], Any],
    values: Sequence[Any],
    stand_in: str,
    residue: bool,
    cuts_first: bool,
) -> Callable[[Sequence[Any]], Any]:
    """The call, near these values, with stand-ins for its steps."""
    mode = StepsLedThrough(STAND_INS[stand_in], residue=residue, cuts_first=cuts_first)

    def run(given: Sequence[Any]) -> Any:
        with mode:
            return call(given)

    with torch.no_grad():
        run(values)

    def again(given: Sequence[Any]) -> Any:
        mode.times = 0
        return run(given)

    return again
