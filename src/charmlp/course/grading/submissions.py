"""What was handed in: folders and zip archives, read without trusting anything in them.

Everything that can be graded is small, so a submission is read into memory: a name and bytes for each file.
Nothing is unpacked to where an archive says; links, devices and names that lead elsewhere are left out.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from charmlp.data.archives import names_of
from charmlp.data.readers.entries import fault_of_name
from charmlp.errors import CharmlpError, DataError
from charmlp.system.files import is_file, is_folder, open_regular, reason_of
from charmlp.text import natural, printable, shown_path

MOST_FILES = 2000  # of one submission; Python's come first
MOST_BYTES = 64 * 2**20  # of all of them
LARGEST_FILE = 8 * 2**20
LARGEST_ARCHIVE = 2**29
MOST_LOOKED_AT = 100_000  # files and folders
DEEPEST_ARCHIVE = 3  # an archive in an archive in an archive

ZIP = ".zip"
OTHER_ARCHIVES = {
    ".rar": "RAR",
    ".7z": "7z",
    ".tar": "tar",
    ".gz": "gzip",
    ".tgz": "tar",
    ".bz2": "bzip2",
    ".xz": "xz",
}
LONE_FILES = (".py", ".ipynb")
UNWANTED = {
    "__MACOSX", "__pycache__", "venv", "env", "site-packages", "Thumbs.db", "desktop.ini",
}  # fmt: skip
CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Submission:
    """One thing that lies in the teacher's folder; `student` is its name."""

    student: str
    path: Path


@dataclass
class Content:
    """The files of a submission by their names, forward slashes.

    notes    what the student should know, keys of the words with what fills their blanks
    problem  why nothing can be graded
    """

    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    problem: tuple[str, dict[str, object]] | None = None

    def note(self, key: str, **values: object) -> None:
        if (key, values) not in self.notes:
            self.notes.append((key, values))

    @property
    def fingerprint(self) -> str:
        """What tells whether it is the same as at another time."""
        digest = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            digest.update(f"{len(name)} {len(data)} {name}".encode("utf-8", "surrogateescape") + data)
        digest.update(repr((self.notes, self.problem)).encode("utf-8", "backslashreplace"))
        return digest.hexdigest()

    @property
    def python_files(self) -> dict[str, bytes]:
        return {name: data for name, data in self.files.items() if name.endswith(".py")}


class NotReadableError(Exception):
    """Why a submission, or an archive in it, cannot be read: a key of the words, and its blanks."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.problem = key, values


def find_submissions(folder: Path, out: Path) -> tuple[list[Submission], list[str]]:
    """What lies in the folder, in the order of its names, and the names of what is no submission.

    Raises `DataError` where there is no such folder, or nothing in it.
    """
    if not is_folder(folder):
        what = "a file" if is_file(folder) else "no such folder"
        raise DataError(f"{shown_path(folder)}: {what}; a folder with one submission each is expected")
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: natural(entry.name))
    except OSError as error:
        raise DataError(f"{shown_path(folder)}: cannot be read: {reason_of(error)}") from None
    inside = [
        entry for entry in entries if not is_unwanted(entry.name) and not same_place(Path(entry.path), out)
    ]
    handed_in = [entry for entry in inside if entry.is_dir() or is_handed_in(entry.name)]
    if not handed_in:
        raise DataError(
            f"{shown_path(folder)}: no submission; one folder or zip archive for each student is expected"
        )
    names = names_of_students(handed_in)
    found = [Submission(name, Path(entry.path)) for name, entry in zip(names, handed_in, strict=True)]
    return found, [readable(entry.name) for entry in inside if entry not in handed_in]


def names_of_students(entries: Sequence[os.DirEntry[str]]) -> list[str]:
    """Their names; those of the files where else two were the same, which a folder and an archive may be."""
    names = [name_of_student(entry.name, entry.is_dir()) for entry in entries]
    files = [readable(entry.name) for entry in entries]
    while twice := {name for name, count in Counter(map(str.casefold, names)).items() if count > 1}:
        changed = [
            file if name.casefold() in twice else name for name, file in zip(names, files, strict=True)
        ]
        if changed == names:  # which a system may have that knows A from a
            return [
                f"{name} ({at})" if name.casefold() in twice else name for at, name in enumerate(names, 1)
            ]
        names = changed
    return names


def is_unwanted(name: str) -> bool:
    """Whether a file or folder is made by a system or an editor."""
    return name in UNWANTED or (name.startswith(".") and name not in (".", ".."))


def is_handed_in(name: str) -> bool:
    return Path(name.lower()).suffix in (ZIP, *OTHER_ARCHIVES, *LONE_FILES)


def same_place(path: Path, other: Path) -> bool:
    with suppress(OSError):
        return path.samefile(other)
    return False


def name_of_student(name: str, is_folder: bool) -> str:
    """The name without what says that it is an archive.

    >>> name_of_student("张三.zip", False), name_of_student("v1.2", True), name_of_student("..zip", False)
    ('张三', 'v1.2', '..zip')
    """
    name = readable(name)
    stem = name if is_folder else re.sub(r"(\.tar)?\.\w+$", "", name)
    return stem if stem.strip(". ") else name


def readable(name: str) -> str:
    """A name that the system could not read as UTF-8 is in Chinese, as a rule; and nothing moves a cursor."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return printable(raw.decode(encoding))
    return printable(name)


def read_submission(path: Path, wanted: Iterable[str]) -> Content:
    """The files of a submission; the folder in it that has most of the `wanted` ones becomes its root."""
    content = Content()
    try:
        files = read_folder(path, content) if path.is_dir() else read_file(path, content)
        content.files = dict(sorted(as_utf8(the_root(files, frozenset(wanted), content), content).items()))
    except NotReadableError as error:
        content.problem = error.problem
    if not content.files and content.problem is None:
        content.problem = "empty", {}
    return content


def read_file(path: Path, content: Content) -> dict[str, bytes]:
    suffix = path.suffix.lower()
    if suffix in LONE_FILES:
        raise NotReadableError("lone-file", name=readable(path.name))
    try:
        with open_regular(path, "a zip archive", CharmlpError) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_ARCHIVE:
                raise NotReadableError("too-large", megabytes=LARGEST_ARCHIVE // 2**20)
            refuse_other_archives(file.read(8), suffix)
            file.seek(0)
            return read_archive(file, content, 1, Room())
    except CharmlpError as error:
        raise NotReadableError("cannot-open", reason=str(error)) from None


def refuse_other_archives(start: bytes, suffix: str) -> None:
    signs = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip"}
    known = next((name for sign, name in signs.items() if start.startswith(sign)), None)
    form = known or (OTHER_ARCHIVES.get(suffix) if not start.startswith(b"PK") else None)
    if form is not None:
        raise NotReadableError("other-archive", form=form)


@dataclass
class Room:
    """What may still be read of one submission."""

    files: int = MOST_FILES
    bytes: int = MOST_BYTES

    def take(self, size: int) -> bool:
        if self.files < 1 or size > self.bytes:
            return False
        self.files, self.bytes = self.files - 1, self.bytes - size
        return True


def read_folder(folder: Path, content: Content) -> dict[str, bytes]:
    """The regular files of a folder; no link is followed."""
    paths = sorted(regular_files(folder, content), key=lambda path: order(path.as_posix()))
    room, files = Room(), {}
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            size = path.stat().st_size
            if path.suffix.lower() == ZIP and size <= LARGEST_ARCHIVE:
                with suppress(NotReadableError), open_regular(path, "a file", CharmlpError) as file:
                    inner = read_archive(file, content, 2, room)
                    files.update({f"{name}/{inside}": data for inside, data in inner.items()})
            elif size > LARGEST_FILE or not room.take(size):
                content.note("left-out-large")
            else:
                with open_regular(path, "a file", CharmlpError) as file:
                    files[name] = file.read(LARGEST_FILE)
        except (OSError, CharmlpError):
            content.note("left-out-unreadable")
    return files


def regular_files(folder: Path, content: Content) -> Iterator[Path]:
    looked_at = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_unwanted(name))
        for name in [*folders, *names]:
            looked_at += 1
            if (Path(place) / name).is_symlink():
                content.note("left-out-link")
        if looked_at > MOST_LOOKED_AT:
            content.note("left-out-large")
            return
        for name in names:
            path = Path(place) / name
            with suppress(OSError):
                if not is_unwanted(name) and stat.S_ISREG(path.lstat().st_mode):
                    yield path


def order(name: str) -> tuple[bool, int, str]:
    """Python's files first, those near the root before others."""
    return not name.endswith(".py"), name.count("/"), name


def read_archive(file: IO[bytes], content: Content, depth: int, room: Room) -> dict[str, bytes]:
    """The files of a zip archive, and of those in it; raises `NotReadableError` where it is none."""
    try:
        with zipfile.ZipFile(file) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            if len(entries) > MOST_LOOKED_AT:
                raise NotReadableError("too-many", count=len(entries))
            named = sorted(zip(names_of(entries), entries, strict=True), key=lambda one: order(one[0]))
            return dict(read_entries(packed, named, content, depth, room))
    except NotReadableError:
        raise
    except NotImplementedError:
        raise NotReadableError("packed-otherwise") from None
    except RuntimeError:  # what zipfile says of a password
        raise NotReadableError("encrypted") from None
    except Exception:  # readers raise anything at all on damaged files
        raise NotReadableError("no-archive") from None


def read_entries(
    packed: zipfile.ZipFile,
    named: list[tuple[str, zipfile.ZipInfo]],
    content: Content,
    depth: int,
    room: Room,
) -> Iterator[tuple[str, bytes]]:
    for name, entry in named:
        if any(is_unwanted(part) for part in name.split("/")):
            continue
        if fault_of_name(name):
            content.note("left-out-name")
        elif stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            content.note("left-out-link")
        else:
            yield from read_entry(packed, name, entry, content, depth, room)


def read_entry(
    packed: zipfile.ZipFile, name: str, entry: zipfile.ZipInfo, content: Content, depth: int, room: Room
) -> Iterator[tuple[str, bytes]]:
    """The file, no more of it than it says it has; of an archive the files in it."""
    is_archive = name.lower().endswith(ZIP) and depth < DEEPEST_ARCHIVE
    if (entry.file_size > LARGEST_FILE and not is_archive) or not room.take(entry.file_size):
        content.note("left-out-large")
        return
    try:
        data = packed.open(entry).read(entry.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        content.note("left-out-damaged")
        return
    if not is_archive:
        yield name, data
        return
    with suppress(NotReadableError):
        inner = read_archive(io.BytesIO(data), content, depth + 1, room)
        yield from ((f"{name}/{inside}", inside_data) for inside, inside_data in inner.items())


def the_root(files: dict[str, bytes], wanted: frozenset[str], content: Content) -> dict[str, bytes]:
    """The files below the folder that has most of the wanted ones, named from there."""
    found: dict[PurePosixPath, int] = Counter()
    for name in map(PurePosixPath, files):
        if name.name in wanted:
            found[name.parent] += 1
    if not found:
        if files:
            raise NotReadableError("nothing-wanted", names=", ".join(sorted(wanted)))
        return {}
    best = min(found, key=lambda place: (-found[place], len(place.parts), natural(str(place))))
    if sum(count == found[best] for count in found.values()) > 1:
        content.note("several", place=str(best))
    prefix = "" if best == PurePosixPath(".") else f"{best}/"
    return {name[len(prefix) :]: data for name, data in files.items() if name.startswith(prefix)}


def as_utf8(files: dict[str, bytes], content: Content) -> dict[str, bytes]:
    """Python's files that Python would not read, since their Chinese is in GBK, written in UTF-8."""
    return {
        name: in_utf8(name, data, content) if name.endswith(".py") else data for name, data in files.items()
    }


def in_utf8(name: str, data: bytes, content: Content) -> bytes:
    lines = data.removeprefix(BOM).split(b"\n", 2)[:2]
    if any(CODING.match(line) for line in lines):
        return data
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return data
    with suppress(UnicodeDecodeError):
        text = data.decode("gb18030")
        content.note("gbk", name=name)
        return text.encode()
    return data
