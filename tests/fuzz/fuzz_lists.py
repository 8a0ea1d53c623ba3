"""Bytes against the readers of lists and tables: any exception but `CharmlpError` is a failure.

    python -m tests.fuzz.fuzz_lists -max_total_time=60

needs the extra `fuzz`. `tests/data/readers/test_lists_fuzz.py` runs `read_hostile_list` with hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterable

from charmlp.config import Reading
from charmlp.data.labels import class_indices, classes_of
from charmlp.data.readers.entries import Entries
from charmlp.data.readers.jsonlines import parse_json_lines
from charmlp.data.readers.lists import parse_list
from charmlp.data.readers.tables import parse_csv
from charmlp.data.readers.textlists import parse_text_list
from charmlp.errors import CharmlpError
from tests.fuzz.running import run

WHERE = "hostile.json"
SEEDS = (
    b'{"a.png": "A", "b/c.jpg": "b"}',
    b"path,label,split\na.png,A,train\nb.png,B,val\n",
    b'{"file_name": "a.png", "label": "A"}\n{"file_name": "b.png", "label": 7}\n',
    b"a.png A\nb.png B\n",
)


def read_hostile_list(data: bytes) -> str:
    """Read `data` as each kind of list; what comes out must be harmless. Says which were read."""
    kinds = {
        "list": lambda: [parse_list(data, WHERE, Reading())],
        "table": lambda: parse_csv(data, WHERE, Reading()).values(),
        "lines": lambda: parse_json_lines(data, WHERE, Reading()).values(),
        "text": lambda: [parse_text_list(data, WHERE, Reading())],
    }
    return ", ".join(kind for kind, read in kinds.items() if outcome(read) == "read")


def outcome(read: object) -> str:
    """'read' or 'refused'."""
    try:
        lists: Iterable[Entries] = read()  # type: ignore[operator]  # a function without arguments
        for entries in lists:
            check_entries(entries)
            entries.problems.raise_if_any()
            classes = classes_of(entries)
            assert class_indices(entries, classes).min() >= 0, "a label that made the classes is none of them"
    except CharmlpError as error:
        message = str(error)
        assert message.isprintable(), f"not one printable line: {message!r}"
        assert message.startswith(WHERE) and len(message) < 5000, message
        return "refused"
    return "read"


def check_entries(entries: Entries) -> None:
    """What the rest of the program takes for granted."""
    assert len(set(entries.names)) == len(entries.names) == len(entries.labels)
    for name, label in zip(entries.names, entries.labels, strict=True):
        parts = name.split("/")
        assert all(part not in ("", ".", "..") for part in parts[:-1]) and parts[-1], name
        assert ".." not in parts and "\\" not in name and name[1:2] != ":", name
        assert "\0" not in name + label and label, (name, label)
        (name + label).encode("utf-8")


if __name__ == "__main__":
    run(read_hostile_list, SEEDS)
