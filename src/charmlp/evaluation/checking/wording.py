"""What was found, in words: what it is about, which files, what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from charmlp.config import TrainingConfig
from charmlp.errors import UsageError
from charmlp.evaluation.checking.findings import Check
from charmlp.evaluation.checking.looking import FEWEST_JUDGED, LOOSE, MOST_COMPARED
from charmlp.letters.balance import Remark, remarks_on_balance
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.text import quote
from charmlp.training.callbacks import SILENT
from charmlp.training.needs import check_memory
from charmlp.training.prepare import render_beside

TINY = 8  # pixels of a side


def on_reading(check: Check, faults: Sequence[str], skip_bad: bool) -> Iterator[Remark]:
    """What cannot be read, shows nothing, or was left out."""
    for split, count in check.source.splits.items():
        bad = [each for each in check.unreadable if each.split == split]
        told = [each for each in bad if any(quote(each.file) in fault for fault in faults)]
        if len(bad) > len(told):
            every = len(bad) == count
            yield Remark(
                f"{len(bad):,} of {count:,} {SPLITS[split]} images cannot be read",
                tuple(each.file for each in bad if each not in told),
                "replace or remove them" + ("" if every else ", or --skip_bad goes on without them"),
                fatal=split != "test" and (every or not skip_bad),
            )
    for split in check.letters:
        blank = [each.file for each in check.blank if each.split == split]
        if blank:
            of = f"{len(blank):,} of {len(check.letters[split]):,} {SPLITS[split]} images"
            yield Remark(f"blank, so no letters: {of}", tuple(blank), "remove them")
    if check.source.left_out:
        yield Remark("left out, no images of a class", check.source.left_out)
    for note in check.source.notes:
        yield Remark(note)


def on_counts(check: Check, config: TrainingConfig, cache: bool) -> Iterator[Remark]:
    """Classes that are missing, small or large, and whether there is enough to train on."""
    letters, source = check.letters, check.source
    training = letters.get("train")
    if training is None or not len(training):
        yield Remark("there are no training images that can be read", fatal=True)
        return
    try:
        check_memory(config, len(source.classes), source.splits, mapped=source.only is not None)
    except UsageError as error:
        yield Remark(str(error), fatal=True)
    lacking = np.bincount(training.labels, minlength=len(source.classes)) == 0
    rendered = None
    if lacking.any():
        rendered = rendered_beside(source, training, config, cache)
        advice = "recipe best learns them from rendered letters" if rendered else "they are never read"
        names = tuple(name for name, there in zip(source.classes, lacking, strict=True) if there)
        yield Remark(f"no training images of {len(names):,} classes", names, advice)
    others = {SPLITS[split]: own for split, own in letters.items() if split != "train"}
    yield from remarks_on_balance(training, others, rendered)


def rendered_beside(
    source: Source, training: LetterSet, config: TrainingConfig, cache: bool
) -> LetterSet | None:
    """Some letters, where training would render them beside the photographs; which ones does not matter.

    Every font has the letters A to Z and the digits: nothing is rendered to see that.
    """
    if config.synth_ratio and all(
        len(name) == 1 and name.isascii() and name.isalnum() for name in source.classes
    ):
        return training
    return render_beside(source, dataclasses.replace(config, synth_count=1), cache, SILENT)


def on_twins(check: Check) -> Iterator[Remark]:
    """Leaks, copies and near-twins, and those whose labels contradict each other."""
    for earlier, later in dict.fromkeys((leak.earlier.split, leak.later.split) for leak in check.leaks):
        leaks = [each for each in check.leaks if (each.earlier.split, each.later.split) == (earlier, later)]
        same = sum(leak.same for leak in leaks)
        yield Remark(
            f"{len(leaks):,} of {len(check.letters[later]):,} {SPLITS[later]} images have a near-twin among"
            f" the {SPLITS[earlier]} images, {same:,} of them the very same picture: accuracy flatters",
            tuple(f"{leak.later.file} is like {leak.earlier.file}" for leak in leaks),
            "keep what was taken of one thing in one split",
            key="leaks",
        )
    for split, own in check.letters.items():
        here = [each for each in check.duplicates if each.letters[0].split == split]
        copies = [each for each in here if each.same]
        for words, found, advice in (
            ("are the very same picture as another one", copies, "remove all but one"),
            ("have a near-twin", [each for each in here if not each.same], "they count several times"),
        ):
            count = sum(len(each.letters) for each in found)
            if found:
                names = tuple(" = ".join(letter.file for letter in each.letters[:3]) for each in found)
                words = f"{count:,} of {len(own):,} {SPLITS[split]} images {words}"
                yield Remark(words, names, advice, key="duplicates")
    at_odds = [
        " = ".join(f"{letter.file} ({letter.label})" for letter in each.letters[:3])
        for each in check.duplicates
        if len(each.labels) > 1
    ]
    at_odds += [
        f"{leak.earlier.file} ({leak.earlier.label}) = {leak.later.file} ({leak.later.label})"
        for leak in check.leaks
        if leak.earlier.label != leak.later.label
    ]
    if at_odds:
        words = f"{len(at_odds):,} times one picture has different labels"
        yield Remark(words, tuple(at_odds), "one of the labels is wrong")
    if sum(len(own) for own in check.letters.values()) > MOST_COMPARED:
        yield Remark(
            f"more than {MOST_COMPARED:,} images: copies were looked for in each split, no near-twins"
        )


def on_labels(check: Check, judge: bool) -> Iterator[Remark]:
    """Labels that look wrong, or why nothing can be said about them."""
    judged = check.judged
    if judged is None:
        if judge and any(len(own) > 0 for own in check.letters.values()):
            yield Remark("too few letters to judge the labels", advice=f"{FEWEST_JUDGED} are needed")
    elif not judged.could_judge:
        yield Remark(
            f"a small net reads only {judged.right:.0%} of the letters as they are labelled, when it has not"
            " seen them",
            advice="do labels and images belong together? Or there are too few of each class to judge labels",
        )
    elif check.suspects:
        yield Remark(
            f"{len(check.suspects):,} of {judged.checked:,} labels look wrong, or letters are hard to read",
            tuple(
                f"{each.letter.file} is labelled {each.letter.label}, read as {each.guess}"
                for each in check.suspects
            ),
            "look at these images (--figure) and correct the labels",
            key="suspects",
        )


def on_pictures(check: Check, usual: float) -> Iterator[Remark]:
    """Letters that do not fill their picture, and pictures that are tiny or very long."""
    if usual < LOOSE:
        yield Remark(
            f"letters usually take up only {usual:.0%} of their picture", advice="train with --crop auto"
        )
    if check.small:
        yield Remark(
            f"letters that take up much less of their picture than usual ({usual:.0%}): {len(check.small):,}",
            tuple(each.file for each in check.small),
            "crop them, or train with --crop auto",
        )
    for split, sizes in check.sizes.items():
        if min(sizes.smallest) < TINY:
            width, height = sizes.smallest
            yield Remark(f"{SPLITS[split]} images are as small as {width}×{height} pixels")
