"""Which image files there are: each folder is listed once, not each file asked for."""

from collections.abc import Iterable
from pathlib import Path

from charmlp.data.readers.entries import Entries
from charmlp.errors import DataError
from charmlp.images.folders import Listing
from charmlp.text import printable, quote


class ImageFolder:
    """Answers for many names below one folder whether each is a regular file, and if not, why."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listings = {"": Listing.of(folder)}
        if fault := self._listings[""].fault:
            raise DataError(f"{printable(folder)}: no folder of images there: {fault.lower()}")

    def check(self, entries: Entries) -> None:
        """Add to `entries.problems` each name that is not an image file."""
        for name in entries.names:
            parent, _, base = name.rpartition("/")
            if base not in self._listing(parent).files and (fault := self._fault(parent, base)):
                entries.problems.add(f"{quote(name)}: {fault}")

    def missing(self, names: Iterable[str]) -> int:
        """How many of `names` are not files here."""
        parts = (name.rpartition("/") for name in names)
        return sum(base not in self._listing(parent).files for parent, _, base in parts)

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
        above = ""
        for part in parent.split("/"):
            listing = self._listing(above)
            if part not in listing.folders:
                alike = listing.alike(part)
                hint = f" (did you mean {quote(alike)}?)" if alike and alike != part else ""
                return listing.fault or f"no folder {quote(part)} in {listing.shown}{hint}"
            above = f"{above}/{part}" if above else part
        return f"the folder {quote(parent)} cannot be listed: {reason.lower()}"
