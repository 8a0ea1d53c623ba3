"""Writes docs/doctor-gradcheck.md: what torch's gradcheck and the doctor say to each wrong implementation.

python docs/gradcheck.py            writes the page
python docs/gradcheck.py --check    status 1 where the page is not what they say
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.autograd import gradcheck

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # for tests.mistakes, where run as a script

from tests.mistakes.manifest import RIGHT, WRONG
from tests.mistakes.specimens import SIZES, Specimen, load, make_inputs

from charmlp.doctor import examine
from charmlp.doctor.catalogue import ROWS

PAGE = Path(__file__).with_name("doctor-gradcheck.md")
HEAD = """\
# gradcheck beside the doctor

[The doctor](doctor.md) · written by `python docs/gradcheck.py`

The {wrong} wrong implementations of [tests/mistakes](../tests/mistakes) were written without knowing how the
doctor works. `torch.autograd.gradcheck` gets each with float64 inputs of both signs (float32 where it takes
no other), parameters included, N = {N}; *passes* means that the mistake stays hidden. A number is a row of
the doctor's [table of mistakes](doctor.md#what-it-recognises).

| | finds that something is wrong | names the mistake |
|---|---|---|
| gradcheck | {found} of {wrong} | – |
| gradcheck, `fast_mode=True` | {fast_found} of {wrong} | – |
| the doctor | {examined} of {wrong} | {named} of {wrong} |

Of the {right} right implementations there, gradcheck refuses {gradcheck_refuses} (float32 is too coarse for
its step) and the doctor {refused}.

| File | Kind | What is wrong | Row | gradcheck | fast | Doctor |
|---|---|---|---|---|---|---|
"""


def operation(specimen: Specimen) -> Callable[..., Any]:
    """What a user would hand to gradcheck: for a module, a function of its inputs and its parameters."""
    target = getattr(load(specimen.path), specimen.target)
    if specimen.target_is == "Function":
        return target.apply  # type: ignore[no-any-return]
    if specimen.target_is == "function":
        return target  # type: ignore[no-any-return]
    torch.manual_seed(0)
    module = eval(specimen.build, {specimen.target: target, **SIZES[0]}).to(specimen.dtype)
    names = [name for name, _ in module.named_parameters()]

    def call(*values: torch.Tensor) -> torch.Tensor:
        n = len(values) - len(names)
        parameters = dict(zip(names, values[n:], strict=True))
        return torch.func.functional_call(module, parameters, values[:n])  # type: ignore[no-any-return]

    return call


def passes(specimen: Specimen, *, fast: bool) -> bool:
    """Whether gradcheck finds nothing; whatever it raises counts as found."""
    inputs = [
        value.requires_grad_(name in specimen.differentiable and name != "t")
        for name, value in make_inputs(specimen).items()
    ]
    function = operation(specimen)
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # float32 inputs
            # copies: an operation in place is refused on leaves, right or wrong
            return bool(gradcheck(lambda *v: function(*(x.clone() for x in v)), inputs, fast_mode=fast))
    except Exception:
        return False


def doctors(specimen: Specimen) -> tuple[str, set[int | None]]:
    """The doctor's verdict and the rows that it names."""
    diagnosis = examine(getattr(load(specimen.path), specimen.target))
    return diagnosis.verdict, {mistake.row for mistake in diagnosis.mistakes}


def row_text(rows: Any) -> str:
    return ", ".join("–" if row is None else str(row) for row in sorted(rows, key=lambda row: row or 99))


def page() -> str:
    """The whole page."""
    torch.set_num_threads(1)
    lines, found, fast_found, examined, named = [], 0, 0, 0, 0
    for specimen in sorted(WRONG, key=lambda s: (s.rows, s.file)):
        hidden, hidden_fast = passes(specimen, fast=False), passes(specimen, fast=True)
        verdict, rows = doctors(specimen)
        found += not hidden
        fast_found += not hidden_fast
        examined += verdict == "mistaken"
        named += all({row, *specimen.accept.get(row, ())} & rows for row in specimen.rows)
        words = [
            f"[{Path(specimen.file).stem}](../tests/mistakes/{specimen.file})",
            specimen.kind or "other",
            specimen.says.replace("|", "\\|"),
            row_text(specimen.rows),
            "**passes**" if hidden else "fails",
            "**passes**" if hidden_fast else "fails",
            row_text(rows),
        ]
        lines.append(f"| {' | '.join(words)} |\n")
    head = HEAD.format(
        wrong=len(WRONG), N=SIZES[0]["N"], found=found, fast_found=fast_found, examined=examined, named=named,
        right=len(RIGHT), refused=sum(doctors(specimen)[0] != "healthy" for specimen in RIGHT),
        gradcheck_refuses=sum(not passes(specimen, fast=False) for specimen in RIGHT),
    )  # fmt: skip
    return head + "".join(lines) + "\nRows: " + "; ".join(f"{n} {name}" for n, name in ROWS.items()) + ".\n"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8", newline="\n")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE} is not what they say now: python docs/gradcheck.py")
