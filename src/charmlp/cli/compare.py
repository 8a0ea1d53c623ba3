"""`charmlp compare`: finished runs beside one another."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_list_flags, given_settings
from charmlp.cli.notes import say
from charmlp.config import Reading, spell
from charmlp.errors import UsageError
from charmlp.language import translated
from charmlp.language.layout import broken, columns, padded
from charmlp.system.files import at_home, check_writable, is_file
from charmlp.text import as_json, printable

if TYPE_CHECKING:
    from charmlp.evaluation.runs import Comparison, NamedPair

WIDTH = 80
LONGEST = 28  # columns of a name
MOST_SENTENCES = 3  # more pairs than that are a table
UNBROKEN = "\N{NO-BREAK SPACE}"  # within a line, a space
LEAST = 0.0001  # a smaller p is as good
PICTURES = (".png", ".svg")


def make_parser() -> Parser:
    parser = Parser(
        "compare",
        "Compare finished runs: in what they differ, how well they read the same images, and whether the "
        "difference is more than luck. Runs that differ in their seed only count as one setting.",
        "charmlp compare runs/first runs/second\n"
        "charmlp compare runs/lr*-seed* --data photos --figure curves.png",
        takes="RUN RUN…",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a finished run")
    words = "images that all are to read (default: of the data that they were trained on)"
    group = parser.add_argument_group("data")
    group.add_argument("--data", metavar="DATA", help=words)
    add_list_flags(group)
    words = "which images (default: test, else val)"
    group.add_argument("--split", choices=("test", "val"), help=words)
    group.add_argument("--skip_bad", action="store_true", help="go on without images that cannot be read")
    group.add_argument("--no_cache", action="store_true", help="decode all again, and keep nothing")
    words = "form of the result (default text)"
    parser.add_argument("--format", choices=("text", "json"), default="text", help=words)
    words = "draw accuracies, and the figures of each epoch over one another (.png or .svg)"
    parser.add_argument("--figure", metavar="FILE", type=Path, help=words)
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    check_figure(args.figure)
    reading = given_settings(args, Reading)
    if args.data is None and (args.im_dir or reading):
        raise UsageError("--im_dir and how lists are read go with --data; without it, each run knows its own")

    from charmlp.cli.progress import make_reporter
    from charmlp.evaluation.runs import compare

    with make_reporter() as reporter:
        found = compare(
            [run for run in map(at_home, args.runs) if not is_latest(Path(run))],
            args.data,
            im_dir=args.im_dir,
            reading=Reading(**reading),
            split=args.split,
            skip_bad=args.skip_bad,
            cache=not args.no_cache,
            callbacks=reporter,
        )
    if args.figure is not None:
        from charmlp.evaluation.pictures.compared import compared

        names = short_names([setting.name for setting in found.settings])
        compared(found, list(names.values())).save(args.figure)
    if args.format == "json":
        print(as_json(found.to_dict()))
        return 0
    for line in describe(found):
        print(line)
    if args.figure is not None:
        say(f"\npicture  {printable(args.figure)}")
    return 0


def is_latest(path: Path) -> bool:
    """Whether it is the file beside runs that names the newest: `runs/*` has it too."""
    return path.name == "latest" and is_file(path)


def check_figure(path: Path | None) -> None:
    """Raise `CharmlpError` where no picture can be written there."""
    if path is not None:
        if path.suffix not in PICTURES:
            raise UsageError(f"--figure: a name that ends in .png or .svg is expected, not {printable(path)}")
        check_writable(path)


def describe(found: Comparison) -> Iterator[str]:
    """The result as text, 80 columns wide; where there are many to compare, they are numbered."""
    alone = len(found.settings) == 1
    names = short_names([each.name for each in (found.runs if alone else found.settings)])
    many = len(found.pairs) > MOST_SENTENCES
    known = {name: str(number) for number, name in enumerate(names, 1)} if many else names
    yield from accuracies(found, names, numbered=many)
    if rows := list(valued(found)):
        yield ""
        yield from differences(rows, [""] if alone else list(known.values()))
    yield ""
    if alone:
        yield from wrapped(
            "These runs differ in nothing but their seed: they are one setting, and what one reads better "
            "than another is the luck of its seed."
        )
    if many:
        yield from matrix(found.pairs, known)
    else:
        for pair in found.pairs:
            yield from wrapped(sentence(pair, known, len(found.letters), len(found.pairs)))
    yield from wrapped(*cautions(found))


def accuracies(found: Comparison, names: dict[str, str], *, numbered: bool) -> Iterator[str]:
    """A line a setting; of one setting, a line a run, and its mean."""
    several = len(found.settings) < len(found.runs)
    head, rows = [*map(translated, ("run", "accuracy, %", "95 % interval"))], list[list[str]]()
    if len(found.settings) == 1:
        (setting,) = found.settings
        rows += [[names[run.name], percent(run.accuracy), limits(run.interval)] for run in found.runs]
        rows += [[translated("mean"), percent(setting.accuracy, setting.deviation), limits(setting.interval)]]
    else:
        for each in found.settings:
            row = [names[each.name], percent(each.accuracy, each.deviation), limits(each.interval)]
            rows.append([*row, str(len(each.runs))] if several else row)
        head = [translated("setting"), *head[1:], translated("seeds")] if several else head
    if numbered:
        numbers = [str(number) for number in range(1, len(names) + 1)]
        rows = [[number, *row] for number, row in zip([*numbers, ""], rows, strict=False)]
        head = ["", *head]
    yield from aligned([head, *rows], left=len(head))


def percent(accuracy: float, deviation: float | None = None) -> str:
    """`84.75 ± 0.90`, the standard deviation over seeds."""
    return f"{100 * accuracy:.2f}" + ("" if deviation is None else f" ± {100 * deviation:.2f}")


def limits(interval: tuple[float, float]) -> str:
    return f"{100 * interval[0]:.1f}{translated(' to ')}{100 * interval[1]:.1f}"


def differences(rows: Sequence[tuple[str, list[str]]], names: Sequence[str]) -> Iterator[str]:
    """What differs: a column a setting, or where they are too many, a line a value."""
    lines = list(
        aligned([(translated("differs"), *names), *((name, *values) for name, values in rows)], left=99)
    )
    if max(map(columns, lines)) <= WIDTH:
        yield from lines
        return
    yield translated("differs")
    widest = max(columns(name) for name, _ in rows)
    for name, values in rows:
        for value in dict.fromkeys(values):
            have = [setting for setting, own in zip(names, values, strict=True) if own == value]
            text = f"{value or translated('none')}: {', '.join(have)}"
            yield from wrapped(text, first=f"{padded(name, widest)}  ", indent=" " * (widest + 2))
            name = ""


def valued(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    """What differs between settings, or between the runs of one: its name, and its values in each setting."""
    for name, values in found.differences.items():
        of = dict(zip((id(run) for run in found.runs), values, strict=True))
        cells = []
        for setting in found.settings:
            own = dict.fromkeys(shown(of[id(run)]) for run in setting.runs)
            cells.append(", ".join(own) if name != "data_hash" or len(own) == 1 else translated("by seed"))
        if len(cells) == 1 or len({*cells}) > 1:
            yield name, cells


def shown(value: Any) -> str:
    """A value as its flag takes it."""
    return translated("not known") if value is None else printable(spell(value))


def sentence(named: NamedPair, names: dict[str, str], n: int, count: int) -> str:
    """What a pair shows, in plain words."""
    from charmlp.evaluation.comparison import LEVEL

    pair, a, b = named.pair, names[named.a], names[named.b]
    if not pair.only_a and not pair.only_b:
        return f"{a} and {b} read the same of these {n:,} images: nothing tells them apart."
    shown_p = f"p {'' if pair.p < LEAST else '= '}{written(pair.p)}".replace(" ", UNBROKEN)
    counted = f" ({written(named.p_holm)} among {count} comparisons)" if count > 1 else ""
    if named.p_holm < LEVEL:
        better = a if pair.difference > 0 else b
        found = f"{better} is better, by {100 * abs(pair.difference):.1f} points on these {n:,} images."
    else:
        found = f"no difference is shown by these {n:,} images. {detectable([pair.detectable])}"
    return (
        f"{a} reads {number(pair.only_a)} images that {b} misreads, {b} {number(pair.only_b)} that {a} "
        f"misreads: {shown_p}{counted}: {found}"
    )


def detectable(sizes: Sequence[float]) -> str:
    """How large true differences would have been shown."""
    least, most = (f"{100 * size:.1f}" for size in (min(sizes), max(sizes)))
    if max(sizes) >= 1:
        return "So few show hardly any."
    if least == most:
        return f"A true difference of {least} points would be shown four times in five."
    return f"A true difference of {least} to {most} points would be shown four times in five."


def matrix(pairs: Sequence[NamedPair], names: dict[str, str]) -> Iterator[str]:
    """Many pairs: p of every two, as it counts among all; where that is too wide, signs."""
    from charmlp.evaluation.comparison import LEVEL

    of = {(each.a, each.b): each.p_holm for each in pairs}
    first, *others = names
    wide = 4 + 7 * len(others) <= WIDTH
    rows = [["", *(names[column] for column in [first, *others[:-1]])]]
    for number, row in enumerate(others, 1):
        found = [of[column, row] for column in list(names)[:number]]
        cells = [written(p) if wide else "*" if p < LEVEL else "·" for p in found]
        rows.append([names[row], *cells, *[""] * (len(others) - number)])
    yield translated("p of every two" if wide else "every two: * a difference, · none is shown")
    yield from aligned([[cell.replace("< 0.", "<.") for cell in row] for row in rows], left=0)
    yield ""
    shown = sum(each.p_holm < LEVEL for each in pairs)
    yield from wrapped(
        f"p counts among {len(pairs)} comparisons (Holm). Below {LEVEL:g} a difference is shown: "
        f"{shown or 'none'} of {len(pairs)}; the more accurate one is better."
    )
    if hidden := [each.pair.detectable for each in pairs if each.p_holm >= LEVEL]:
        yield from wrapped(f"Where none is shown: {detectable(hidden)}")


def cautions(found: Comparison) -> Iterator[str]:
    """What p does not say."""
    if len(found.settings) > 1 and all(len(setting.runs) == 1 for setting in found.settings):
        yield (
            "p speaks of these models. Whether their settings differ, only several runs of each tell, with "
            "different seeds."
        )
    elif len(found.settings) > 1 and any(len(setting.runs) == 1 for setting in found.settings):
        yield "Of a setting with one run, what its seed adds is taken from the others."


def number(images: float) -> str:
    """12, or on average over seeds 12.3."""
    return f"{images:,.0f}" if images == round(images) else f"{images:,.1f}"


def written(p: float) -> str:
    """A p with two digits that count, three where it is near 0.05."""
    if p < LEAST:
        return f"< {LEAST:g}"
    return f"{p:.2f}" if p >= 0.1 else f"{p:.3f}" if p >= 0.001 else f"{p:.4f}"


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Each name without the folders that all have in common, cut from the left where it is long."""
    parts = [name.replace(os.sep, "/").split("/") for name in names]
    same = itertools.takewhile(lambda at: len({*at}) == 1, zip(*(part[:-1] for part in parts), strict=False))
    start = sum(1 for _ in same)
    bare = [printable("/".join(part[start:])) for part in parts]
    cut = [cut_left(name, LONGEST) for name in bare]
    if len({*cut}) < len({*bare}):  # they differ where they are cut: numbered
        cut = [f"{number} {cut_left(name, LONGEST - 3)}" for number, name in enumerate(bare, 1)]
    return dict(zip(names, cut, strict=True))


def cut_left(name: str, most: int) -> str:
    """The end of a name, at most so many columns wide: first without folders, then without letters."""
    cut = name
    while columns(cut) > most and "/" in cut:
        cut = cut.partition("/")[2]
        name = f"…/{cut}"
    while columns(name) > most:
        name = f"…{name.lstrip('…')[1:]}"
    return name


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Rows of a table under its header, the first so many columns to the left, the others to the right."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  ".join(
            padded(cell, width, right=at >= left) for at, (cell, width) in enumerate(cells)
        ).rstrip()


def wrapped(*texts: str, first: str = "", indent: str = "") -> Iterator[str]:
    """Each text in lines of at most 80 columns, in the language that is spoken."""
    for text in texts:
        for line in broken(translated(text), first, indent, WIDTH):
            yield line.replace(UNBROKEN, " ")
