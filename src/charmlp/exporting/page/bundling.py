"""Modules of JavaScript as one script, so that a page opened as a file needs none of them.

A module says `import { a, b } from "./other.js";`, in one line, and `export` before what others take. In the
script modules stand behind what they import, without these words, and without the comments and indentation
that those need who read the modules themselves. A name that two of them have at their top would be one too
many: it is refused here, and by the browser, to which the script is one module.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable

SOURCES = importlib.resources.files(__package__) / "sources"

IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(async )?(function|const|class|let)\b)", re.MULTILINE)
NAMED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|class|let) (\w+)", re.MULTILINE)
# Comments that fill lines, those at the end of a statement, types within one; and what stands before a line
FOR_READERS = re.compile(
    r"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/)\n|(?<=[;,{]) //.*$|/\*\* @.*?\*/ ?|^[ \t]+", re.MULTILINE
)


def source(name: str) -> str:
    """A file of the page's."""
    return (SOURCES / name).read_text(encoding="utf-8")


def bundle(entry: str, read: Callable[[str], str] = source) -> str:
    """The script of a module and all that it imports; `read` gives a module's text by its name.

    Raises `ValueError` where modules import one another in a circle, or have a name in common.
    """
    texts: dict[str, str] = {}
    owners: dict[str, str] = {}

    def add(name: str, waiting: tuple[str, ...]) -> None:
        if name in waiting:
            raise ValueError(f"a circle of imports: {' → '.join((*waiting, name))}")
        if name in texts:
            return
        text = read(name)
        for other in IMPORT.findall(text):
            add(other, (*waiting, name))
        for own in NAMED.findall(text):
            if owners.setdefault(own, name) != name:
                raise ValueError(f"{own}: is in {owners[own]} and in {name}")
        texts[name] = FOR_READERS.sub("", EXPORT.sub("", IMPORT.sub("", text))).strip()

    add(entry, ())
    return "\n".join(f"\n// {name}\n\n{text}\n" for name, text in texts.items())
