"""Rendered letters as files, in a layout that every verb reads: `images/` and a list for each split."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from PIL import Image

from charmlp.errors import UsageError
from charmlp.rendering.source import RenderedSource
from charmlp.system.files import check_writable, writing
from charmlp.text import printable

LISTS = {"train": "train.json", "val": "validation.json", "test": "test.json"}
FACTS = "synth.json"  # says that charmlp wrote the folder, and how
_OWN = FACTS, "images", *reversed(LISTS.values())
_IMAGE = re.compile(r"[0-9]{6,9}(-\w{1,20})?\.png")
_GROWING = re.compile(r"\..*\.part")  # what is being written, or was when it was killed
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
    if not (held := [path.name for path in folder.iterdir() if not _GROWING.fullmatch(path.name)]):
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
    folder beside, and take their places at the end. Raises `CharmlpError` (no room, read-only folder).
    """
    check_folder(folder, overwrite=overwrite)
    with writing(folder), ExitStack() as afterwards:
        place = folder if folder.exists() else folder.parent
        place.mkdir(parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=place))
        afterwards.callback(shutil.rmtree, growing, ignore_errors=True)
        count = _write_splits(source, growing, norm_size, progress)
        folder.mkdir(exist_ok=True)
        check_folder(folder, overwrite=overwrite)  # others may have put something there
        if overwrite:
            _remove_letters(folder)
        for name in _OWN:
            if (growing / name).exists():
                (growing / name).rename(folder / name)
    return count


def _remove_letters(folder: Path) -> None:
    """Remove what `write_letters` wrote, the lists first: what is left of a killed run trains nobody."""
    images = folder / "images"
    for name in LISTS.values():
        (folder / name).unlink(missing_ok=True)
    for image in images.iterdir() if images.is_dir() else ():
        if _IMAGE.fullmatch(image.name):
            image.unlink()
    (folder / FACTS).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        images.rmdir()


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
    facts = {
        "style": source.style,
        "classes": source.classes,
        "seed": source.seed,
        "norm_size": norm_size,
        **source.splits,
    }
    _write_json(folder / FACTS, facts)
    return number


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
