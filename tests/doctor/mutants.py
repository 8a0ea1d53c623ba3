"""Random small changes to right implementations, each judged twice: by the doctor and by the reference.

    python tests/doctor/mutants.py --seed 0 --each 12

takes 12 mutants of each right implementation in tests/mistakes (an operator, a number, a name, a transpose,
a sum, the order of what is returned) and prints how the doctor's verdicts agree with `faults`, which compares
forward, raw backward and stability with torch's own operation and knows nothing of the doctor.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where run as a script

from charmlp.doctor import Diagnosis, examine
from tests.mistakes.examination import faults
from tests.mistakes.manifest import RIGHT
from tests.mistakes.specimens import Specimen, load

Change = Callable[[Any], ast.AST | None]

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COMPARISONS = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.Lt, ast.LtE: ast.Gt}
LEFT_OUT = ("t", "sum", "mean", "clone", "unsqueeze", "exp", "log")  # methods: a.sum() becomes a
DISAGREE = ("wrong, healthy", "wrong, unknown", "right, mistaken", "right, unknown", "fails to run, healthy")
KEPT = {"torch", "ctx", "F", "nn", "np", "math", "staticmethod", "range", "len"}


def changes(node: ast.AST, names: list[str]) -> Iterator[Change]:
    """What can be done to one node: a change in place, or another node instead."""
    if isinstance(node, ast.BinOp):
        if type(node.op) in OPERATORS:
            yield lambda n: setattr(n, "op", OPERATORS[type(n.op)]())
        yield lambda n: n.left
        yield lambda n: n.right
        yield lambda n: ast.BinOp(n.right, n.op, n.left)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield lambda n: setattr(n, "ops", [COMPARISONS[type(n.ops[0])]()])
    elif isinstance(node, ast.UnaryOp):
        yield lambda n: n.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda n: setattr(n, "value", n.value + 1)
        yield lambda n: setattr(n, "value", 2 * n.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in LEFT_OUT:
            yield lambda n: n.func.value
        if node.func.attr in ("sum", "mean"):
            yield lambda n: setattr(n.func, "attr", {"sum": "mean", "mean": "sum"}[n.func.attr])
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield lambda n: n.value
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for name in names:
            if name != node.id:
                yield lambda n, name=name: setattr(n, "id", name)  # type: ignore[misc]
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield lambda n: setattr(n, "elts", n.elts[::-1])
        yield lambda n: setattr(n, "elts", [ast.Constant(None), *n.elts[1:]])


def mutants(source: str) -> list[str]:
    """Every program that differs from this one by one change."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    loaded = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    names = sorted(name for name in loaded - KEPT if not name.lstrip("_")[:1].isupper() or len(name) == 1)
    found = {}
    for number, node in enumerate(nodes):
        for change in changes(node, names):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[number]
            other = change(target)
            if other is not None:
                changed = Replace(target, other).visit(changed)
            found[ast.unparse(ast.fix_missing_locations(changed))] = None
    found.pop(ast.unparse(tree), None)
    return list(found)


class Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def judged(specimen: Specimen, source: str, folder: Path, number: int) -> tuple[set[str], Diagnosis] | None:
    """The faults of a mutant and its diagnosis; None where it does not even load."""
    path = folder / f"{Path(specimen.file).stem}_{number}.py"
    path.write_text(source, encoding="utf-8")
    mutant = replace(specimen, file=str(path))
    try:
        target = getattr(load(path), specimen.target)
    except Exception:
        return None
    torch.manual_seed(0)
    try:
        found = faults(mutant)
    except Exception as error:
        found = {f"raises {type(error).__name__}"}
    return found, examine(target, kind=specimen.kind)


def sample(seed: int, each: int) -> Iterator[tuple[Specimen, str, set[str], Diagnosis]]:
    """Some mutants of each right implementation, with both judgements."""
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for specimen in RIGHT:
            sources = mutants(specimen.path.read_text(encoding="utf-8"))
            for number, source in enumerate(generator.sample(sources, min(each, len(sources)))):
                both = judged(specimen, source, Path(folder), number)
                if both is not None:
                    yield specimen, source, *both


def outcome(found: set[str], diagnosis: Diagnosis) -> str:
    """How the two judgements go together."""
    if any(fault.startswith("raises") for fault in found):
        return f"fails to run, {diagnosis.verdict}"
    return f"{'wrong' if found else 'right'}, {diagnosis.verdict}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--show", action="store_true", help="print those on which both disagree")
    args = parser.parse_args()
    torch.set_num_threads(1)
    counts: Counter[str] = Counter()
    for specimen, source, found, diagnosis in sample(args.seed, args.each):
        said = outcome(found, diagnosis)
        counts[said] += 1
        if said == "wrong, mistaken":
            counts["wrong, mistaken, named"] += all(m.name != "unrecognised" for m in diagnosis.mistakes)
        if args.show and said in DISAGREE:
            print(specimen.file, specimen.says, found, source, diagnosis, sep="\n")
    for said, count in sorted(counts.items()):
        print(f"{count:5}  {said}")
