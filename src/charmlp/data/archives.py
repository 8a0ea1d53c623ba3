"""A zip archive as data: weighed before anything of it is written, unpacked into a temporary folder."""

import os
import shutil
import stat
import tempfile
import zipfile
from contextlib import ExitStack, suppress
from pathlib import Path

from charmlp.data.readers.entries import fault_of_name, normal_name
from charmlp.errors import DataError
from charmlp.system.files import is_file, reason_of
from charmlp.text import quote, shown_path

MOST_FILES = 1_000_000
MOST_BYTES = 16 * 2**30
MOST_RATIO = 400  # unpacked bytes for one of the archive: more than white pages have
FEW_BYTES = 16 * 2**20  # whose ratio does not matter
_UTF8 = 0x800  # the flag that says so
_WAY_OUT = "unpack it yourself and give the folder"


def is_archive(path: Path) -> bool:
    """Whether this is a file that is named as a zip archive."""
    return path.suffix.lower() == ".zip" and is_file(path)


def unpack(archive: Path, temporary: ExitStack) -> Path:
    """A folder with what is in the archive, and with its name, which is removed when `temporary` is closed.

    Its files are as old as the archive, so that `charmlp.data.cache` knows them again.

    Raises DataError where it is no zip archive, or damaged, too large or hostile.
    """
    shown = shown_path(archive)
    try:
        with zipfile.ZipFile(archive) as packed:
            status = archive.stat()
            files = _checked(packed, status.st_size, shown)
            folder = Path(tempfile.mkdtemp(prefix="charmlp-")) / archive.name
            temporary.callback(shutil.rmtree, folder.parent, ignore_errors=True)
            folder.mkdir()
            for name, entry in files.items():
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as content, target.open("xb") as file:
                    shutil.copyfileobj(content, file)
                os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
            return folder
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{shown}: cannot be unpacked: {reason_of(error)}") from None
    except NotImplementedError:
        raise DataError(f"{shown}: packed in a way that is not read here; {_WAY_OUT}") from None
    except Exception:  # readers raise anything at all on damaged files
        raise DataError(f"{shown}: not a zip archive, or a damaged one") from None


def _checked(packed: zipfile.ZipFile, size: int, shown: str) -> dict[str, zipfile.ZipInfo]:
    """The files in an archive of `size` bytes by their names, if it is no risk to unpack them."""
    entries = [entry for entry in packed.infolist() if not entry.is_dir()]
    total = sum(entry.file_size for entry in entries)
    megabytes = f"{total / 2**20:,.0f} MB"
    if len(entries) > MOST_FILES:
        raise DataError(f"{shown}: {len(entries):,} files; at most {MOST_FILES:,} are unpacked")
    if total > MOST_BYTES:
        raise DataError(f"{shown}: {megabytes} when unpacked; at most {MOST_BYTES // 2**30} GB are unpacked")
    if total > max(FEW_BYTES, MOST_RATIO * size):
        raise DataError(
            f"{shown}: {megabytes} when unpacked, {total // size:,} times its own size; {_WAY_OUT}"
        )
    if total > shutil.disk_usage(tempfile.gettempdir()).free:
        place = shown_path(tempfile.gettempdir())
        raise DataError(f"{shown}: {megabytes} when unpacked, more than is free in {place}")
    files = dict(zip(names_of(entries), entries, strict=True))
    for name, entry in files.items():
        if fault := _fault_of(entry, name):
            raise DataError(f"{shown}: {quote(name)}: {fault}; {_WAY_OUT}")
    return files


def _fault_of(entry: zipfile.ZipInfo, name: str) -> str | None:
    if fault_of_name(name):
        return "leads out of the archive, or no file may have such a name"
    if entry.flag_bits & 1:
        return "encrypted"
    return None if stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG) else "a link or a device"


def names_of(entries: list[zipfile.ZipInfo]) -> list[str]:
    """What the files are called. Old archives do not say in which encoding, which is one for all names."""
    written = [entry.orig_filename for entry in entries]
    unsaid = [not entry.flag_bits & _UTF8 for entry in entries]
    old = b"\n".join(name.encode("cp437") for name, old in zip(written, unsaid, strict=True) if old)
    for encoding in ("utf-8", "gbk", "cp437"):  # the last of which anything is
        with suppress(UnicodeDecodeError):
            old.decode(encoding)
            break
    return [
        normal_name(name.encode("cp437").decode(encoding) if old else name)
        for name, old in zip(written, unsaid, strict=True)
    ]
