"""A data set looked at before training: all that is wrong with it, at once, with the files by name.

`looking.py` looks, `findings.py` says what can be found, `wording.py` puts it into words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from charmlp.config import RECIPES, TrainingConfig, override
from charmlp.evaluation.checking.findings import Check
from charmlp.evaluation.checking.looking import (
    Progress,
    chosen,
    find_twins,
    judge_labels,
    read_all,
    sizes_of,
    small_letters,
)
from charmlp.evaluation.checking.wording import on_counts, on_labels, on_pictures, on_reading, on_twins
from charmlp.images import are_blank
from charmlp.letters.balance import Remark
from charmlp.letters.source import Source

__all__ = ["Check", "check_data"]

LOOK = override(RECIPES["best"], {"norm_size": (32, 32)})  # finer than recipe best: copies are told apart


def check_data(
    source: Source,
    *,
    config: TrainingConfig = LOOK,
    faults: Sequence[str] = (),
    skip_bad: bool = False,
    judge: bool = True,
    cache: bool = True,
    progress: Progress = lambda what, done, total: None,
) -> Check:
    """Look at all images of a source, as a network trained with `config` would see them.

    faults    what opening it has found (`charmlp.data.open_source`)
    skip_bad  training would leave out images that cannot be read
    judge     look for labels that are wrong
    """
    source.verify()
    if source.only is not None:
        config = override(config, {"norm_size": source.only[0], "crop": source.only[1].crop})
    letters, unreadable = read_all(source, config, progress)
    blank = tuple(
        each for split, own in letters.items() for each in chosen(own, split, are_blank(own.images))
    )
    sizes = {split: found for split in letters if (found := sizes_of(source, letters[split], split))}
    usual, small = small_letters(letters)
    duplicates, leaks, groups = find_twins(letters, progress)
    judged, suspects = judge_labels(letters, groups, usual, config.seed, progress) if judge else (None, ())
    check = Check(source, letters, sizes, unreadable, blank, small, duplicates, leaks, suspects, judged, ())
    remarks = [
        *(Remark(fault, fatal=True) for fault in faults),
        *on_reading(check, faults, skip_bad),
        *on_counts(check, config, cache),
        *on_twins(check),
        *on_labels(check, judge),
        *on_pictures(check, usual),
    ]
    return dataclasses.replace(check, remarks=tuple(sorted(remarks, key=lambda remark: not remark.fatal)))
