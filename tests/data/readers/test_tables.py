"""CSV and Parquet tables."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from charmlp.config import Reading
from charmlp.data import open_source
from charmlp.data.readers.parquet import read_parquet
from charmlp.data.readers.tables import is_csv_table, parse_csv
from charmlp.errors import DataError, MissingExtraError
from tests.data.making import make_images


@pytest.mark.parametrize(
    "text",
    [
        "path,label\na.png,A\nb.png,B\n",
        "label,path\nA,a.png\nB,b.png",
        "\ufeffPath, Label\r\na.png, A\r\n\r\nb.png, B\r\n",
        "path;label\na.png;A\nb.png;B\n",
        "path\tlabel\na.png\tA\nb.png\tB\n",
        'id,path,label\n1,"a.png","A"\n2,"b.png","B"\n',
        "\npath,label\na.png,A\nb.png,B\na.png,A\n",  # repeated, but in agreement
    ],
)
def test_csv(text: str) -> None:
    (split, entries), *others = parse_csv(text.encode(), "letters.csv", Reading()).items()
    assert (split, others) == ("train", [])
    assert entries.names == ["a.png", "b.png"] and entries.labels == ["A", "B"]
    assert not entries.problems.count


def test_a_column_says_the_split() -> None:
    text = "path,label,split\na.png,A,test\nb.png,B,train\nc.png,C,Validation\nd.png,D,val\n"
    splits = parse_csv(text.encode(), "letters.csv", Reading())
    assert {split: entries.names for split, entries in splits.items()} == {
        "train": ["b.png"],
        "val": ["c.png", "d.png"],
        "test": ["a.png"],
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the columns are none; expected is a table with the columns path,label"),
        (b"\n\n", "the columns are none"),
        (b"a.png,A\n", 'the columns are "a.png", "A"; expected'),
        (b"where,what\na.png,A\n", 'the columns are "where", "what"; expected'),
        (b"path,label,Path\na.png,A,b.png\n", '"path" and "Path" may both be the column of the path'),
        (b"path,label\n", "the table has no rows"),
        (b"path,label\na.png\n", "line 2: 1 cells, where the header has 2"),
        (b"path,label\na.png,A,B\n", "line 2: 3 cells, where the header has 2"),
        (b"path,label\n,A\n", 'line 2: "": no file name'),
        (b"path,label\na.png,\n", 'line 2: "a.png": the label is empty'),
        (b"path,label\na.png,A\na.png,B\n", 'line 3: "a.png": twice, with the labels "A" and "B"'),
        (b"path,label\n../a.png,A\n", 'line 2: "../a.png": leads out of the image folder'),
        (
            b"path,label,split\na.png,A,eval\n",
            'line 2: "a.png": the split is "eval" (train, val or test is expected)',
        ),
        (b"path,label,split\na.png,A,\n", 'the split is ""'),
        (b'path,label\n"a.png,A\n', "not CSV: a double quote that is never closed"),
        (b'path,label\n"a"b.png,A\n', "line 2: not CSV: "),
        (b'path\tlabel\n"a"b.png\tA\n', "line 2: not CSV: "),
        (b"path,label\n" + b"x" * 200_000 + b",A\n", "line 2: not CSV: field larger than field limit"),
        (b"path,label\na\0.png,A\n", "NUL" if sys.version_info < (3, 11) else "U+0000"),
        ("path,label\n甲.png,甲\n".encode("gbk"), "it looks like GBK"),
        ("path,label\na.png,A\n".encode("utf-16"), "is UTF-16"),
        (b"path,label\n" + b"nothing,\n" * 20, "letters.csv: 20 problems, the first 5: line 2: "),
    ],
)
def test_csv_that_is_wrong(data: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        for entries in parse_csv(data, "letters.csv", Reading()).values():
            entries.problems.raise_if_any()
    assert words in str(caught.value)
    assert str(caught.value).startswith("letters.csv: ") and str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path,label\n", True),
        ('"Label";"path"\n', True),
        ("image,class\na,b\n", True),
        ("image,size\na,b\n", False),
        ("", False),
    ],
)
def test_is_table(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert is_csv_table(tmp_path / "a.csv", Reading()) is expected


class TestParquet:
    @pytest.fixture(autouse=True)
    def _needs_pyarrow(self) -> None:
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")

    def write(self, file: Path, /, **columns: object) -> Path:
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.table(columns), file)
        return file

    def test_texts(self, tmp_path: Path) -> None:
        make_images(tmp_path, ["a.png", "b.png"])
        path = self.write(
            tmp_path / "letters.parquet", path=["a.png", "b.png"], label=["A", "b"], split=["train", "val"]
        )
        source = open_source(path)
        assert source.splits == {"train": 1, "val": 1} and len(source.classes) == 26

    def test_numbers_among_other_columns(self, tmp_path: Path) -> None:
        make_images(tmp_path, ["a.png", "b.png"])
        odd = [{"x": 1, "y": [1, 2]}, {"x": 2, "y": []}]
        path = self.write(tmp_path / "letters.parquet", odd=odd, path=["a.png", "b.png"], label=[7, 10])
        assert open_source(path).classes == ("10", "7")

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            ({"where": ["a.png"], "label": ["A"]}, 'the columns are "where", "label"'),
            ({"path": ["a.png"], "label": [1.5]}, 'row 1: "a.png": the label is a number'),
            ({"path": ["a.png"], "label": [True]}, 'row 1: "a.png": the label is true'),
            ({"path": ["a.png"], "label": [None]}, 'row 1: "a.png": the label is null'),
            ({"path": ["a.png"], "label": [b"A"]}, 'row 1: "a.png": the label is of type bytes'),
            ({"path": [None], "label": ["A"]}, "row 1: the path is null"),
            ({"path": [b"a.png"], "label": ["A"]}, "row 1: the path is of type bytes"),
            ({"path": ["a.png"], "label": [["A"]]}, "the column label holds list"),
            ({"path": ["a.png", "no.png"], "label": ["A", "B"]}, '"no.png": no such image'),
        ],
    )
    def test_wrong(self, tmp_path: Path, columns: dict[str, object], words: str) -> None:
        make_images(tmp_path, ["a.png"])
        path = self.write(tmp_path / "letters.parquet", **columns)
        with pytest.raises(DataError) as caught:
            open_source(path)
        assert words in str(caught.value) and str(caught.value).isprintable()

    @pytest.mark.full  # a million times
    def test_a_few_bytes_that_say_a_long_text_a_million_times(self, tmp_path: Path) -> None:
        import pyarrow

        def repeat(text: str) -> object:
            return pyarrow.DictionaryArray.from_arrays(np.zeros(1_000_000, np.int32), [text])

        path = self.write(tmp_path / "letters.parquet", path=repeat("x" * 50_000), label=repeat("A"))
        assert path.stat().st_size < 2_000_000
        with pytest.raises(DataError, match=r"1,000,000 problems.* a name of 50,000 characters"):
            open_source(path)

    def test_flipped_bytes(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "letters.parquet", path=["a.png", "b.png"] * 50, label=["A", "B"] * 50)
        whole, generator = path.read_bytes(), np.random.default_rng(1)
        refused = 0
        for place in generator.integers(len(whole), size=300):
            path.write_bytes(whole[:place] + generator.bytes(1) + whole[place + 1 :])
            try:
                read_parquet(path, Reading())
            except DataError as error:
                refused += 1
                assert str(error).isprintable()
        assert refused > 50

    def test_damaged(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "letters.parquet", path=["a.png"] * 99, label=["A"] * 99)
        whole = path.read_bytes()
        for length in range(0, len(whole), 7):
            path.write_bytes(whole[:length])
            with pytest.raises(DataError, match=r"letters.parquet: not a Parquet file"):
                open_source(path)


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "letters.parquet").write_bytes(b"PAR1")
    with pytest.raises(MissingExtraError, match=r'pip install "pyarrow>=17"'):
        open_source(tmp_path / "letters.parquet")
