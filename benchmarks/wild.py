"""The doctor on gradients that people wrote and others called wrong (benchmarks/wild), case by case.

    python benchmarks/wild.py                       prints the figures and the cases
    python benchmarks/wild.py --format json         the same for programs
    python benchmarks/wild.py --framework torch     of some cases only (or --set 4, or --only NAME …)
    python benchmarks/wild.py --write               docs/doctor-wild.md and .zh-CN.md: the column "today"
    python benchmarks/wild.py --first --write       once, before anything is learnt from cases that are new

Each file, a script or a notebook, is examined as a whole, as `charmlp doctor FILE` does, nothing said about
what is in it. Then

- a wrong case is `named` where the row expected (or one as good) is among the mistakes found in the case's
  own code: the operations that its inputs, value and gradients name, and what these use of the file. Else it
  is `otherwise` where other mistakes are found there, `unknown` where it could not be examined, or something
  else in its file that computes a gradient was not, or `healthy`; of a program with one mistake (whole) all
  code is the case's own;
- a wrong case whose mistake has no row (row 0) is `noticed` where any mistake is found in its own code;
- a right case is `flagged` where a mistake is found anywhere in its file, else `unknown` or `healthy`;
- a false alarm is a mistake that is not expected beside a named one, or in a wrong case's other code.

What was said at first sight is kept in benchmarks/wild/first-sight.json: --first adds the cases that are not
there yet, what is there is never written over, and no run without it looks at a case that is not.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib

from wild_page import WORDS, Groups, expected_text, page, set_of

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.isolation.supervisor import examine_targets
from charmlp.system.files import write_whole

ROOT = Path(__file__).resolve().parents[1]
WILD = ROOT / "benchmarks" / "wild"
FIRST_SIGHT = WILD / "first-sight.json"
PAGES = {"en": ROOT / "docs" / "doctor-wild.md", "zh": ROOT / "docs" / "doctor-wild.zh-CN.md"}
TIMEOUT = 60.0  # seconds, the command line's default

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What the doctor said of one case: `said` as above, the rows that it found, whether it also erred."""

    said: str
    rows: tuple[int, ...] = ()
    false_alarm: bool = False


Outcomes = Mapping[str, Outcome]


# Scoring


def python_code(file: Path) -> str:
    """The code of a case; of a notebook that of its cells, without their magics."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n".join(re.sub(r"^%.*", "", cell, flags=re.MULTILINE) for cell in cells)


def expected_rows(case: Case) -> set[int]:
    """The rows that name the mistake of a wrong case; none where it has no row."""
    return {row for row in (case["row"], *case.get("also", ())) if row}


def own_names(case: Case, source: str) -> tuple[set[str], set[str]]:
    """What the case's expressions name, and that with all that it uses of the file.

    Whoever names what a loop at the top of the file computes, names the loop.
    """
    uses = {
        node.name: {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    expressions = " ".join(case.get(entry, "") for entry in ("given", "value", "gradients"))
    named = set(re.findall(r"\w+", expressions))
    loops = [node for node in ast.parse(source).body if isinstance(node, ast.For | ast.While)]
    names = [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Name)]
    computed = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    named |= {"script"} if named & computed else set()
    used, unseen = set(named), list(named)
    while unseen:
        new = uses.get(unseen.pop(), set()) - used
        used |= new
        unseen += new
    return named, used


def operation(diagnosis: Diagnosis) -> str:
    """The function, class or table that a diagnosis is of; nothing where it is of the file."""
    place, _, name = diagnosis.target.rpartition(":")
    return re.sub(r"^(script)_\d+$", r"\1", re.split(r"[.\[]", name)[0]) if place else ""


def rows_found(diagnoses: Iterable[Diagnosis]) -> list[set[int]]:
    """For each mistake its row and those that fit as well; 0 for one that has no row."""
    return [
        {m.row or 0, *(other.row or 0 for other in m.alternatives)} for d in diagnoses for m in d.mistakes
    ]


def outcome(case: Case, source: str, diagnoses: Sequence[Diagnosis]) -> Outcome:
    """What the diagnoses of a case's file come to."""
    everything = rows_found(diagnoses)
    rows = tuple(sorted(set().union(*everything)))
    named, used = own_names(case, source)
    whole = case.get("whole", False)
    own = [diagnosis for diagnosis in diagnoses if whole or operation(diagnosis) in used]
    judged = [diagnosis for diagnosis in own if operation(diagnosis) in named] or own
    of_file = [diagnosis for diagnosis in diagnoses if diagnosis.not_examined]
    examined = bool(judged) and all(diagnosis.reason is None for diagnosis in [*judged, *of_file])
    no_mistake = "healthy" if examined else "unknown"
    if case["verdict"] == "right":
        return Outcome("flagged" if everything else no_mistake, rows)
    found, expected = rows_found(own), expected_rows(case)
    if any(some & expected for some in found):
        return Outcome("named", rows, any(not some & expected for some in everything))
    mistaken = "noticed" if case["row"] == 0 else "otherwise"
    return Outcome(mistaken if found else no_mistake, rows, len(everything) > len(found))


def examine(cases: Mapping[str, Case], folder: Path = WILD) -> dict[str, Outcome]:
    """The outcome of each case, its file examined in a process of its own."""
    files = [folder / case["file"] for case in cases.values()]
    conversations = examine_targets([str(file) for file in files], None, TIMEOUT)
    return {
        name: outcome(case, python_code(file), conversation.diagnoses)
        for (name, case), file, conversation in zip(cases.items(), files, conversations, strict=True)
    }


# Figures

FIGURES = (
    "wrong", "named", "otherwise", "unknown", "healthy", "false_alarms",
    "rowless", "noticed", "rowless_unknown", "rowless_healthy",
    "right", "right_flagged", "right_unknown", "right_healthy",
)  # fmt: skip


def figures(cases: Mapping[str, Case], outcomes: Outcomes) -> dict[str, int]:
    """How many cases came out how: wrong ones with a row, wrong ones without (`rowless`), right ones."""
    count: Counter[str] = Counter()
    for name, found in outcomes.items():
        count["false_alarms"] += found.false_alarm
        if cases[name]["verdict"] == "right":
            count.update(["right", f"right_{found.said}"])
        elif cases[name]["row"] == 0:
            count["rowless"] += 1
            count["noticed" if found.said in ("named", "noticed") else f"rowless_{found.said}"] += 1
        else:
            count.update(["wrong", found.said])
    return {figure: count[figure] for figure in FIGURES}


def by_framework(cases: Mapping[str, Case], outcomes: Outcomes) -> dict[str, dict[str, int]]:
    """The figures of the outcomes of these cases, for each framework and for all."""
    outcomes = {name: found for name, found in outcomes.items() if name in cases}
    frameworks = sorted({case["framework"] for case in cases.values()})
    groups = {
        framework: figures(
            cases, {n: found for n, found in outcomes.items() if cases[n]["framework"] == framework}
        )
        for framework in frameworks
    }
    return groups | {"all": figures(cases, outcomes)}


def by_set(cases: Mapping[str, Case], outcomes: Outcomes) -> dict[str, Groups]:
    """The same for each set of cases, by its number, and for all; where there is one set, for all only."""
    numbers = sorted({set_of(case) for case in cases.values()})
    sets = {str(n): {name: case for name, case in cases.items() if set_of(case) == n} for n in numbers}
    parts = {**(sets if len(sets) > 1 else {}), "all": cases}
    return {key: by_framework(part, outcomes) for key, part in parts.items()}


# The command line


def load_cases() -> dict[str, Case]:
    return dict(tomllib.loads((WILD / "cases.toml").read_text(encoding="utf-8")))


def load_first() -> dict[str, Outcome]:
    if not FIRST_SIGHT.is_file():
        return {}
    kept = json.loads(FIRST_SIGHT.read_text(encoding="utf-8"))
    return {name: Outcome(**one | {"rows": tuple(one["rows"])}) for name, one in kept.items()}


def add_first(outcomes: Outcomes) -> dict[str, Outcome]:
    """All first sights: those of new cases are added to the file, and what it holds stays as it is."""
    kept = load_first()
    first = kept | {name: found for name, found in outcomes.items() if name not in kept}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(asdict(o))}" for name, o in first.items())
    write_whole(FIRST_SIGHT, f"{{\n{lines}\n}}\n".encode())
    return first


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="these cases only")
    parser.add_argument("--framework", help="the cases of one framework only")
    parser.add_argument("--set", type=int, dest="number", metavar="N", help="the cases of one set only")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--first", action="store_true", help="the first sight of new cases: keep it")
    parser.add_argument("--write", action="store_true", help="write the pages")
    asked = parser.parse_args(arguments)
    every = load_cases()
    if unknown := set(asked.only) - set(every):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    cases = {
        name: case
        for name, case in every.items()
        if (not asked.only or name in asked.only)
        and asked.framework in (None, case["framework"])
        and asked.number in (None, set_of(case))
    }
    if asked.write and cases != every:
        parser.error("--write is for all cases together")
    first = load_first()
    new = {name: case for name, case in cases.items() if name not in first}
    if asked.first and not new:
        parser.error(f"each of these cases is in {FIRST_SIGHT.name}: this would not be the first sight")
    if new and not asked.first:
        parser.error(f"{len(new)} of these cases, such as {min(new)}, have no first sight yet: add --first")
    if asked.first and not asked.write:
        cases = new
    outcomes = examine(cases)
    if asked.first:
        first = add_first(outcomes)
    if asked.write:
        groups = by_set(cases, first), by_set(cases, outcomes)
        for language, path in PAGES.items():
            text = page(cases, first, outcomes, groups, language)
            path.write_text(text, encoding="utf-8", newline="\n")
    report(cases, outcomes, asked.format)


def report(cases: Mapping[str, Case], outcomes: Outcomes, form: str) -> None:
    sets = by_set(cases, outcomes)
    if form == "json":
        each = {
            name: {"verdict": cases[name]["verdict"], "expected": cases[name].get("row"), **asdict(found)}
            for name, found in outcomes.items()
        }
        print(json.dumps({"figures": sets["all"], "sets": sets, "cases": each}, indent=1))
        return
    for key, groups in sets.items():
        title = "" if key == "all" else f"set {key}, "
        for group, count in groups.items():
            print(f"{title}{group}: " + ", ".join(f"{figure} {number}" for figure, number in count.items()))
    for name, found in outcomes.items():
        print(f"{name:32} {expected_text(cases[name], WORDS['en']):20} {found.said} {found.rows or ''}")


if __name__ == "__main__":
    main()
