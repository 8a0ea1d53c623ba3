"""`charmlp cache`: what charmlp keeps to be quicker, where, how large; and away with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from charmlp.cli import complain
from charmlp.cli.arguments import Parser
from charmlp.language import translated
from charmlp.language.layout import padded
from charmlp.system.files import reason_of
from charmlp.system.keeping import CODE, IMAGES, RENDERED
from charmlp.text import as_json, printable, shown_path

SHELVES = {"decoded images": IMAGES, "rendered letters": RENDERED, "compiled code": CODE}


def make_parser() -> Parser:
    parser = Parser(
        "cache",
        "Say what is kept to be quicker next time: where, how many files, how large. All of it can be made "
        "again. CHARMLP_CACHE names another folder for it.",
        "charmlp cache\ncharmlp cache --clear",
    )
    parser.add_argument("--clear", action="store_true", help="remove it; other files in the folders stay")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default text)")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    caches, faults = [], []
    for name, shelf in SHELVES.items():
        folder, files = shelf.folder, shelf.files()
        total = sum(map(size, files))
        faults += remove(files) if args.clear else []
        caches.append({"name": name, "folder": str(folder), "entries": len(files), "bytes": total})
        if args.format == "text":
            amount = padded(translated(f"{len(files):,} files"), 13, right=True)
            removed = f"  {translated('removed')}" if args.clear else ""
            head = padded(translated(name), 17)
            print(f"{head}{amount}  {total / 1e6:>8,.1f} MB{removed}  {printable(folder)}")
    if args.format == "json":
        print(as_json({"caches": caches, "cleared": args.clear}))
    for fault in faults:
        complain(fault)
    return 1 if faults else 0


def size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:  # another run has removed it meanwhile
        return 0


def remove(files: Sequence[Path]) -> list[str]:
    """Remove the files; why some of them stay."""
    faults = []
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:  # Windows keeps a file that another run reads
            faults.append(f"{shown_path(file)}: cannot be removed: {reason_of(error)}")
    return faults
