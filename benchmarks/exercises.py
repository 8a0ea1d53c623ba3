"""Answers with one planted mistake: how often `charmlp exercise --answers` names it.

    python benchmarks/exercises.py                  500 answers of each sort, and the figures
    python benchmarks/exercises.py --count 50       fewer
    python benchmarks/exercises.py --missed         also which planted mistakes were not named

The mistakes are planted by another route than the one they are named by: a student who computes with plain
lists, number by number, and once takes a wrong formula of the list below (exercise_plants.py). Whatever comes
after it is computed with the wrong value, as on paper. Each value is rounded to four decimals before it is
used again. Of each exercise four sorts of answers are judged:

- one planted mistake: `named` where it is named at its place, alone or as one of two that give the same
  numbers; `twice` where anything after it is called wrong;
- all right, rounded on the way: `accused` where anything is called wrong;
- one number changed by something between 0.05 and 3, which no mistake gives: `imagined` where one is named;
- one number changed by ½, 1 or 2, which may be what a mistake gives: `coincident` where one is named.
"""

from __future__ import annotations

import argparse
import copy
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exercise_plants import PLANTS, SOLVE, Plant

from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.kind import Options, Verdict
from charmlp.course.exercises.kinds import kind_of

DECIMALS = 4
VARIANTS: Mapping[str, tuple[dict[str, Any], ...]] = {  # flags, by kind
    "backprop": ({}, {"act": "sigmoid"}, {"act": "tanh", "batch": 3}, {"lr": 0.1}),
    "optimizer": tuple({"optim_type": name} for name in ("sgd", "adagrad", "rmsprop", "adam", "adadelta")),
    "activation": tuple({"act": name} for name in ("relu", "leaky_relu", "sigmoid", "tanh")),
}


@dataclass(frozen=True)
class Sheet:
    """An exercise, and what a student needs to know of it."""

    calculation: Calculation
    flags: Mapping[str, Any]

    @property
    def form(self) -> str:
        """Which list of plants goes with it: the kind, with what distinguishes its exercises."""
        kind = self.calculation.kind
        if kind == "scalars":
            return self.calculation.story[0][0]
        return f"{kind}.{self.flags['optim_type']}" if kind == "optimizer" else kind


def sheets(count: int) -> Iterator[Sheet]:
    kinds = sorted({form.partition(".")[0] for form in PLANTS})
    for number in range(count):
        kind = kinds[number % len(kinds)]
        variants = VARIANTS.get(kind, ({},))
        flags = variants[number // len(kinds) % len(variants)]
        made = kind_of(kind).make(Options(seed=1000 + number, **flags))
        assert isinstance(made, Calculation)
        yield Sheet(made, flags)


def answers(sheet: Sheet, plant: Plant | None = None) -> dict[str, Any]:
    """What a student writes, who makes that mistake."""
    values: dict[str, Any] = copy.deepcopy(sheet.calculation.data("en")["given"])
    values["act"] = sheet.flags.get("act") or activation_of(sheet)
    asked = {}
    solve = SOLVE[sheet.form]
    for step in sheet.calculation.steps:
        formula = plant.formula if plant is not None and plant.at == step.name else solve[step.name]
        asked[step.name] = values[step.name] = rounded(formula(values))
    return asked


def activation_of(sheet: Sheet) -> str:
    """The one that the task names."""
    words = sheet.calculation.story[0][1]
    return str(words.get("act", "relu")).removeprefix("@named.")


def rounded(value: Any) -> Any:
    return [rounded(each) for each in value] if isinstance(value, list) else round(value, DECIMALS)


def plantable(sheet: Sheet, turn: int) -> Plant | None:
    """The plants in turn; the first that changes a number by more than a rounding does."""
    plants = PLANTS[sheet.form]
    right = answers(sheet)
    for at in range(len(plants)):
        plant = plants[(turn + at) % len(plants)]
        if plant.at not in right:
            continue
        try:
            wrong = answers(sheet, plant)
        except (ZeroDivisionError, ValueError, IndexError):
            continue
        if differs(wrong[plant.at], right[plant.at]):
            return plant
    return None


def differs(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return any(differs(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, list) or isinstance(other, list):
        return True
    return abs(one - other) > 0.005 * max(1.0, abs(other))


def judged(sheet: Sheet, given: Mapping[str, Any]) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in sheet.calculation.judge(given, "en")}


def is_named(verdict: Verdict, plant: Plant) -> bool:
    """Whether a right name is among those that are said."""
    said = {name.partition(".")[0] for name in (verdict.mistake or "", *verdict.alternatives)}
    return not said.isdisjoint(plant.names)


def changed(given: Mapping[str, Any], generator: random.Random, by: float) -> tuple[str, dict[str, Any]]:
    """One number, moved up or down."""
    found = copy.deepcopy(dict(given))
    name = generator.choice(list(found))
    moved = generator.choice((-by, by))
    place, last = found, name
    while isinstance(place[last], list):  # type: ignore[index]
        place = place[last]  # type: ignore[index,assignment]
        last = generator.randrange(len(place))  # type: ignore[assignment]
    place[last] = round(place[last] + moved, DECIMALS)
    return name, found


def measure(count: int) -> tuple[Counter[str], Counter[str]]:
    """What was counted, and the planted mistakes that were not named."""
    generator = random.Random(1)
    counted: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    turns: Counter[str] = Counter()
    for sheet in sheets(count):
        right = answers(sheet)
        counted["right"] += 1
        counted["accused"] += not all(verdict.right for verdict in judged(sheet, right).values())
        for by, found in (
            (generator.uniform(0.05, 3), "imagined"),
            (generator.choice((0.5, 1, 2)), "coincident"),
        ):
            name, given = changed(right, generator, by)
            verdict = judged(sheet, given)[name]
            counted["changed"] += 1
            counted["noticed"] += not verdict.right
            counted[found] += verdict.mistake is not None
        plant = plantable(sheet, turns[sheet.form])
        turns[sheet.form] += 1
        if plant is None:
            continue
        verdicts = judged(sheet, answers(sheet, plant))
        counted["planted"] += 1
        named = is_named(verdicts[plant.at], plant)
        counted["named"] += named
        also = [each.name for each in verdicts.values() if each.name != plant.at and not each.right]
        counted["twice"] += bool(also)
        if also:
            missed[f"{sheet.form}, {plant.at}: {plant.says} → also wrong: {', '.join(also)}"] += 1
        if not named:
            missed[f"{sheet.form}, {plant.at}: {plant.says} → {verdicts[plant.at].mistake}"] += 1
    return counted, missed


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"


def main() -> None:
    parser = argparse.ArgumentParser(description="How often a planted mistake is named.")
    parser.add_argument("--count", type=int, default=500, help="exercises (default 500)")
    parser.add_argument("--missed", action="store_true", help="list planted mistakes that were not named")
    args = parser.parse_args()
    counted, missed = measure(args.count)
    print(f"planted mistakes named          {share(counted['named'], counted['planted'])}")
    print(f"a follow-up called wrong        {share(counted['twice'], counted['planted'])}")
    print(f"right answers called wrong      {share(counted['accused'], counted['right'])}")
    print(f"changed numbers noticed         {share(counted['noticed'], counted['changed'])}")
    print(f"changed at random, named        {share(counted['imagined'], counted['right'])}")
    print(f"changed by ½, 1 or 2, named     {share(counted['coincident'], counted['right'])}")
    if args.missed:
        for line, number in missed.most_common():
            print(f"{number:4} {line}")


if __name__ == "__main__":
    main()
