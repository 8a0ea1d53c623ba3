"""Lists and tables that hypothesis makes, through the same function that atheris drives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from charmlp.data import open_source
from charmlp.data.readers.entries import Entries
from charmlp.errors import CharmlpError
from tests.data.making import idx_bytes, make_idx
from tests.data.readers.test_idx import DIGITS, PIXELS
from tests.fuzz.fuzz_lists import check_entries, outcome, read_hostile_list

ODD = st.sampled_from(
    ["..", "/", "\\", ".", "C:", "\0", "\x1b[2J", "\ud800", "", "a.png", "A", "ı", "\u212a", "\u2028"]
)
TEXTS = st.text(max_size=8) | ODD | st.lists(ODD, max_size=4).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS | JSON), max_size=8)  # keys may repeat
CELLS = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
LINE_ENDS = ["\n", "\r\n", "\r"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "gbk", "latin-1"]


def object_of(pairs: list[tuple[str, object]]) -> bytes:
    return (
        "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(label)}" for name, label in pairs) + "}"
    ).encode()


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read_hostile_list(data)


@given(JSON)
def test_any_json(value: object) -> None:
    read_hostile_list(json.dumps(value).encode())


@given(PAIRS)
@example([("a/..", "A")])
@example([(".", "A"), ("./", "A"), ("a/.", "B")])
def test_any_object(pairs: list[tuple[str, object]]) -> None:
    read_hostile_list(object_of(pairs))


@given(PAIRS, st.integers(0, 200), st.integers(0, 200), st.binary(max_size=4))
def test_an_object_that_was_damaged(
    pairs: list[tuple[str, object]], start: int, stop: int, new: bytes
) -> None:
    data = object_of(pairs)
    read_hostile_list(data[:start] + new + data[max(start, stop) :])


@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=6),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_table(rows: list[list[str]], delimiter: str, end: str) -> None:
    header = delimiter.join(["path", "label", "split"])
    read_hostile_list(end.join([header, *map(delimiter.join, rows)]).encode())


@given(
    st.lists(TEXTS, min_size=1, max_size=8),
    st.sampled_from(["utf-8", "gbk", "utf-16", "utf-8-sig", "latin-1"]),
)
def test_any_encoding(texts: list[str], encoding: str) -> None:
    whole = json.dumps({f"{text}.png": text for text in texts}, ensure_ascii=False)
    read_hostile_list(whole.encode(encoding, "ignore"))


@given(st.binary(max_size=40), st.integers(0, 30), st.sampled_from(["images-idx3", "labels-idx1"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_idx_file(tmp_path: Path, new: bytes, place: int, kind: str) -> None:
    make_idx(tmp_path, PIXELS, DIGITS)
    whole = idx_bytes(PIXELS)
    (tmp_path / f"train-{kind}-ubyte").write_bytes(whole[:place] + new + whole[place + len(new) :])
    try:
        source = open_source(tmp_path)
    except CharmlpError as error:
        assert str(error).isprintable()
    else:
        assert sum(source.splits.values()) == len(PIXELS)


def test_the_good_are_read_and_the_bad_are_refused() -> None:
    assert read_hostile_list(b'{"a.png": "A"}') == "list"
    assert read_hostile_list(b"path,label\na.png,A\n") == "table, text"
    assert read_hostile_list(b'{"path": "a.png", "label": "A"}') == "list, lines"
    assert read_hostile_list(b"a.png A") == "text"
    assert read_hostile_list(b"") == ""


class TestNegativeControls:
    """A reader with a hole does not pass."""

    def test_another_exception(self) -> None:
        with pytest.raises(RecursionError):
            outcome(lambda: json.loads("[" * 100_000))

    def test_a_message_that_is_fit_for_no_terminal(self) -> None:
        def read() -> None:
            raise CharmlpError("hostile.json: \x1b[2J")

        with pytest.raises(AssertionError, match="not one printable line"):
            outcome(read)

    @pytest.mark.parametrize("name", ["../a.png", "a\\b.png", "C:a.png", "/a.png", "a/", "a//b", "a\0b"])
    def test_a_name_that_leads_out(self, name: str) -> None:
        entries = Entries("hostile.json")
        entries.names, entries.labels = [name], ["A"]
        with pytest.raises(AssertionError):
            check_entries(entries)
