"""Rendered letters as files, in a layout that every verb reads: `images/` and a list for each split."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from charmlp.errors import CharmlpError, UsageError
from charmlp.rendering.source import RenderedSource
from charmlp.system.files import check_writable
from charmlp.text import printable

LISTS = {"train": "train.json", "val": "validation.json", "test": "test.json"}
FACTS = "synth.json"  # says that charmlp wrote the folder, and how
_OWN = frozenset(("images", FACTS, *LISTS.values()))
_IMAGE = re.compile(r"[0-9]{6,9}(-\w{1,20})?\.png")
_REPORT_EVERY = 500  # pictures


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raise `CharmlpError` where letters could not be written to `folder`, or would replace something else.

    With `overwrite`, a folder may be replaced if all that is in it was written by `write_letters`.
    """
    shown = printable(folder)
    if not folder.exists():
        check_writable(folder)
        return
    if not folder.is_dir():
        raise UsageError(f"--out: {shown} is a file, not a folder")
    if not (held := [path.name for path in folder.iterdir()]):
        return
    if not overwrite:
        raise UsageError(f"--out: {shown} holds something already; give another folder or --overwrite")
    strange = [name for name in held if name not in _OWN]
    if FACTS in held and not strange and (folder / "images").is_dir():
        strange = [path.name for path in (folder / "images").iterdir() if not _IMAGE.fullmatch(path.name)]
    if FACTS not in held or strange:
        what = f": {printable(strange[0])} is not of charmlp synth" if strange else ""
        raise UsageError(f"--out: {shown} holds more than rendered letters{what}; give another folder")


def write_letters(
    source: RenderedSource,
    folder: Path,
    norm_size: tuple[int, int],
    *,
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> int:
    """Draw every split of `source` and write it to `folder`, whole or not at all; the number of pictures.

    The pictures are grey PNGs in `images/`; each split has a list `{"000001-A.png": "A", …}`. They grow in a
    folder beside, which then takes the name. Raises `CharmlpError` (no room, read-only folder).
    """
    check_folder(folder, overwrite=overwrite)
    growing = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=folder.parent))
        growing.chmod(0o755)
        count = _write_splits(source, growing, norm_size, progress)
        if folder.exists():
            shutil.rmtree(folder)
        growing.replace(folder)
    except OSError as error:
        raise CharmlpError(f"{printable(folder)}: cannot be written: {error.strerror or error}") from None
    finally:
        if growing is not None and growing.exists():
            shutil.rmtree(growing, ignore_errors=True)
    return count


def _write_splits(
    source: RenderedSource,
    folder: Path,
    norm_size: tuple[int, int],
    progress: Callable[[str, int, int], None],
) -> int:
    total, number = sum(source.splits.values()), 0
    (folder / "images").mkdir()
    for split, count in source.splits.items():
        progress("rendering letters", number, total)
        letters = source.load(split, norm_size)
        labels: dict[str, str] = {}
        for image, label in zip(letters.images, letters.labels, strict=True):
            number += 1
            shown = re.sub(r"\W", "_", source.classes[label])[:20]  # for people
            name = f"{number:06}-{shown}.png"
            Image.fromarray(image).save(folder / "images" / name, "PNG")
            labels[name] = source.classes[label]
            if number % _REPORT_EVERY == 0 or len(labels) == count:
                progress("rendering letters", number, total)
        _write_json(folder / LISTS[split], labels)
    facts = {"classes": source.classes, "seed": source.seed, "norm_size": norm_size, **source.splits}
    _write_json(folder / FACTS, facts)
    return number


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
