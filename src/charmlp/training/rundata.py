"""Which data a run was trained on: `data.json` in its folder, and the same data opened again.

    {"folder": "/home/me/work", "data": "photos", "im_dir": null, "lists": null, "classes": null, …}

Paths are as they were given, beside the folder in which training was started: who repeats the command types
them as they are, and a report that is sent on tells no more than that.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charmlp.config import TrainingConfig
from charmlp.data import open_source
from charmlp.errors import CharmlpError, DataError
from charmlp.letters.source import Source
from charmlp.system.files import is_file, open_regular, write_whole
from charmlp.text import shown_path

DATA = "data.json"
MOST_BYTES = 2**24
ENTRIES: dict[str, tuple[type, ...]] = {
    "folder": (str,),
    "data": (str, type(None)),
    "im_dir": (str, type(None)),
    "lists": (dict, type(None)),
    "classes": (str, list, type(None)),
    "n_classes": (int, type(None)),
    "skip_bad": (bool,),
    "pack": (str, type(None)),
}


def entries_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is written down of what `train` was given as data, by the names of its arguments."""
    lists, classes = given["lists"], given["classes"]
    return {
        "folder": current_folder(),
        "data": plain_path(given["data"]),
        "im_dir": plain_path(given["im_dir"]),
        "lists": None if lists is None else {split: plain_path(path) for split, path in lists.items()},
        "classes": list(classes) if isinstance(classes, list | tuple) else plain_path(classes),
        "n_classes": given["n_classes"],
        "skip_bad": given["skip_bad"],
        "pack": plain_path(given.get("pack")),
    }


def write_data(run: Path, entries: Mapping[str, Any]) -> None:
    write_whole(run / DATA, json.dumps(entries, indent=1).encode("ascii"))


def current_folder() -> str:
    """Where training was started; nothing where that folder has been removed since."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def plain_path(path: Any) -> str | None:
    return None if path is None else os.fspath(path)


def read_data(run: Path) -> dict[str, Any] | None:
    """What `write_data` wrote; None where a run has none, as those of earlier versions.

    Raises `CharmlpError` where the file is not what it should be.
    """
    path = run / DATA
    if not is_file(path):
        return None
    with open_regular(path, "what a run was trained on", CharmlpError) as file:
        content = file.read(MOST_BYTES)
    try:
        entries = {"pack": None, **json.loads(content)}  # which earlier versions did not have
        for name, kinds in ENTRIES.items():
            if not isinstance(entries[name], kinds):
                raise ValueError
        if not all(
            isinstance(each, str) for each in (*(entries["lists"] or ()), *(entries["lists"] or {}).values())
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CharmlpError(f"{shown_path(path)}: is not what training wrote; give --data") from None
    return {name: entries[name] for name in ENTRIES}


def open_data(
    run: Path, classes: tuple[str, ...], config: TrainingConfig | None, *, cache: bool = True
) -> Source:
    """The data of a run as training had it: the same splits, held out by the same seed.

    Raises `DataError` that says to give `--data` where it is not known, or not there any more.
    """
    entries = read_data(run)
    if entries is None:
        raise DataError(f"{shown_path(run)} does not say what it was trained on; give --data")
    how: dict[str, Any] = {} if config is None else {"seed": config.seed, "reading": config}
    pack = found_again(entries["pack"], Path(entries["folder"]))
    try:
        if pack is not None and is_file(Path(pack)):  # what it learned from, whatever has changed since
            return open_source(pack, classes=classes)
        return open_source(**place_of(entries), classes=classes, cache=cache, **how)
    except DataError as error:
        raise DataError(
            f"the data of {shown_path(run)}: {error}; give --data where it lies elsewhere now", error.details
        ) from None


def place_of(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Where the data lies, as `open_source` and `train` take it."""
    folder, lists = Path(entries["folder"]), entries["lists"]
    return {
        "data": found_again(entries["data"], folder),
        "im_dir": found_again(entries["im_dir"], folder),
        "lists": None
        if lists is None
        else {split: str(found_again(path, folder)) for split, path in lists.items()},
    }


def found_again(path: str | None, folder: Path) -> str | None:
    """A path as it was given, seen from where training was started, else from here."""
    if path is None or path.startswith("synth:"):
        return path
    there = folder / path
    return str(there) if os.path.lexists(there) else path
