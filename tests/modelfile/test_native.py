"""Our own format: what is written is read, whatever was done to it in between is noticed."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.config import View
from charmlp.errors import CharmlpError, ModelFileError
from charmlp.modelfile import read_model, write_model
from tests.modelfile.making import model, native_parts, pack_native, same
from tests.sampling import in_full

M = model()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.safetensors"


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ModelFileError) as caught:
        read_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and message.isprintable() and len(message) < 500, message
    assert "Error" not in message, message
    return message.removeprefix(f"{path}: ")


class TestRoundTrip:
    @pytest.mark.parametrize("hidden", [(), (3,), (5, 1, 4)])
    def test_depth(self, path: Path, hidden: tuple[int, ...]) -> None:
        write_model(model(hidden), path)
        found = read_model(path)
        assert same(found, model(hidden)) and found.provenance == {"recipe": "slides", "seed": 7}
        assert type(found.norm_size) is tuple and type(found.classes) is tuple

    def test_everything_else(self, path: Path) -> None:
        odd = model(
            (2,), (1, 7), classes=("甲", "ı", "a b", '"\\', "a"), preprocessing="standardize", act_type="tanh"
        )
        write_model(odd, path)
        assert same(read_model(path), odd)

    def test_data_in_a_folder_whose_name_is_not_text(self, path: Path) -> None:
        write_model(dataclasses.replace(M, provenance={"data": "letters/\udcff"}), path)
        assert read_model(path).provenance == {"data": "letters/\udcff"}

    @pytest.mark.parametrize("view", [View(), View("auto"), View(ground="white")])
    def test_what_of_a_picture_is_seen(self, path: Path, view: View) -> None:
        write_model(dataclasses.replace(M, view=view), path)
        assert read_model(path).view == view

    def test_an_older_file_has_whole_pictures_on_white(self, path: Path) -> None:
        facts, table, content = native_parts(M)
        del facts["crop"], facts["ground"]
        path.write_bytes(pack_native(facts, table, content))
        assert read_model(path).view == View("none", "white")

    @pytest.mark.parametrize("entry", [{"crop": "tight"}, {"crop": ["auto"]}, {"ground": None}])
    def test_another_view_is_refused(self, path: Path, entry: dict[str, Any]) -> None:
        facts, table, content = native_parts(M)
        said = refusal(path, pack_native(facts | entry, table, content))
        assert said.startswith(f"the {next(iter(entry))} is ") and "expected one of" in said

    @pytest.mark.parametrize("temperature", [0.01, 0.661, 1.0, 100.0])
    def test_the_temperature(self, path: Path, temperature: float) -> None:
        warm = dataclasses.replace(M, temperature=temperature)
        write_model(warm, path)
        assert same(read_model(path), warm)
        assert (b"temperature" in path.read_bytes()) == (temperature != 1)

    def test_an_older_file_has_none(self, path: Path) -> None:
        path.write_bytes(pack_native(*native_parts(M)))
        assert read_model(path).temperature == 1

    def test_a_whole_number_is_a_number(self, path: Path) -> None:
        facts, table, content = native_parts(M)
        path.write_bytes(pack_native(facts | {"temperature": 2}, table, content))
        found = read_model(path).temperature
        assert (found, type(found)) == (2.0, float)

    @pytest.mark.parametrize("temperature", [0.0, -1.0, 0.0099, 100.1, math.nan, math.inf, "1", None])
    def test_none_that_is_not_sane_is_written(self, path: Path, temperature: Any) -> None:
        with pytest.raises(
            ModelFileError, match=r"the temperature is .*; expected a number from 0.01 to 100"
        ):
            write_model(dataclasses.replace(M, temperature=temperature), path)
        assert not path.exists()

    def test_by_hand_it_is_the_same_file(self, path: Path) -> None:
        path.write_bytes(pack_native(*native_parts(M)))
        assert same(read_model(path), M)

    @pytest.mark.parametrize("every", [5, in_full((1,))])
    def test_any_length_of_header(self, path: Path, every: int) -> None:
        """Its first byte, which is the file's, may be the one that begins a pickle."""
        for length in range(0, 256, every):
            padded = dataclasses.replace(M, provenance={"note": "x" * length})
            write_model(padded, path)
            assert same(read_model(path), padded)

    def test_the_library_reads_what_we_write(self, path: Path) -> None:
        from safetensors.numpy import load_file

        write_model(M, path)
        assert np.array_equal(load_file(path)["net.2.weight"], M.weights[1])

    def test_it_is_read_without_torch(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_model(M, path)
        monkeypatch.setitem(sys.modules, "torch", None)
        assert same(read_model(path), M)


class TestNotWritten:
    def test_what_could_not_be_read_again(self, path: Path) -> None:
        weights = (M.weights[0] * np.nan, M.weights[1])
        for bad, words in (
            (dataclasses.replace(M, weights=weights), "not finite"),
            (dataclasses.replace(M, classes=M.classes[:-1]), "26 outputs, but there are 25 classes"),
            (dataclasses.replace(M, act_type="swish"), "the activation is 'swish'"),
            (dataclasses.replace(M, classes=("A\n", *M.classes[1:])), "the class 'A\\\\n' is not a name"),
        ):
            with pytest.raises(ModelFileError, match=words):
                write_model(bad, path)
        assert not path.exists()

    @pytest.mark.parametrize("name", ["m", "m.pt", "m.onnx", "m.safetensors.bak"])
    def test_another_ending(self, tmp_path: Path, name: str) -> None:
        for do in (lambda p: write_model(M, p), read_model):
            with pytest.raises(ModelFileError, match=r"ends in \.safetensors or \.pth"):
                do(tmp_path / name)


class TestNoModel:
    def test_no_file(self, path: Path) -> None:
        with pytest.raises(ModelFileError, match="no such file; a model is expected there"):
            read_model(path)
        path.mkdir()
        with pytest.raises(ModelFileError, match="a folder; a model is expected"):
            read_model(path)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "the file is empty"),
            (b"\x01\x02", "not a .safetensors file, or cut off"),
            (b"\xff" * 100, "not a .safetensors file, or cut off"),
            (b"PK\3\4" + bytes(100), "a file of PyTorch by its content"),
            (b"\x80\x02}q\x00.........", "a file of PyTorch by its content"),
            (b"\2\0\0\0\0\0\0\0{}", "its header has no text under 'charmlp'"),
            (b"\2\0\0\0\0\0\0\0[]", "its header is not a table of tensors"),
            (b"\7\0\0\0\0\0\0\0" + b'{"a":1}', "its header is not a table of tensors"),
            (b"\4\0\0\0\0\0\0\0null", "its header is not a table of tensors"),
            (b"\4\0\0\0\0\0\0\0\xff\xff\xff\xff", "its header cannot be read"),
        ],
    )
    def test_other_bytes(self, path: Path, data: bytes, words: str) -> None:
        assert words in refusal(path, data)

    def test_a_file_of_somebody_else(self, path: Path) -> None:
        from safetensors.numpy import save

        assert "not a model of charmlp" in refusal(path, save({"a": np.zeros(3, np.float32)}))
        assert "not a model of charmlp" in refusal(
            path, save({"a": np.zeros(3, np.float32)}, {"format": "pt"})
        )


class TestDamaged:
    def test_no_flipped_bit_goes_unnoticed(self, path: Path) -> None:
        small = model((), (1, 1), classes=("0", "1"), provenance={})
        data = pack_native(*native_parts(small))
        for place in range(len(data)):
            refusal(path, data[:place] + bytes((data[place] ^ 1 << place % 8,)) + data[place + 1 :])

    def test_cut_off_anywhere(self, path: Path) -> None:
        data = pack_native(*native_parts(model((), (1, 1), classes=("0", "1"))))
        for length in range(len(data)):
            refusal(path, data[:length])
        refusal(path, data + b"\0")

    def test_a_checksum_that_is_none(self, path: Path) -> None:
        facts, table, content = native_parts(M)
        for checksum in (None, 7, "", "0" * 63, "f" * 64, ["0" * 64], "\ud800", "\ud800" * 64):
            assert refusal(path, pack_native(facts | {"checksum": checksum}, table, content)) == (
                "damaged: its checksum does not fit"
            )


def with_fact(name: str, value: Any) -> Callable[[Any, Any, bytes], bytes]:
    return lambda facts, table, content: pack_native(facts | {name: value}, table, content)


def with_entry(name: str, **entry: Any) -> Callable[[Any, Any, bytes], bytes]:
    return lambda facts, table, content: pack_native(
        facts, table | {name: table.get(name, {}) | entry}, content
    )


def without(name: str) -> Callable[[Any, Any, bytes], bytes]:
    return lambda facts, table, content: pack_native(
        {key: value for key, value in facts.items() if key != name},
        {key: value for key, value in table.items() if key != name},
        content,
    )


def number(place: int, value: float) -> Callable[[Any, Any, bytes], bytes]:
    def spoil(facts: Any, table: Any, content: bytes) -> bytes:
        numbers = np.frombuffer(content, np.float32).copy()
        numbers[place] = value
        return pack_native(facts, table, numbers.tobytes())

    return spoil


def text(old: str, new: str) -> Callable[[Any, Any, bytes], bytes]:
    """Another header's text; what is said about the model is in it as JSON inside JSON."""

    def spoil(facts: Any, table: Any, content: bytes) -> bytes:
        whole = json.dumps({"__metadata__": {"charmlp": json.dumps(facts)}} | table)
        assert old in whole
        return pack_native(facts, table, content, header=whole.replace(old, new, 1))

    return spoil


DEEP = "[" * 100_000 + "]" * 100_000
LAYERS = {f"net.{2 * n}.{kind}": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
          for n in range(10_000) for kind in ("weight", "bias")}  # fmt: skip

WRONG = [
    (with_fact("format", 2), "format version 2; this charmlp reads version 1"),
    (with_fact("format", True), "format version True"),
    (with_fact("format", "1"), "format version '1'"),
    (with_fact("format", [1] * 10**5), "format version of type list"),
    (with_fact("classes", []), "the classes are not a list of at least two names"),
    (with_fact("classes", "AB"), "the classes are not a list of at least two names"),
    (with_fact("classes", {"A": 1, "B": 2}), "the classes are not a list of at least two names"),
    (with_fact("classes", ["A"] * 26), "a class is there twice"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY"]), "26 outputs, but there are 25 classes"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY", 7]), "the class 7 is not a name"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY", ""]), "the class '' is not a name"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY", "\x1b[2J"]), "is not a name"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY", "\ud800"]), "is not a name"),
    (with_fact("classes", [*"ABCDEFGHIJKLMNOPQRSTUVWXY", "x\u2028"]), "is not a name"),
    (with_fact("norm_size", [-32, -32]), "norm_size is [-32, -32]; expected two sides from 1 to 4096"),
    (with_fact("norm_size", [10**6, 10**6]), "norm_size is [1000000, 1000000]"),
    (with_fact("norm_size", [0, 6]), "norm_size is [0, 6]"),
    (with_fact("norm_size", [2]), "norm_size is [2]"),
    (with_fact("norm_size", [2, 3.0]), "norm_size is of type list"),
    (with_fact("norm_size", [True, 6]), "norm_size is of type list"),
    (with_fact("norm_size", "2,3"), "norm_size is '2,3'"),
    (with_fact("norm_size", None), "norm_size is None"),
    (with_fact("norm_size", [3, 3]), "layer 0: the weight is 3×6; expected out×9"),
    (with_fact("preprocessing", "crop"), "the preprocessing is 'crop'; expected one of scale, standardize"),
    (with_fact("preprocessing", ["scale"]), "the preprocessing is of type list"),
    (with_fact("act_type", "swish"), "the activation is 'swish'; expected one of none, sigmoid, tanh, relu"),
    (with_fact("act_type", {}), "the activation is of type dict"),
    (with_fact("hidden_size", [10**9]), "hidden_size is [1000000000], but the tensors say [3]"),
    (with_fact("hidden_size", 3), "hidden_size is 3, but the tensors say [3]"),
    (with_fact("temperature", 0), "the temperature is 0; expected a number from 0.01 to 100"),
    (with_fact("temperature", -0.5), "the temperature is -0.5; expected a number"),
    (with_fact("temperature", 1e-300), "the temperature is 1e-300; expected a number"),
    (with_fact("temperature", 1e300), "the temperature is 1e+300; expected a number"),
    (with_fact("temperature", 101), "the temperature is 101; expected a number"),
    (with_fact("temperature", True), "the temperature is True; expected a number"),
    (with_fact("temperature", "0.5"), "the temperature is '0.5'; expected a number"),
    (with_fact("temperature", None), "the temperature is None; expected a number"),
    (with_fact("temperature", [0.5]), "the temperature is of type list; expected a number"),
    (text(r"\"hidden_size\"", r"\"temperature\": 1e999, \"hidden_size\""), "temperature is inf; expected"),
    (text(r"\"hidden_size\"", r"\"temperature\": NaN, \"hidden_size\""), "NaN in its header is not a number"),
    (with_fact("provenance", "home"), "the provenance is not a table"),
    (with_fact("weights", []), "header: unknown entry weights"),
    (without("classes"), "header: the entry classes is missing"),
    (without("checksum"), "header: the entry checksum is missing"),
    (without("net.2.bias"), "unknown tensor net.2.weight"),
    (with_entry("net.4.weight", dtype="F32", shape=[1, 1], data_offsets=[0, 4]), "unknown tensor"),
    (with_entry("net.0.weight", dtype="F64"), "the numbers are 'F64'; F32 (float32) is expected"),
    (with_entry("net.0.weight", dtype="BOOL"), "the numbers are 'BOOL'"),
    (with_entry("net.0.weight", dtype="I32"), "the numbers are 'I32'"),
    (with_entry("net.0.weight", dtype="C64"), "the numbers are 'C64'"),
    (with_entry("net.0.weight", dtype=None), "the numbers are None"),
    (with_entry("net.0.weight", extra=1), "header: net.0.weight: unknown entry extra"),
    (with_entry("net.0.weight", shape=[18]), "layer 0: the weight is 18; expected out×6"),
    (with_entry("net.0.weight", shape=[6, 3]), "layer 0: the weight is 6×3; expected out×6"),
    (with_entry("net.0.weight", shape=[-3, -6]), "shape is not a list of whole numbers"),
    (with_entry("net.0.weight", shape=[3.0, 6]), "shape is not a list of whole numbers"),
    (with_entry("net.0.weight", shape="3×6"), "shape is not a list of whole numbers"),
    (with_entry("net.0.weight", shape=[1] * 10**5), "shape has more than two numbers"),
    (with_entry("net.0.weight", shape=[10**9, 6]), "overlap, leave gaps or are cut off"),
    (with_entry("net.0.weight", shape=[2**62, 2**62]), "overlap, leave gaps or are cut off"),
    (with_entry("net.0.weight", data_offsets=[0, 10**12]), "overlap, leave gaps or are cut off"),
    (with_entry("net.0.bias", data_offsets=[0, 12]), "overlap, leave gaps or are cut off"),
    (number(0, math.nan), "layer 0: the weight has values that are not finite (NaN, Inf)"),
    (number(18, math.inf), "layer 0: the bias has values that are not finite"),
    (number(-1, -math.inf), "layer 1: the bias has values that are not finite"),
    (lambda facts, _, content: pack_native(facts, {}, content), "0 layers; expected 1 to 100"),
    (lambda facts, _, content: pack_native(facts, LAYERS, content), "10,000 layers; expected 1 to 100"),
    (lambda facts, table, content: pack_native(facts, table, content + b"1234"), "damaged or cut off"),
    (lambda facts, table, content: pack_native(facts, table, content[:-4]), "damaged or cut off"),
    (lambda facts, *rest: pack_native([facts], *rest), "format version None"),
    (lambda _, *rest: pack_native("{", *rest), "(JSON) cannot be read"),
    (lambda _, *rest: pack_native(DEEP, *rest), "(JSON) cannot be read"),
    (lambda *parts: pack_native(*parts, header=DEEP), "its header cannot be read"),
    (text('"net.0.bias"', '"net.0.weight"'), "'net.0.weight' is there twice in its header"),
    (text(r"\"format\": 1", r"\"format\": 1, \"format\": 1"), "'format' is there twice in its header"),
    (text('"shape"', '"shape": [1], "shape"'), "'shape' is there twice in its header"),
    (text("[3, 6]", "[NaN, 6]"), "NaN in its header is not a number"),
    (text("[3, 6]", f"[{'9' * 10**6}, 6]"), "a number in its header is too long"),
    (text(r"\"seed\": 7", r"\"seed\": Infinity"), "Infinity in its header is not a number"),
    (text(r"\"format\"", r"\"\\u0066ormat\""), None),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), WRONG, ids=[str(words)[:60] for _, words in WRONG])
def test_wrong_with_a_right_checksum(path: Path, spoil: Callable[..., bytes], words: str | None) -> None:
    data = spoil(*native_parts(M))
    if words is None:  # another spelling of the same is no fault
        path.write_bytes(data)
        assert same(read_model(path), M)
    else:
        assert words in refusal(path, data)


def test_large_promises_allocate_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("allocated")

    monkeypatch.setattr(np, "empty", never)
    for shape in ([10**9, 6], [3, 10**9]):
        refusal(path, with_entry("net.0.weight", shape=shape, data_offsets=[0, 24 * 10**9])(*native_parts(M)))
    path.write_bytes(pack_native(*native_parts(M)))
    with pytest.raises(AssertionError, match="allocated"):  # the control
        read_model(path)


@pytest.mark.skipif(sys.platform != "linux", reason="this system may fill the file with zeros")
def test_the_limit_of_parameters(path: Path) -> None:
    """A sparse file of 4 GB, as large as it says, with a little more than 10⁹ parameters."""
    facts, _, _ = native_parts(M)
    sizes = {"net.0.weight": [166_666_667, 6], "net.0.bias": [166_666_667], "net.2.weight": [26, 166_666_667],
             "net.2.bias": [26]}  # fmt: skip
    table, place = {}, 0
    for name, shape in sizes.items():
        end = place + 4 * math.prod(shape)
        table[name] = {"dtype": "F32", "shape": shape, "data_offsets": [place, end]}
        place = end
    data = pack_native(facts | {"hidden_size": [166_666_667]}, table, b"")
    try:
        with path.open("wb") as file:
            file.write(data)
            file.truncate(len(data) + place)
        with pytest.raises(ModelFileError, match="parameters; at most 10⁹ are accepted"):
            read_model(path)
    finally:
        path.unlink()


def test_a_full_disk_leaves_the_old_model(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(M, path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CharmlpError, match="cannot be written: No space left on device"):
        write_model(model((9,)), path)
    assert same(read_model(path), M) and list(path.parent.iterdir()) == [path]
