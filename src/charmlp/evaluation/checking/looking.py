"""Looking at the images: what can be read, how large it is, what is alike, which labels are odd."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.config import TrainingConfig
from charmlp.data.source import PictureSource
from charmlp.errors import CharmlpError, DataError
from charmlp.evaluation.checking.findings import Duplicates, Leak, Letter, Sizes, Suspect, Unreadable
from charmlp.evaluation.outofsample import out_of_sample
from charmlp.evaluation.suspects import Suspects, find_suspects
from charmlp.evaluation.twins import same_pixels, twin_groups, twins_between
from charmlp.images import are_blank
from charmlp.images.crop import letter_box, letter_size
from charmlp.images.opening import open_image
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.recognizer import SMALL
from charmlp.system.files import open_regular

LOOSE = 2 / 3  # of height or width: letters that usually take up less are not cropped
MOST_LOOKED_AT = 1000  # images of a split whose size, and the letter's in it, are looked at
MOST_COMPARED = 100_000  # images among which near-twins are looked for: half a minute
MOST_JUDGED = 20_000  # letters whose labels are judged: half a minute
FEWEST_JUDGED = 20

Progress = Callable[[str, int, int], None]  # takes what is done, how much of it, and how much there is


def read_all(
    source: Source, config: TrainingConfig, progress: Progress
) -> tuple[dict[str, LetterSet], tuple[Unreadable, ...]]:
    """The letters of each split that can be read, and those that cannot."""
    letters, unreadable = {}, list[Unreadable]()
    for split in source.splits:
        names = source.parts[split].names if isinstance(source, PictureSource) else ()
        tell = partial(progress, f"reading {SPLITS[split]} images")
        try:
            found = source.load(split, config.norm_size, view=config.view, skip_bad=True, progress=tell)
            reasons = list(found.skipped)
        except DataError as error:  # none of them can be read
            nothing = np.empty((0, *config.norm_size), np.uint8)
            found = LetterSet(nothing, np.empty(0, np.int64), source.classes, ())
            reasons = [str(error)] * len(names)
        read = set(found.names)
        missing = [name for name in map(plain, names) if name not in read]
        unreadable += map(Unreadable, missing, [split] * len(missing), reasons)
        letters[split] = found
    return letters, tuple(unreadable)


def plain(name: str) -> str:
    """A name as a `LetterSet` has it: bytes that are not UTF-8 are escaped."""
    return name.encode("utf-8", "backslashreplace").decode()


def chosen(letters: LetterSet, split: str, which: NDArray[Any]) -> Iterator[Letter]:
    """Some letters of a split, by their numbers or by bool N."""
    for at in np.flatnonzero(which) if which.dtype == np.bool_ else which:
        yield Letter(letters.names[int(at)], split, letters.classes[letters.labels[at]])


def sizes_of(source: Source, letters: LetterSet, split: str) -> Sizes | None:
    """How large the images of a split are, of which some are looked at; None where they are rendered."""
    if not isinstance(source, PictureSource) or not len(letters):
        return None
    part, read = source.parts[split], set(letters.names)
    names = [name for name in part.names if plain(name) in read]
    found = []
    for picture in part.pictures([names[at] for at in letters.spread(MOST_LOOKED_AT)]):
        with suppress(CharmlpError):
            found.append(size_of(picture))
    ordered = sorted(found, key=lambda size: size[0] * size[1])
    return Sizes(ordered[0], ordered[len(ordered) // 2], ordered[-1], len(ordered)) if ordered else None


def size_of(picture: str | Image.Image) -> tuple[int, int]:
    """Width and height; of a file its header says them."""
    if isinstance(picture, Image.Image):
        return picture.size
    with open_regular(picture, "an image", DataError) as file:
        return open_image(file, str(picture)).size


def small_letters(letters: dict[str, LetterSet]) -> tuple[float, tuple[Letter, ...]]:
    """How much of its picture a letter usually takes up, and those that take up much less of it.

    Of height or of width, whichever is more; `predict` warns of less than two thirds of what is usual, too.
    """
    looked_at = {split: own.spread(MOST_LOOKED_AT) for split, own in letters.items() if len(own)}
    sizes = {
        split: np.array([letter_size(letters[split].images[at]) for at in numbers])
        for split, numbers in looked_at.items()
    }
    if not sizes:
        return 1.0, ()
    usual = float(np.median(sizes.get("train", next(iter(sizes.values())))))
    small = [
        each
        for split, numbers in looked_at.items()
        for each in chosen(letters[split], split, numbers[sizes[split] < SMALL * usual])
    ]
    return usual, tuple(small)


def find_twins(
    letters: dict[str, LetterSet], progress: Progress
) -> tuple[tuple[Duplicates, ...], tuple[Leak, ...], NDArray[np.int64]]:
    """Near-twins in each split, and across; and the group of each of all letters (`twin_groups`)."""
    what, total = "comparing images", 1 + len(letters)
    progress(what, 0, total)
    images = np.concatenate([own.images for own in letters.values()])
    if len(images) > MOST_COMPARED:  # copies alone
        groups = same_pixels(images)
        pairs = []
    else:
        groups = twin_groups(images)
        pairs = list(combinations(letters, 2))
    progress(what, 1, total)
    groups[are_blank(images)] = np.flatnonzero(are_blank(images))
    duplicates, start = list[Duplicates](), 0
    for split, own in letters.items():
        duplicates += duplicates_in(own, split, groups[start : start + len(own)])
        start += len(own)
    leaks = [leak for earlier, later in pairs for leak in leaks_between(letters, earlier, later)]
    progress(what, total, total)
    return tuple(duplicates), tuple(leaks), groups


def duplicates_in(letters: LetterSet, split: str, groups: NDArray[np.int64]) -> Iterator[Duplicates]:
    """The groups of several letters in one split: copies first, then those that are much alike."""
    same = same_pixels(letters.images)
    for members in members_of(np.where(groups_of_many(groups), same, np.arange(len(same)))):
        yield Duplicates(tuple(chosen(letters, split, members)), same=True)
    for members in members_of(groups):
        if len(set(same[members].tolist())) > 1:
            yield Duplicates(tuple(chosen(letters, split, members)), same=False)


def groups_of_many(groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Bool N: which things are not alone in their group."""
    _, group_of, counts = np.unique(groups, return_inverse=True, return_counts=True)
    found: NDArray[np.bool_] = counts[group_of] > 1
    return found


def members_of(groups: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The numbers of the things in each group of several, in the order of their first ones."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    yield from sorted((part for part in parts if len(part) > 1), key=lambda part: part[0])


def leaks_between(letters: dict[str, LetterSet], earlier: str, later: str) -> Iterator[Leak]:
    """The letters of `later` that have a near-twin in `earlier`, the most alike first."""
    first, second = letters[earlier], letters[later]
    twins = twins_between(first.images, second.images)
    found = np.flatnonzero(twins.there)
    for at in found[np.argsort(-twins.likeness[found], kind="stable")]:
        (one,), (other,) = (
            chosen(own, split, np.array([number]))
            for own, split, number in ((first, earlier, twins.index[at]), (second, later, at))
        )
        same = np.array_equal(first.images[twins.index[at]], second.images[at])
        yield Leak(one, other, min(float(twins.likeness[at]), 1.0), same)


def judge_labels(
    letters: dict[str, LetterSet], groups: NDArray[np.int64], usual: float, seed: int, progress: Progress
) -> tuple[Suspects | None, tuple[Suspect, ...]]:
    """The labels of all splits together, by nets that have not seen the letter.

    Where letters usually take up little of their picture, their boxes are cut out: of small letters that lie
    here or there, five hundred updates teach nothing.
    """
    splits = [split for split, own in letters.items() for _ in range(len(own))]
    whole = together(list(letters.values()))
    seen = np.flatnonzero(~are_blank(whole.images))
    seen = seen[np.unique(np.linspace(0, len(seen) - 1, min(MOST_JUDGED, len(seen))).astype(int))]
    if len(seen) < FEWEST_JUDGED or len(set(whole.labels[seen].tolist())) < 2:
        return None, ()
    tell = partial(progress, "looking for wrong labels")
    judged = whole.take(seen)
    if usual < LOOSE:
        judged = dataclasses.replace(judged, images=np.stack([boxed(image) for image in judged.images]))
    probabilities, known = out_of_sample(judged, groups[seen], seed=seed, progress=tell)
    found = find_suspects(probabilities, whole.labels[seen], known)
    suspects = []
    for at, guess, probability, confidence in zip(
        seen[found.index], found.guess, found.probability, found.confidence, strict=True
    ):
        (letter,) = chosen(whole, splits[at], np.array([at]))
        suspects.append(Suspect(letter, whole.classes[guess], float(probability), float(confidence)))
    return found, tuple(suspects)


def boxed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The letter's box of a grey picture H×W, made as large as the picture."""
    grey = Image.fromarray(image)
    return np.asarray(grey.resize(grey.size, Image.Resampling.BILINEAR, letter_box(grey)))


def together(sets: Sequence[LetterSet]) -> LetterSet:
    """Several sets as one."""
    return LetterSet(
        np.concatenate([each.images for each in sets]),
        np.concatenate([each.labels for each in sets]),
        sets[0].classes,
        tuple(name for each in sets for name in each.names),
    )
