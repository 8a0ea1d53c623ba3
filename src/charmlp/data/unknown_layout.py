"""An unknown layout: the trees that are expected, beside the tree that was found."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from charmlp.text import printable, quote

EXPECTED = """\
  lists                  a folder per class      a table                 IDX files
  DATA/                  DATA/                   DATA/                   DATA/
    train.json             train/                  labels.csv              train-images-idx3-ubyte.gz
    validation.json          A/*.png                 path,label,split      train-labels-idx1-ubyte.gz
    test.json                B/*.png                 a.png,A,train         t10k-images-idx3-ubyte.gz
    images/                val/ …                  images/                 t10k-labels-idx1-ubyte.gz
      0001.jpg             test/ …                   a.png
  Only the training part is needed; DATA/A/*.png without train/ will do. --data also takes one table (.csv,
  .jsonl, .txt, .parquet), a CSV of pixels, or .npz; --label_pattern reads labels in the names of images."""

_DEPTH = 3
_PER_FOLDER = 6
_MOST_LINES = 30
_MOST_LISTED = 1000  # entries of a folder that are looked at, out of perhaps millions


def expected_and_found(folder: Path) -> str:
    """Both trees, in a few lines; names are escaped, depth and length are bounded."""
    lines = list(itertools.islice(_tree(folder, 1), _MOST_LINES + 1))
    if len(lines) > _MOST_LINES:
        lines[-1] = "    …"
    found = "\n".join(lines) or "    (nothing)"
    return f"expected one of\n{EXPECTED}\nfound\n  {printable(folder)}/\n{found}"


def _tree(folder: Path, depth: int) -> Iterator[str]:
    margin = "  " * (depth + 1)
    try:
        with os.scandir(folder) as listed:
            names = sorted(item.name for item in itertools.islice(listed, _MOST_LISTED))
    except OSError as error:
        yield f"{margin}(cannot be listed: {error.strerror})"
        return
    for name in names[:_PER_FOLDER]:
        is_folder = os.path.isdir(folder / name)  # noqa: PTH112  # Path.is_dir may raise
        yield f"{margin}{quote(name)[1:-1]}{'/' if is_folder else ''}"
        if is_folder and depth < _DEPTH:
            yield from _tree(folder / name, depth + 1)
    if len(names) > _PER_FOLDER:
        more = f"{len(names) - _PER_FOLDER:,}{' or more' if len(names) == _MOST_LISTED else ''}"
        yield f"{margin}… {more} others"
