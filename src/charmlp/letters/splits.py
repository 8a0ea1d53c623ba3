"""The three splits, and a validation set held out of the training images, by seed, class by class."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charmlp.letters.names import in_order

SPLITS = {"train": "training", "val": "validation", "test": "test"}  # name → the word for people

_WORDS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_ENDS = ("", "_set", "-set", " set", "set", "_data", "-data", "_images", "-images")

# What a list, a folder or a table may call them.
SPLIT_OF = {word + end: split for split, words in _WORDS.items() for word in words for end in _ENDS}

VALIDATION_SHARE = 0.15


def hold_out(names: Sequence[str], labels: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Which of N images validate: bool, N; 15 % of all, and of each class as nearly as whole images allow.

    Each class gives the whole part of its 15 %; the rest comes from the classes with the largest remainders.
    Every class keeps at least one image for training, so a class with a single image gives none.

    The choice depends on the seed, the names and the labels, not on the order in which a disk lists them.
    """
    generator = np.random.default_rng(seed)
    order = in_order(names)
    generator.shuffle(order)
    n_classes = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels, minlength=n_classes)

    share = np.where(sizes > 1, sizes * VALIDATION_SHARE, 0.0)
    quota = np.floor(share).astype(np.int64)
    missing = max(round(float(share.sum())), int((sizes > 1).any())) - int(quota.sum())
    tie_break = generator.permutation(n_classes)
    by_remainder = np.lexsort((tie_break, quota - share))
    quota[by_remainder[:missing]] += 1

    held_out = np.zeros(len(names), np.bool_)
    by_label = order[np.argsort(labels[order], kind="stable")]
    for start, count in zip(np.cumsum(sizes) - sizes, quota, strict=True):
        held_out[by_label[start : start + count]] = True
    return held_out
