"""The data source `synth:`: rendered letters, with families held out for validation and test."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from charmlp.config import View
from charmlp.errors import DataError, UsageError
from charmlp.letters.alphabets import cases_apart
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Progress, Source
from charmlp.letters.splits import SPLITS
from charmlp.rendering.fonts import LETTERS, Font, find_fonts
from charmlp.rendering.renderer import check_drawable, classes_drawn, render, sets_that_write, texts_of
from charmlp.rendering.strokes import StrokeSet, is_joined
from charmlp.rendering.style import Style

Face = TypeVar("Face", Font, StrokeSet)

CLASSES = tuple(LETTERS[:26])
HELD_OUT_LETTERS = 2_000  # of validation and of test, at most


@dataclass(frozen=True, repr=False)
class RenderedSource(Source):
    """Rendered letters in three splits that share no family of fonts and no set of strokes.

    counts   number of letters of each split
    fonts    the fonts of each split
    strokes  the stroke sets of each split
    seed     the same seed draws the same letters
    style    print, hand or all, or a look of one's own
    cache    they are kept for later runs
    """

    classes: tuple[str, ...]
    counts: dict[str, int]
    fonts: dict[str, list[Font]]
    seed: int
    strokes: dict[str, list[StrokeSet]] = field(default_factory=dict)
    style: str | Style = "print"
    cache: bool = True
    layout: str = "rendered from fonts"

    @property
    def splits(self) -> dict[str, int]:
        return dict(self.counts)

    def _load(
        self, split: str, norm_size: tuple[int, int], view: View, skip_bad: bool, progress: Progress | None
    ) -> LetterSet:
        """Draw one split; no rendered letter is unreadable, or larger than its letter."""
        return render(
            self.counts[split],
            classes=self.classes,
            norm_size=norm_size,
            seed=3 * self.seed + tuple(SPLITS).index(split),  # three streams of letters from one seed
            fonts=self.fonts[split],
            strokes=self.strokes.get(split, ()),
            style=self.style,
            progress=progress,
            cache=self.cache,
        )

    def identity(self) -> str:
        """A hash over the classes, the counts, the seed, the faces' names and the style."""
        faces = {
            split: [str(face) for face in (*fonts, *self.strokes.get(split, ()))]
            for split, fonts in self.fonts.items()
        }
        facts = (self.classes, self.counts, self.seed, faces, self.style)
        return hashlib.sha256(ascii(facts).encode()).hexdigest()[:16]

    def describe(self) -> str:
        fonts = {font for fonts in self.fonts.values() for font in fonts}
        families = len({font.family for font in fonts})
        same = len(self.fonts) > 1 and all(fonts == set(part) for part in self.fonts.values())
        sets = len({face for faces in self.strokes.values() for face in faces})
        words = ", the same in every split" if same else f", {sets} sets of strokes" if sets else ""
        if any(font.source == "machine" for font in fonts):
            words = f"{words}, some of them this machine's"
        return f"{super().describe()} ({len(fonts)} faces of {families} families{words})"


def open_rendered(
    count: int = 20_000,
    classes: Sequence[str] | None = None,
    seed: int = 2021,
    *,
    style: str = "print",
    held_out: int | None = None,
    folder: str | Path | None = None,
    machine: bool = False,
    cache: bool = True,
) -> RenderedSource:
    """`count` training letters, and `held_out` each (a tenth, at most 2,000) for validation and for test.

    Fonts come from the packages, with `machine` also from the operating system, and from `folder`: those of
    signs for the `style` print, those of handwriting, with sets of strokes, for hand, both for all. The
    three splits share no family, unless fewer than three families can draw all classes; which families are
    held out depends on neither seed nor style, so that no model is tested on fonts that it has seen. Raises
    UsageError for a count below one, DataError where no font can draw a class.
    """
    if count < 1:
        raise UsageError(f"number of rendered letters is {count}; expected at least 1")
    names = tuple(classes) if classes else CLASSES
    texts = texts_of(names)
    apart = cases_apart(names)
    fonts = find_fonts(folder, machine, texts, cache, style, apart)
    strokes = sets_that_write(style, texts)
    check_drawable([*fonts, *strokes], names)
    if held_out is None:
        held_out = max(1, min(count // 10, HELD_OUT_LETTERS))
    counts = {"train": count} | ({"val": held_out, "test": held_out} if held_out else {})
    every = fonts if style == "print" else find_fonts(folder, machine, texts, cache, "print", apart)
    families = {font.family for font in every}
    signs = hold_out_fonts(every, counts, names)
    hands = hold_out_fonts([font for font in fonts if font.family not in families], counts, names)
    return RenderedSource(
        classes=names,
        counts=counts,
        fonts={split: sorted({*fonts}.intersection(signs[split] + hands[split])) for split in counts},
        strokes=hold_out_strokes(strokes, counts),
        seed=seed,
        style=style,
        cache=cache,
    )


def hold_out(faces: Sequence[Face], splits: Collection[str]) -> dict[str, list[Face]]:
    """The faces of each split: families apart where there are three, else all of them in each."""
    apart = len({face.family for face in faces}) >= 3 and len(splits) > 1
    return split_families(faces) if apart else {split: list(faces) for split in splits}


def hold_out_fonts(
    fonts: Sequence[Font], splits: Collection[str], classes: Sequence[str]
) -> dict[str, list[Font]]:
    """The same for fonts, of which only families that draw every class are held out."""
    whole = complete_families(fonts, classes)
    if len(whole) < 3:
        return {split: list(fonts) for split in splits}
    split = hold_out([font for font in fonts if font.family in whole], splits)
    split["train"] += [font for font in fonts if font.family not in whole]
    return split


def hold_out_strokes(strokes: Sequence[StrokeSet], splits: Collection[str]) -> dict[str, list[StrokeSet]]:
    """The same for stroke sets: of the joined and of the others some each."""
    kinds = [[face for face in strokes if is_joined(face) == joined] for joined in (True, False)]
    parts = [hold_out(kind, splits) for kind in kinds]
    return {split: [face for part in parts for face in part[split]] for split in splits}


def complete_families(fonts: Sequence[Font], classes: Sequence[str]) -> set[str]:
    """The families that can draw every class: only they can test one split or the other."""
    faces: dict[str, list[Font]] = {}
    for font in fonts:
        faces.setdefault(font.family, []).append(font)
    return {family for family, own in faces.items() if len(classes_drawn(own, classes)) == len(classes)}


def split_families(faces: Sequence[Face], seed: int = 2021, held_out: float = 0.1) -> dict[str, list[Face]]:
    """Training, validation and test faces: {'train': …, 'val': …, 'test': …}, no family in two of them.

    Each of the last two gets the share `held_out` of the families, at least one, chosen by a hash of the
    seed and the family's name: adding a font does not shuffle the others. Raises DataError with fewer
    than three families.
    """
    families = sorted(
        {face.family for face in faces},
        key=lambda family: hashlib.sha256(f"{seed} {family}".encode()).digest(),
    )
    if len(families) < 3:
        raise DataError(
            f"only {len(families)} font families: training, validation and test need one each; "
            "give more fonts"
        )
    share = max(1, round(held_out * len(families)))
    place = dict.fromkeys(families, "train")
    place |= dict.fromkeys(families[:share], "val") | dict.fromkeys(families[share : 2 * share], "test")
    split: dict[str, list[Face]] = {"train": [], "val": [], "test": []}
    for face in faces:
        split[place[face.family]].append(face)
    return split
