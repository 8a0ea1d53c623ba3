"""The course's `.pth`: its own program reads ours, we read its, and nothing in a file is ever run."""

from __future__ import annotations

import dataclasses
import io
import os
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp import calculus
from charmlp.config import View
from charmlp.errors import ModelFileError
from charmlp.modelfile import check_expressible, read_model, write_model
from tests.modelfile.making import (
    Pickle,
    archive,
    course_parts,
    load_as_the_course,
    model,
    pickle_of,
    same,
    save_as_the_course,
    tensor_of,
)
from tests.sampling import in_full

M = model()
PARTS = course_parts(M)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.pth"


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ModelFileError) as caught:
        read_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and message.isprintable() and len(message) < 500, message
    assert "Error" not in message, message
    return message.removeprefix(f"{path}: ")


def read(path: Path, data: bytes) -> Any:
    path.write_bytes(data)
    return read_model(path)


class TestTheCoursesProgram:
    """A stand-in for it, some forty lines of plain torch in `making.py`."""

    @pytest.mark.parametrize("hidden", [(), (4,), (3, 5)])
    @pytest.mark.parametrize("act_type", ["relu", "sigmoid"])
    def test_we_read_what_it_writes(
        self, path: Path, torch: Any, hidden: tuple[int, ...], act_type: str
    ) -> None:
        net = save_as_the_course(path, (4, 3), hidden, act_type)
        found = read_model(path)
        assert found.sizes == (12, *hidden, 26) and found.act_type == act_type and found.norm_size == (4, 3)
        assert found.classes[:3] == ("A", "B", "C") and found.preprocessing == "scale"
        if hidden:
            images = np.random.default_rng(0).normal(size=(5, 12)).astype(np.float32)
            ours = calculus.mlp(images, found.weights, found.biases, act_type)
            theirs = net(torch.from_numpy(images)).detach().numpy()
            assert np.allclose(ours, theirs, atol=1e-5)

    @pytest.mark.parametrize("hidden", [(), (4,), (3, 5)])
    def test_it_reads_what_we_write(self, path: Path, torch: Any, hidden: tuple[int, ...]) -> None:
        written = model(hidden)
        write_model(written, path)
        net = load_as_the_course(path)
        weights = [value.detach().numpy() for name, value in net.named_parameters() if name.endswith("W")]
        assert all(np.array_equal(a, b) for a, b in zip(weights, written.weights, strict=True))
        assert same(read_model(path), written)

    def test_it_has_no_temperature(self, path: Path, torch: Any) -> None:
        """The file is, bit for bit, the one without: the course's program knows nothing else."""
        written = []
        for temperature in (1.0, 0.5):
            write_model(dataclasses.replace(M, temperature=temperature), path)
            written.append(path.read_bytes())
        assert written[0] == written[1] and read_model(path).temperature == 1


class TestVarieties:
    """Every way in which PyTorch writes the same model."""

    def saved(
        self, torch: Any, change: Callable[[Any], Any] = lambda tensor: tensor, **options: Any
    ) -> bytes:
        state = OrderedDict()
        for layer, (weight, bias) in enumerate(zip(M.weights, M.biases, strict=True)):
            state[f"net.{2 * layer}.W"] = change(torch.tensor(weight))
            state[f"net.{2 * layer}.b"] = change(torch.tensor(bias))
        configs = course_parts(M)[1] | options.pop("configs", {})
        file = io.BytesIO()
        torch.save(
            {"state_dict": options.pop("wrap", OrderedDict)(state), "configs": configs}, file, **options
        )
        return file.getvalue()

    @pytest.mark.parametrize("old", [False, True], ids=["archive", "before 1.6"])
    def test_old_and_new(self, path: Path, torch: Any, old: bool) -> None:
        for options in ({}, {"wrap": dict}, {"pickle_protocol": 4}):
            data = self.saved(torch, _use_new_zipfile_serialization=not old, **options)
            assert same(read(path, data), M)
        assert same(
            read(path, self.saved(torch, torch.nn.Parameter, _use_new_zipfile_serialization=not old)), M
        )

    @pytest.mark.parametrize("old", [False, True], ids=["archive", "before 1.6"])
    @pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
    def test_other_real_numbers(self, path: Path, torch: Any, dtype: str, old: bool) -> None:
        kind = getattr(torch, dtype)
        found = read(path, self.saved(torch, lambda t: t.to(kind), _use_new_zipfile_serialization=not old))
        for ours, exact in zip(found.weights, M.weights, strict=True):
            assert ours.dtype == np.float32
            assert np.array_equal(ours, torch.tensor(exact).to(kind).float().numpy())

    @pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "complex64"])
    def test_no_real_numbers(self, path: Path, torch: Any, dtype: str) -> None:
        data = self.saved(torch, lambda t: t.to(getattr(torch, dtype)))
        assert refusal(path, data) == f"net.0.W holds numbers of type {dtype}; expected real ones"

    def test_lists_for_tuples(self, path: Path, torch: Any) -> None:
        data = self.saved(torch, configs={"norm_size": [2, 3], "hidden_size": [3]})
        assert same(read(path, data), M)
        assert same(read(path, self.saved(torch, configs={"norm_size": torch.Size((2, 3))})), M)

    def test_views_and_transposed_tensors(self, path: Path, torch: Any) -> None:
        assert same(read(path, self.saved(torch, lambda t: torch.cat([t, t])[len(t) :])), M)
        assert same(read(path, self.saved(torch, lambda t: t.T.contiguous().T if t.ndim == 2 else t)), M)

    def test_saved_on_a_gpu(self, path: Path) -> None:
        state, configs, storages = course_parts(M)
        state["net.0.W"] = tensor_of("0", (3, 6), device="cuda:3")
        assert same(read(path, archive(pickle_of(state, configs), storages)), M)

    def test_saved_on_a_machine_of_the_other_byte_order(self, path: Path) -> None:
        state, configs, storages = course_parts(M)
        swapped = [np.frombuffer(numbers, "<f4").astype(">f4").tobytes() for numbers in storages]
        assert same(read(path, archive(pickle_of(state, configs), swapped, {"model/byteorder": b"big"})), M)

    def test_read_without_torch(self, path: Path, torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        path.write_bytes(self.saved(torch))
        monkeypatch.setitem(sys.modules, "torch", None)
        assert same(read_model(path), M)

    def test_by_hand(self, path: Path) -> None:
        assert same(read(path, archive(pickle_of(*PARTS[:2]), PARTS[2])), M)

    def test_the_default_hidden_size_of_one_layer_alone(self, path: Path) -> None:
        state, configs, storages = course_parts(model(()))
        data = archive(pickle_of(state, configs | {"hidden_size": (32,)}), storages)
        assert same(read(path, data), model(()))


class TestNotExpressible:
    def test_what_the_layout_has_no_words_for(self, path: Path, torch: Any) -> None:
        for other, words in (
            (model(classes=("0", "1")), r"has the classes A-Z only; write a \.safetensors file instead"),
            (model(preprocessing="standardize"), r"not 'standardize'; write a \.safetensors file instead"),
            (
                model(view=View("auto")),
                r"not --crop auto; write a \.safetensors file instead",
            ),
        ):
            with pytest.raises(ModelFileError, match=words):
                write_model(other, path)
            with pytest.raises(ModelFileError, match=words):
                check_expressible(
                    path,
                    classes=other.classes,
                    preprocessing=other.preprocessing,
                    act_type="none",
                    view=other.view,
                )
        assert not path.exists()


FIRED: list[str] = []


def fire(*_: object) -> None:
    """What a hostile pickle would have us call."""
    FIRED.append("fired")


class Bomb:
    def __reduce__(self) -> Any:
        return fire, ()


GADGETS = {
    "os system": b"cos\nsystem\n",
    "eval": b"c__builtin__\neval\n",
    "exec": b"cbuiltins\nexec\n",
    "getattr": b"cbuiltins\ngetattr\n",
    "torch.load": b"ctorch\nload\n",
    "torch.hub.load": b"ctorch.hub\nload\n",
    "torch.load under another name": b"ctorch.serialization\nload\n",
    "a storage from bytes": b"ctorch.storage\n_load_from_bytes\n",
    "torch's own eval": b"ctorch.utils._pytree\nLeafSpec\n",
    "a compiler": b"ctorch.utils.cpp_extension\nload_inline\n",
    "numpy's reader": b"cnumpy.core.multiarray\n_reconstruct\n",
    "numpy's scalar": b"cnumpy.core.multiarray\nscalar\n",
    "runpy": b"crunpy\n_run_code\n",
    "a name with dots": b"ctorch._utils\n_rebuild_tensor_v2.__globals__\n",
    "ourselves": b"ctests.modelfile.test_course\nfire\n",
}


class TestNothingRuns:
    @pytest.mark.parametrize("where", ["archive", "before 1.6", "plain pickle"])
    def test_a_pickle_that_calls(self, path: Path, torch: Any, where: str) -> None:
        file = io.BytesIO()
        if where == "plain pickle":
            file.write(pickle.dumps(Bomb(), 2))
        else:
            torch.save(
                {"state_dict": Bomb(), "configs": {}}, file, _use_new_zipfile_serialization=where == "archive"
            )
        message = refusal(path, file.getvalue())
        assert FIRED == []
        assert "fire" in message or "could run anything" in message
        pickle.loads(pickle.dumps(Bomb(), 2))  # the control
        assert FIRED.pop() == "fired"

    @pytest.mark.parametrize("gadget", GADGETS)
    def test_gadgets(self, path: Path, gadget: str) -> None:
        called = GADGETS[gadget] + Pickle().value(("echo",)).data[2:] + b"R"
        for spoiled in (
            pickle_of(PARTS[0] | {"net.0.W": called}, PARTS[1]),
            pickle_of(PARTS[0], PARTS[1] | {"act_type": called}),
            Pickle().value(called).end(),
            b"\x80\x04" + Pickle().value("posix").value("system").data[2:] + b"\x93.",
        ):
            assert "nothing of it was run" in refusal(path, archive(spoiled, PARTS[2]))

    @pytest.mark.parametrize(
        "instructions",
        [b"(S'echo'\nios\nsystem\n", b"(cos\nsystem\nS'echo'\no", b"\x8c\x05posix\x8c\x06system\x93",
         b"cos\nsystem\n)\x81", b"\x82\x01", b"\x84\x01\0\0\0", b"P0\n", b"(dp0\n", b"\x8f",
         b"\x95" + bytes(8)],
        ids=["INST", "OBJ", "STACK_GLOBAL", "NEWOBJ", "EXT1", "EXT4", "PERSID", "DICT", "EMPTY_SET", "FRAME"],
    )  # fmt: skip
    def test_other_instructions(self, path: Path, instructions: bytes) -> None:
        refusal(path, archive(b"\x80\x02" + instructions + b".", PARTS[2]))

    def test_a_torchscript_program(self, path: Path, torch: Any) -> None:
        for name in ("model/constants.pkl", "model/code/__torch__.py"):
            data = archive(pickle_of(*PARTS[:2]), PARTS[2], {name: b"..."})
            assert "a TorchScript program, which is not run" in refusal(path, data)

    def test_a_whole_module(self, path: Path, torch: Any) -> None:
        file = io.BytesIO()
        torch.save(torch.nn.Linear(2, 2), file)
        assert "names torch.nn.modules.linear.Linear, which is not a tensor" in refusal(path, file.getvalue())

    def test_arrays_of_objects(self, path: Path, torch: Any) -> None:
        file = io.BytesIO()
        torch.save({"state_dict": np.array([Bomb()], object), "configs": {}}, file)
        assert "nothing of it was run" in refusal(path, file.getvalue()) and FIRED == []


def archive_of(state: Any = None, configs: Any = None, storages: Any = None, **options: Any) -> bytes:
    own = course_parts(M)
    pickled = pickle_of(own[0] if state is None else state, own[1] if configs is None else configs)
    return archive(pickled, own[2] if storages is None else storages, **options)


def config(**changed: Any) -> bytes:
    return archive_of(configs=PARTS[1] | changed)


def tensor(name: str, part: Any) -> bytes:
    return archive_of(state=PARTS[0] | {name: part})


def without(name: str) -> bytes:
    state, configs = ({k: v for k, v in table.items() if k != name} for table in PARTS[:2])
    return archive_of(state, configs)


def storages(place: int, content: bytes) -> bytes:
    return archive_of(storages=[content if n == place else c for n, c in enumerate(PARTS[2])])


def twice_in_the_zip() -> bytes:
    file = io.BytesIO(archive_of())
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as zipped:
        warnings.simplefilter("ignore")
        zipped.writestr("model/data/0", PARTS[2][0])
    return file.getvalue()


def twice_in_the_pickle() -> bytes:
    pairs = Pickle().value(b"}(").value("net.0.W").value(tensor_of("0", (3, 6)))
    pairs.value("net.0.W").value(tensor_of("0", (3, 6))).value(b"u")
    return archive_of(state=pairs.data[2:])


def directory(change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    """An archive whose directory says something else than its entries."""
    file = io.BytesIO(archive_of(more={f"model/data/x{n}": b"" for n in range(20)}))
    with zipfile.ZipFile(file, "a") as zipped:
        for entry in zipped.infolist():
            change(entry)
        zipped._didModify = True  # type: ignore[attr-defined]
    return file.getvalue()


def larger(entry: zipfile.ZipInfo) -> None:
    entry.file_size += 10**9


def remarked(entry: zipfile.ZipInfo) -> None:
    entry.comment = bytes(65_000)


def bomb(levels: int) -> bytes:
    return archive(pickle_of(*PARTS[:2]), [*PARTS[2][1:], bytes(levels)], compression=zipfile.ZIP_DEFLATED)


def many_layers() -> bytes:
    state = {f"net.{2 * n}.{name}": tensor_of("0", (3, 6)) for n in range(150) for name in "Wb"}
    return archive_of(state=state)


def recursive() -> bytes:
    return Pickle().value(b"]q\x01h\x01a").end()


MANY = Pickle().value(b"(" * 50_000 + b"t" * 50_000).end()
DEEP_KEY = Pickle().value(b"}" + b")" + b"\x85" * 100_000 + b"K\x01s").end()

WRONG: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"", "the file is empty; a model is expected"),
    (lambda: b"hello", "not a file of PyTorch"),
    (lambda: b"\x10\0\0\0\0\0\0\0{}              ", "a .safetensors file by its content"),
    (lambda: b"PK\3\4" + bytes(1000), "damaged: the archive cannot be read"),
    (lambda: b"x" * 257 + b"ustar" + bytes(1000), "a file of PyTorch 0.1"),
    (lambda: archive(b"", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02q\x01.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02h\x01.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02u.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02NQ.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02]]R.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02X\xff\xff\xff\xffa.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02X\2\0\0\0\xff\xff.", []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02\x8b\xff\xff\xff\x7f1.", []), "the pickle instruction LONG4"),
    (lambda: archive(b"\x80\x02N" + b"r\xff\xff\xff\x7f.", []), "does not hold a dictionary"),
    (lambda: archive(recursive(), []), "does not hold a dictionary"),
    (lambda: archive(MANY, []), "does not hold a dictionary"),
    (lambda: archive(DEEP_KEY, []), "its table of contents (a pickle) cannot be read"),
    (lambda: archive(b"\x80\x02" + b"N" * 300_000 + b".", []), "its table of contents is too long"),
    (lambda: archive(Pickle().value({"model": 1}).end(), []), "holds 'model'; expected 'state_dict' and"),
    (lambda: archive(Pickle().value({}).end(), []), "holds nothing; expected 'state_dict' and 'configs'"),
    (
        lambda: archive(Pickle().value({f"k{n}": n for n in range(9)}).end(), []),
        "'k0', 'k1', 'k2' and 6 more",
    ),
    (lambda: archive(Pickle().value({"state_dict": {}, "configs": {}, 7: 7}).end(), []), "holds"),
    (lambda: archive_of(state=[1]), "'state_dict' and 'configs' must be dictionaries"),
    (lambda: archive_of(state={}), "state_dict: the entry net.0.W is missing"),
    (lambda: archive_of(configs=[1]), "'state_dict' and 'configs' must be dictionaries"),
    (lambda: without("net.2.b"), "state_dict: unknown entry net.2.W"),
    (lambda: without("net.0.W"), "state_dict: the entry net.0.W is missing"),
    (lambda: without("act_type"), "configs: the entry act_type is missing"),
    (lambda: config(dropout=0.5), "configs: unknown entry dropout"),
    (lambda: tensor("net.1.W", tensor_of("0", (3, 6))), "state_dict: unknown entry net.1.W"),
    (lambda: tensor("\x1b[2J", 1), "state_dict: unknown entry \\x1b[2J"),
    (lambda: tensor("net.0.W", 7), "net.0.W is not a tensor"),
    (lambda: tensor("net.0.W", [1.0, 2.0]), "net.0.W is not a tensor"),
    (lambda: tensor("net.0.W", tensor_of("0", (6, 3))), "layer 0: the weight is 6×3; expected out×6"),
    (lambda: tensor("net.0.W", tensor_of("0", (18,))), "layer 0: the weight is 18; expected out×6"),
    (lambda: tensor("net.0.W", tensor_of("0", ())), "layer 0: the weight is a single number"),
    (lambda: tensor("net.0.b", tensor_of("1", (1, 3))), "layer 0: the bias is 1×3; expected 3"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), numel=17)), "tensors of"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), offset=1)), "reaches beyond the numbers"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), stride=(7, 1))), "reaches beyond the numbers"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), stride=(-6, 1))), "(a pickle) cannot be read"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), stride=(6,))), "(a pickle) cannot be read"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), numel=1, stride=(0, 0))), "of which the file holds"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), numel=10**12)), "its tensor needs 4,000,000,000,000"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), numel=-18)), "of which the file holds"),
    (lambda: tensor("net.0.W", tensor_of("7", (3, 6))), "the archive has no entry model/data/7"),
    (
        lambda: tensor("net.0.W", tensor_of("../data.pkl", (3, 6))),
        "the archive has no entry model/data/../data",
    ),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), kind="LongStorage")), "numbers of type int64"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6), kind="QInt8Storage")), "names torch.QInt8Storage"),
    (lambda: tensor("net.0.W", tensor_of("1", (3, 6), kind="DoubleStorage")), "(a pickle) cannot be read"),
    (lambda: storages(0, PARTS[2][0][:-4]), "model/data/0 has 68 bytes, where its tensor needs 72"),
    (lambda: storages(0, PARTS[2][0] + b"1234"), "model/data/0 has 76 bytes, where its tensor needs 72"),
    (
        lambda: storages(0, struct.pack("<18f", *[float("nan")] * 18)),
        "layer 0: the weight has values that are not",
    ),
    (
        lambda: storages(1, struct.pack("<3f", 0, float("inf"), 0)),
        "layer 0: the bias has values that are not",
    ),
    (lambda: config(act_type="gelu"), "the activation is 'gelu'"),
    (lambda: config(act_type=None), "the activation is None"),
    (lambda: config(act_type=["relu"]), "the activation is of type list"),
    (lambda: config(norm_size=(-32, -32)), "norm_size is [-32, -32]; expected two sides from 1 to 4096"),
    (lambda: config(norm_size=(10**6, 10**6)), "norm_size is [1000000, 1000000]"),
    (lambda: config(norm_size=6), "norm_size is 6"),
    (lambda: config(norm_size=(2.0, 3.0)), "norm_size is of type tuple"),
    (lambda: config(norm_size=(True, 6)), "norm_size is of type tuple"),
    (lambda: config(norm_size=(3, 3)), "layer 0: the weight is 3×6; expected out×9"),
    (lambda: config(hidden_size=(4,)), "configs: hidden_size is [4], but the tensors say [3]"),
    (lambda: config(hidden_size=(10**9,)), "configs: hidden_size is [1000000000], but the tensors say [3]"),
    (lambda: config(hidden_size=3), "configs: hidden_size is not a list of whole numbers"),
    (lambda: config(hidden_size=("3",)), "configs: hidden_size is not a list of whole numbers"),
    (lambda: config(hidden_size=(True,)), "configs: hidden_size is not a list of whole numbers"),
    (lambda: config(n_layers=3), "configs: n_layers is 3, but the tensors say 2"),
    (lambda: config(n_layers=2.0), "configs: n_layers is 2.0, but the tensors say 2"),
    (lambda: config(n_layers=True), "configs: n_layers is True, but the tensors say 2"),
    (lambda: config(output_size=10), "configs: output_size is 10, but the tensors say 26"),
    (lambda: config(output_size="26"), "configs: output_size is '26', but the tensors say 26"),
    (lambda: tensor("net.0.W", b"c" + b"m" * 9999 + b"\nn\n"), "mmm, which is not a tensor, number or text"),
    (lambda: tensor("net.0.W", tensor_of("k" * 9999, (3, 6))), "the archive has no entry model/data/kkk"),
    (many_layers, "150 layers; expected 1 to 100"),
    (lambda: directory(larger), "damaged: the archive's entries are larger than the file"),
    (lambda: directory(remarked), "damaged: the archive's directory cannot be that large"),
    (lambda: tensor("net.0.W", tensor_of("0", (3, 6)) + b"}b"), "(a pickle) cannot be read"),
    (lambda: tensor("net.0.W", b"ctorch._utils\n_rebuild_tensor_v2\n}b"), "(a pickle) cannot be read"),
    (twice_in_the_zip, "the archive's entry model/data/0 is there twice"),
    (twice_in_the_pickle, "the entry 'net.0.W' is there twice"),
    (lambda: bomb(2**26), "a compressed or encrypted archive"),
    (lambda: archive_of(more={"model/byteorder": b"middle"}), "in which order its bytes are"),
    (lambda: archive_of(more={"model/byteorder": bytes(10**6)}), "in which order its bytes are"),
    (lambda: archive_of(more={"other/data.pkl": b""}), "an archive, but not one of PyTorch"),
    (lambda: archive_of(more={f"model/data/x{n}": b"" for n in range(2000)}), "an archive of 2,005 entries"),
]


class TestWrong:
    @pytest.mark.parametrize(
        ("data", "words"), WRONG, ids=[f"{n} {words[:50]}" for n, (_, words) in enumerate(WRONG)]
    )
    def test_one_line_says_what(self, path: Path, data: Callable[[], bytes], words: str) -> None:
        assert words in refusal(path, data())

    def test_a_tensor_that_repeats_a_storage_takes_no_memory(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """10⁹ parameters of a single number, by steps of zero."""
        state = PARTS[0] | {
            "net.0.W": tensor_of("1", (10**8, 6), numel=3, stride=(0, 0)),
            "net.0.b": tensor_of("1", (10**8,), numel=3, stride=(0,)),
            "net.2.W": tensor_of("1", (26, 10**8), numel=3, stride=(0, 0)),
        }
        monkeypatch.setattr(np, "empty", None)
        data = archive_of(state=state, configs=PARTS[1] | {"hidden_size": (10**8,)})
        message = refusal(path, data)
        assert "of which the file holds" in message or "parameters; at most" in message

    @pytest.mark.parametrize("old", [False, True], ids=["archive", "before 1.6"])
    def test_cut_off_anywhere(self, path: Path, torch: Any, old: bool) -> None:
        data = TestVarieties().saved(torch, _use_new_zipfile_serialization=not old)
        for length in range(0, len(data), 5):
            refusal(path, data[:length])
        if old:
            assert f"damaged or cut off: {len(data) + 1:,} bytes where" in refusal(path, data + b"x")

    @pytest.mark.parametrize("every", [5, in_full((1,))])
    def test_no_flipped_bit_goes_unnoticed(self, path: Path, every: int) -> None:
        """What the zip's checksums do not cover (dates, rights) does not matter: the same model is read."""
        data = archive_of()
        refused = 0
        for place in range(0, len(data), every):
            path.write_bytes(data[:place] + bytes((data[place] ^ 1 << place % 8,)) + data[place + 1 :])
            try:
                found = read_model(path)
            except ModelFileError as error:
                assert str(error).isprintable()
                refused += 1
            else:
                assert same(found, M), f"byte {place}"
        assert refused > sum(map(len, PARTS[2])) // every

    @pytest.mark.full
    def test_flipped_bits_in_files_of_before_1_6(self, path: Path, torch: Any) -> None:
        """They have no checksum, but never is there a traceback, or a model of another shape."""
        data = TestVarieties().saved(torch, _use_new_zipfile_serialization=False)
        for place in range(len(data)):
            path.write_bytes(data[:place] + bytes((data[place] ^ 1 << place % 8,)) + data[place + 1 :])
            try:
                assert read_model(path).sizes == M.sizes
            except ModelFileError as error:
                assert str(error).isprintable()

    def test_an_unreadable_file(self, path: Path) -> None:
        if hasattr(os, "mkfifo"):
            os.mkfifo(path)
            with pytest.raises(ModelFileError, match="not a file but a pipe"):
                read_model(path)
        with pytest.raises(ModelFileError, match="no such file; a model is expected there"):
            read_model(path.with_name("other.pth"))


class TestBounds:
    """Small files that would take long, or much memory, or a message of many lines."""

    MANY = 40_000
    LIST = b"](" + b"N" * MANY + b"e"
    ONE_HASH = range(2**61 - 1, 9999 * (2**61 - 1), 2**61 - 1)

    @pytest.mark.parametrize(
        "pickled",
        [
            b"ctorch\nSize\nq\1" + LIST + b"\x85q\2(" + b"h\1h\2R" * MANY + b"t",
            b"ctorch._utils\n_rebuild_tensor_v2\nq\1(" + b"N" * MANY + b"tq\2(" + b"h\1h\2R" * MANY + b"t",
            b"(" + b"N" * MANY + b"tq\2(" + b"h\2Q" * MANY + b"t",
            b"}(" + b"".join(b"\x8a\x0a" + key.to_bytes(10, "little") + b"N" for key in ONE_HASH) + b"u",
        ],
        ids=["sizes copied", "arguments copied", "storages", "keys with one hash"],
    )  # fmt: skip
    def test_work_that_grows_with_the_square_of_the_file(self, path: Path, pickled: bytes) -> None:
        """Counted, not timed: the first step is refused, and what follows it is never reached."""
        data = b"\x80\x02" + pickled + b"cos\nsystem\n."  # which is refused by its name when it is reached
        assert "(a pickle) cannot be read" in refusal(path, archive(data, PARTS[2]))

    @pytest.mark.parametrize(
        "shape", [(1,) * 9, (1,) * 10_000, (2**63, 6), (10**600, 6)], ids=["9", "10,000", "2⁶³", "10⁶⁰⁰"]
    )
    def test_shapes_that_no_tensor_has(self, path: Path, shape: tuple[int, ...]) -> None:
        number = shape[0].to_bytes(255, "little")
        sides = b"(" + (b"\x8a\xff" + number) + b"K\x01" * (len(shape) - 1) + b"t"
        made = tensor_of("0", (3, 6)).replace(Pickle().value((3, 6)).data[2:], sides)
        made = made.replace(Pickle().value((6, 1)).data[2:], Pickle().value((1,) * len(shape)).data[2:])
        assert sides in made and "(a pickle) cannot be read" in refusal(path, tensor("net.0.W", made))

    def test_the_shape_next_to_them_is_told(self, path: Path) -> None:
        words = "layer 0: the weight is 1×1×1×1×1×1×1×1; expected out×6"
        assert words in refusal(path, tensor("net.0.W", tensor_of("0", (1,) * 8)))

    @pytest.mark.parametrize("key", [b"]", b"}", b")" + b"\x85" * 50_000], ids=["list", "dict", "deep"])
    def test_storages_of_old_files_under_keys_that_are_none(self, path: Path, torch: Any, key: bytes) -> None:
        data = TestVarieties().saved(torch, _use_new_zipfile_serialization=False)
        keys = data.rindex(b"\x80\x02]q")
        assert "does not fit its tensors" in refusal(path, data[:keys] + b"\x80\x02](" + key + b"e.")

    def test_a_tensor_of_an_empty_storage(self, path: Path) -> None:
        for old_or_new in (tensor_of("0", (3, 6), numel=0), tensor_of("0", (), numel=0)):
            data = archive_of(state=PARTS[0] | {"net.0.W": old_or_new})
            message = refusal(path, data)
            assert "of which the file holds" in message or "a single number" in message
