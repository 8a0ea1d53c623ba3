"""What lies in folders, and which of it are images: one rule for training and for reading."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from charmlp.errors import ImageError
from charmlp.images.filekinds import check_picture
from charmlp.system.files import reason_of
from charmlp.text import printable

# What systems and programs leave behind, beside everything that is hidden.
LEFT_BEHIND = frozenset(
    ("@eadir", "__macosx", "#recycle", "$recycle.bin", "system volume information", "lost+found",
     "thumbs.db", "desktop.ini")
)  # fmt: skip

OF_A_RUN = {"config.toml", "metrics.csv"}  # whose pictures are no letters
MASKS = ("msk", "mask", "masks")  # say which pixels of the pictures beside them are the letter


def is_seen(name: str) -> bool:
    """Whether a file or folder of this name is looked at: not where it is hidden, or left behind."""
    return not name.startswith(".") and name.lower() not in LEFT_BEHIND


@dataclass
class Listing:
    """The names in one folder, by kind.

    fault  why the folder cannot be listed; empty where it can
    """

    folder: Path
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)  # pipes, devices, links to nowhere
    fault: str = ""
    _written: dict[str, str] | None = None

    @classmethod
    def of(cls, folder: Path) -> "Listing":
        listing = cls(folder)
        try:
            with os.scandir(folder) as found:
                for item in found:
                    kind = listing.others
                    with suppress(OSError):  # a link to itself, or to where one may not look
                        kind = listing.files if item.is_file() else listing.folders if item.is_dir() else kind
                    kind.add(item.name)
        except (OSError, ValueError) as error:  # ValueError: a name that no system accepts
            listing.fault = reason_of(error)
        return listing

    @property
    def shown(self) -> str:
        """The folder, for messages."""
        return printable(self.folder)

    def subfolders(self) -> list[Path]:
        """The folders inside, sorted; links come last, so that what they lead to is met by its own name."""
        inside = [self.folder / name for name in sorted(self.folders) if is_seen(name)]
        return sorted(inside, key=Path.is_symlink)

    def seen(self) -> list[str]:
        """The names of the files inside, sorted, broken links and pipes among them."""
        return sorted(filter(is_seen, self.files | self.others))

    def pictures(self) -> Iterator[str]:
        """The names of the pictures inside."""
        for name in self.seen():
            with suppress(ImageError):
                check_picture(self.folder / name, name)
                yield name

    def alike(self, name: str) -> str | None:
        """The name that differs from `name` only in case or in Unicode composition, or None."""
        if self._written is None:
            self._written = {_loose(there): there for there in self.files | self.folders}
        return self._written.get(_loose(name))


def _loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


class Walk:
    """Goes through folders below `top` and those below them, links too, each real folder once: circles end.

    left_out  what is no image, or was met before, and why, one line each
    faults    folders that cannot be listed, and why
    """

    def __init__(self, top: Path) -> None:
        self.top = top
        self.left_out: list[str] = []
        self.faults: list[str] = []
        self._met: dict[tuple[int, int], str] = {}
        for folder in (top.resolve(), *top.resolve().parents):
            self._first_name(folder, "a folder around it")

    def is_new(self, folder: Path) -> bool:
        """Whether this folder was not met before, by whatever name; if it was, it is left out."""
        place = self.place(folder)
        first = self._first_name(folder, place)
        if first != place:
            self.left_out.append(f"{place}: the same folder as {first}")
        return first == place

    def _first_name(self, folder: Path, place: str) -> str:
        try:
            status = folder.stat()
        except OSError:  # which listing it will tell
            return place
        return self._met.setdefault((status.st_dev, status.st_ino), place)

    def images_below(self, folder: Path) -> list[str]:
        """The images in `folder` and in new ones below it: sorted paths from `top`, with forward slashes."""
        found, waiting = [], [folder]
        while waiting:
            folder = waiting.pop()
            listing, place = Listing.of(folder), self.place(folder)
            if listing.fault:
                self.faults.append(f"{place}: cannot be listed: {listing.fault.lower()}")
            if listing.files >= OF_A_RUN:
                self.left_out.append(f"{place}: the folder of a run")
                continue
            for name in listing.seen():
                try:
                    check_picture(os.path.join(folder, name), place + name)  # noqa: PTH118
                    found.append(place + name)
                except ImageError as no_picture:
                    self.left_out.append(str(no_picture))
            waiting += filter(self.is_new, self.without_masks(listing.subfolders()))
        return sorted(found)

    def without_masks(self, folders: Sequence[Path]) -> Sequence[Path]:
        """The folders but for those of masks, as Chars74K's Msk/Sample001 beside Bmp/Sample001: left out."""
        masks = [folder for folder in folders if folder.name.lower() in MASKS]
        inside = {folder: Listing.of(folder).folders for folder in folders} if masks else {}
        masks = [
            mask for mask in masks if any(inside[mask] & inside[other] for other in set(folders) - {mask})
        ]
        self.left_out += [f"{self.place(mask)}: masks of the images beside it" for mask in masks]
        return [folder for folder in folders if folder not in masks]

    def place(self, folder: Path) -> str:
        """The path of a folder below `top`, with a slash at its end; of `top` itself, nothing."""
        inside = folder.relative_to(self.top).as_posix()
        return "" if inside == "." else f"{inside}/"
