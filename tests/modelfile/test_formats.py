"""The table of formats: an entry and a file make one, whether it is read as well or only written."""

from __future__ import annotations

import dataclasses
import inspect
import io
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

import pytest

from charmlp.config import View
from charmlp.errors import MissingExtraError, ModelFileError
from charmlp.modelfile import (
    FORMATS,
    Format,
    Model,
    check_expressible,
    course,
    native,
    read_model,
    write_model,
)
from charmlp.modelfile.model import Refused
from tests.modelfile.making import archive, course_parts, model, native_parts, pack_native, pickle_of, same

M = model()
SHAPE = {
    "write": (["model"], "bytes"),
    "read": (["file"], "Model"),
    "check": (["classes", "preprocessing", "act_type", "view"], "None"),
}


def faults_of(kind: Format) -> list[str]:
    """What a format's module lacks of what the table says."""
    module = import_module(kind.module)
    needed = {"write"} | ({"read"} if kind.reads else set())
    faults = [f"{name} is missing" for name in sorted(needed) if not hasattr(module, name)]
    if hasattr(module, "read") and not kind.reads:
        faults.append("read is never called")
    for name in SHAPE.keys() & vars(module).keys():
        signature = inspect.signature(getattr(module, name))
        returned = getattr(signature.return_annotation, "__name__", str(signature.return_annotation))
        if (list(signature.parameters), returned) != SHAPE[name]:
            faults.append(f"{name}{signature}")
    return faults


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_what_the_table_says(suffix: str) -> None:
    assert suffix == suffix.lower() and suffix.startswith(".") and faults_of(FORMATS[suffix]) == []


class Toy(ModuleType):
    """A format's file: JSON with the first class and the first weight of `M`."""

    def check(self, classes: Sequence[str], preprocessing: str, act_type: str, view: View) -> None:
        if act_type == "tanh":
            raise Refused("a .toy file has no tanh")

    def write(self, model: Model) -> bytes:
        return json.dumps([model.classes[0], model.weights[0][0, 0].item()]).encode()

    def read(self, file: BinaryIO) -> Model:
        letter, weight = json.load(file)
        first = M.weights[0].copy()
        first[0, 0] = weight
        return dataclasses.replace(M, classes=(letter, *M.classes[1:]), weights=(first, M.weights[1]))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Format:
    """An entry and a file."""
    monkeypatch.setitem(sys.modules, "charmlp_toy", Toy("charmlp_toy"))
    monkeypatch.setitem(FORMATS, ".toy", Format("charmlp_toy"))
    return FORMATS[".toy"]


@pytest.fixture
def export(toy: Format, monkeypatch: pytest.MonkeyPatch) -> Format:
    monkeypatch.setitem(FORMATS, ".toy", dataclasses.replace(toy, reads=False))
    return FORMATS[".toy"]


class TestANewFormat:
    def test_it_is_written_and_read(self, toy: Format, tmp_path: Path) -> None:
        write_model(M, tmp_path / "m.TOY")
        assert json.loads((tmp_path / "m.TOY").read_bytes())[0] == "A"
        assert same(read_model(tmp_path / "m.TOY"), M)

    def test_what_it_cannot_express_is_refused_by_name(self, toy: Format, tmp_path: Path) -> None:
        path = tmp_path / "m.toy"
        with pytest.raises(ModelFileError, match=r"m\.toy: a \.toy file has no tanh$"):
            write_model(dataclasses.replace(M, act_type="tanh"), path)
        with pytest.raises(ModelFileError, match="has no tanh"):
            check_expressible(path, classes=M.classes, preprocessing="scale", act_type="tanh")
        assert not path.exists()

    def test_what_it_reads_is_checked(self, toy: Format, tmp_path: Path) -> None:
        for content, words in (('["B", 1]', "a class is there twice"), ('["A", NaN]', "not finite")):
            (tmp_path / "m.toy").write_text(content)
            with pytest.raises(ModelFileError, match=rf"m\.toy: .*{words}"):
                read_model(tmp_path / "m.toy")

    def test_one_that_is_only_written(self, export: Format, tmp_path: Path) -> None:
        path = tmp_path / "m.toy"
        write_model(M, path)
        assert path.stat().st_size > 0
        with pytest.raises(ModelFileError, match=r"m\.toy: a \.toy file can be written, not read$"):
            read_model(path)

    def test_a_name_of_none_of_them_is_told_those_that_would_do(self, export: Format, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match=r"ends in \.safetensors or \.pth or \.toy$"):
            write_model(M, tmp_path / "m.onnx")
        with pytest.raises(ModelFileError, match=r"ends in \.safetensors or \.pth$"):
            read_model(tmp_path / "m.onnx")

    def test_a_package_that_is_missing_is_told_before_anything_is_written(
        self, toy: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(FORMATS, ".toy", dataclasses.replace(toy, extra="no_such_package"))
        for write in (
            lambda path: write_model(M, path),
            lambda path: check_expressible(path, classes=M.classes, preprocessing="scale", act_type="none"),
        ):
            with pytest.raises(MissingExtraError, match=r"m\.toy: a \.toy file needs no_such_package"):
                write(tmp_path / "m.toy")
        assert list(tmp_path.iterdir()) == []

    def test_a_module_that_is_not_what_the_table_says_is_seen(self, toy: Format, export: Format) -> None:
        assert faults_of(Format("json")) == ["read is missing", "write is missing"]
        assert faults_of(export) != faults_of(dataclasses.replace(export, reads=True))


SLOPE = {"negative_slope": 0.01}


class TestConstantsOfAnActivation:
    """A leaky ReLU's slope stands in the file, for whoever reads it elsewhere."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "m.safetensors"

    def spoiled(self, path: Path, act_type: str, **facts: object) -> Path:
        said, table, content = native_parts(dataclasses.replace(M, act_type=act_type))
        path.write_bytes(pack_native(facts | said, table, content))
        return path

    def test_they_are_written_and_read(self, path: Path) -> None:
        leaky = dataclasses.replace(M, act_type="leaky_relu")
        write_model(leaky, path)
        assert rb"\"act_constants\": {\"negative_slope\": 0.01}" in path.read_bytes()
        assert same(read_model(path), leaky)
        assert same(read_model(self.spoiled(path, "leaky_relu", act_constants=SLOPE)), leaky)

    def test_the_others_have_none(self, path: Path) -> None:
        for act_type in ("none", "sigmoid", "tanh", "relu"):
            write_model(dataclasses.replace(M, act_type=act_type), path)
            assert b"act_constants" not in path.read_bytes()

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            (
                {"act_constants": {"negative_slope": 0.2}},
                "negative_slope is 0.2; this version computes with 0.01",
            ),
            ({"act_constants": {"negative_slope": "0.01"}}, "negative_slope is '0.01'; this version"),
            ({"act_constants": {}}, "act_constants: the constant negative_slope is missing"),
            ({}, "act_constants: the constant negative_slope is missing"),
            ({"act_constants": SLOPE | {"beta": 1}}, "act_constants: unknown constant beta"),
            ({"act_constants": 0.01}, "act_constants is 0.01; expected a table of names and values"),
            ({"act_constants": [0.01]}, "act_constants is of type list; expected a table"),
        ],
    )
    def test_other_ones_are_refused(self, path: Path, facts: dict[str, object], words: str) -> None:
        with pytest.raises(ModelFileError) as caught:
            read_model(self.spoiled(path, "leaky_relu", **facts))
        assert words in str(caught.value)

    def test_those_of_an_activation_without_any(self, path: Path) -> None:
        with pytest.raises(ModelFileError, match="act_constants: unknown constant negative_slope"):
            read_model(self.spoiled(path, "relu", act_constants=SLOPE))

    def test_the_course_has_no_room_for_them(self, path: Path) -> None:
        pytest.importorskip("torch")
        leaky, pth = dataclasses.replace(M, act_type="leaky_relu"), path.with_suffix(".pth")
        words = r"relu, not 'leaky_relu'; write a \.safetensors file instead"
        with pytest.raises(ModelFileError, match=words):
            write_model(leaky, pth)
        with pytest.raises(Refused, match=r"write a \.safetensors file instead"):
            course.check(course.CLASSES, "scale", "leaky_relu", M.view)
        state, configs, storages = course_parts(leaky)
        pth.write_bytes(archive(pickle_of(state, configs), storages))
        with pytest.raises(
            ModelFileError, match="the activation is 'leaky_relu'; expected one of none, sigmoid"
        ):
            read_model(pth)


def test_the_bytes_are_those_of_earlier_versions() -> None:
    """What `write` gives is what `making.py` packs by hand, but for the package's own spelling of JSON."""
    data = native.write(M)
    length = int.from_bytes(data[:8], "little")
    facts, table, content = native_parts(M)
    header = json.loads(data[8 : 8 + length])
    said = json.loads(header.pop("__metadata__")["charmlp"])
    assert list(said) == list(facts) and said | {"checksum": "0" * 64} == facts
    assert set(header) == set(table) and len(data) == 8 + length + len(content)
    assert same(native.read(io.BytesIO(data)), M)
