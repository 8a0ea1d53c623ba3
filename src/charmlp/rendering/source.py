"""The data source `synth:`: rendered letters, with font families held out for validation and test."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from charmlp.config import View
from charmlp.errors import DataError, UsageError
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Progress, Source
from charmlp.letters.splits import SPLITS
from charmlp.rendering.fonts import LETTERS, Font, find_fonts
from charmlp.rendering.renderer import check_drawable, classes_drawn, render, texts_of
from charmlp.rendering.style import Style

CLASSES = tuple(LETTERS[:26])
HELD_OUT_LETTERS = 2_000  # of validation and of test, at most


@dataclass(frozen=True, repr=False)
class RenderedSource(Source):
    """Rendered letters in three splits that share no font family.

    counts   number of letters of each split
    fonts    the fonts of each split
    seed     the same seed draws the same letters
    style    how they look
    cache    they are kept for later runs
    """

    classes: tuple[str, ...]
    counts: dict[str, int]
    fonts: dict[str, list[Font]]
    seed: int
    style: Style = field(default_factory=Style)
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
            style=self.style,
            progress=progress,
            cache=self.cache,
        )

    def identity(self) -> str:
        """A hash over the classes, the counts, the seed, the fonts' names and the style."""
        faces = {split: [str(font) for font in fonts] for split, fonts in self.fonts.items()}
        facts = (self.classes, self.counts, self.seed, faces, self.style)
        return hashlib.sha256(ascii(facts).encode()).hexdigest()[:16]

    def describe(self) -> str:
        fonts = {font for fonts in self.fonts.values() for font in fonts}
        families = len({font.family for font in fonts})
        same = len(self.fonts) > 1 and all(fonts == set(part) for part in self.fonts.values())
        words = ", the same in every split" if same else ""
        if any(font.source == "machine" for font in fonts):
            words = f"{words}, some of them this machine's"
        return f"{super().describe()} ({len(fonts)} faces of {families} families{words})"


def open_rendered(
    count: int = 20_000,
    classes: Sequence[str] | None = None,
    seed: int = 2021,
    *,
    held_out: int | None = None,
    folder: str | Path | None = None,
    machine: bool = False,
    cache: bool = True,
) -> RenderedSource:
    """`count` training letters, and `held_out` each (a tenth, at most 2,000) for validation and for test.

    Fonts come from the packages, with `machine` also from the operating system, and from `folder`. The
    three splits share no family, unless fewer than three families can draw all classes; which families are
    held out does not depend on the seed, so that no model is tested on fonts that it has seen. Raises
    UsageError for a count below one, DataError where no font can draw a class.
    """
    if count < 1:
        raise UsageError(f"number of rendered letters is {count}; expected at least 1")
    names = tuple(classes) if classes else CLASSES
    fonts = find_fonts(folder, machine, texts_of(names), cache)
    check_drawable(fonts, names)
    if held_out is None:
        held_out = max(1, min(count // 10, HELD_OUT_LETTERS))
    counts = {"train": count} | ({"val": held_out, "test": held_out} if held_out else {})
    complete = complete_families(fonts, names)
    if not held_out or len(complete) < 3:
        split = dict.fromkeys(counts, fonts)
    else:
        split = split_families([font for font in fonts if font.family in complete])
        split["train"] = sorted(split["train"] + [font for font in fonts if font.family not in complete])
    return RenderedSource(classes=names, counts=counts, fonts=split, seed=seed, cache=cache)


def complete_families(fonts: Sequence[Font], classes: Sequence[str]) -> set[str]:
    """The families that can draw every class: only they can test one split or the other."""
    faces: dict[str, list[Font]] = {}
    for font in fonts:
        faces.setdefault(font.family, []).append(font)
    return {family for family, own in faces.items() if len(classes_drawn(own, classes)) == len(classes)}


def split_families(fonts: Sequence[Font], seed: int = 2021, held_out: float = 0.1) -> dict[str, list[Font]]:
    """Training, validation and test fonts: {'train': …, 'val': …, 'test': …}, no family in two of them.

    Each of the last two gets the share `held_out` of the families, at least one, chosen by a hash of the
    seed and the family's name: adding a font does not shuffle the others. Raises DataError with fewer
    than three families.
    """
    families = sorted(
        {font.family for font in fonts},
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
    split: dict[str, list[Font]] = {"train": [], "val": [], "test": []}
    for font in fonts:
        split[place[font.family]].append(font)
    return split
