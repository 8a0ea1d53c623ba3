"""Which image files there are: each folder is listed once, not each file asked for."""

import posixpath
from collections.abc import Iterable
from pathlib import Path

from charmlp.data.readers.entries import Entries, way_out
from charmlp.errors import DataError
from charmlp.images.filekinds import is_image_name
from charmlp.images.folders import Listing
from charmlp.letters.names import Names
from charmlp.text import printable, quote


class ImageFolder:
    """Answers for many names below one folder whether each is a regular file, and if not, why."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings = {"": Listing.of(folder)}
        self._stems: dict[str, dict[str, list[str]]] = {}  # folder → name without suffix → images
        if fault := self._listings[""].fault:
            raise DataError(f"{printable(folder)}: no folder of images there: {fault.lower()}")

    def check(self, entries: Entries) -> None:
        """Complete names without their suffix; add to `entries.problems` each that is not an image file."""
        complete = Names()
        for name in entries.names:
            parent, base = posixpath.split(name)
            found = self._file(parent, base)
            complete.append(name if found is None else name + found[len(base) :])
            if found is None and (fault := self._fault(parent, base)):
                entries.problems.add(f"{quote(name)}: {fault}")
        entries.names = complete

    def missing(self, names: Iterable[str]) -> int:
        """How many of `names` are not images here."""
        parts = map(posixpath.split, names)
        return sum(self._file(parent, base) is None for parent, base in parts)

    def _file(self, parent: str, base: str) -> str | None:
        """The file `base`, or the one image that is called so but for its suffix, as tables write ids."""
        files = self._listing(parent).files
        if base in files:
            return base
        if parent not in self._stems:
            stems = self._stems[parent] = {}
            for name in filter(is_image_name, files):
                stems.setdefault(name.rpartition(".")[0], []).append(name)
        images = self._stems[parent].get(base, [])
        return images[0] if len(images) == 1 else None

    def _listing(self, parent: str) -> Listing:
        if parent not in self._listings:
            listing = self._listings[parent] = Listing.of(self.folder / parent)
            if listing.fault:
                listing.fault = self._fault_of_folder(parent, listing.fault)
        return self._listings[parent]

    def _fault(self, parent: str, base: str) -> str | None:
        listing = self._listing(parent)
        if listing.fault:
            return listing.fault
        if base in listing.folders:
            return f"a folder in {listing.shown} (an image file is expected)"
        if base in listing.others:
            return f"not a file but a pipe, a device or a broken link in {listing.shown}"
        alike = listing.alike(base)
        if alike is None:
            return f"no such image in {listing.shown}"
        if (self.folder / parent / base).is_file():  # a disk that takes either case for the same name
            return None
        return f"no such image in {listing.shown} (did you mean {quote(alike)}?)"

    def _fault_of_folder(self, parent: str, reason: str) -> str:
        """Why there is no folder `parent`: which part of it is missing."""
        if way_out(parent):
            return f"no folder {quote(parent)}: {reason.lower()}"
        above = ""
        for part in parent.split("/"):
            listing = self._listing(above)
            if part not in listing.folders:
                alike = listing.alike(part)
                hint = f" (did you mean {quote(alike)}?)" if alike and alike != part else ""
                return listing.fault or f"no folder {quote(part)} in {listing.shown}{hint}"
            above = f"{above}/{part}" if above else part
        return f"the folder {quote(parent)} cannot be listed: {reason.lower()}"
