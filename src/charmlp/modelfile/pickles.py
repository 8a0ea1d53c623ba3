"""What a pickle of PyTorch says, without doing what it says.

A pickle is a program for a small machine with a stack. The machine is Python's own, cut down to the
instructions that build plain values; the few functions that PyTorch's files name are ours, and harmless (a
tensor is described, not made). Whatever else a pickle names or asks for ends the reading.

It is Python's machine in Python, not the faster one in C: that one keeps the last of two equal keys, reserves
gigabytes where a pickle says so, and dies of a key of 250,000 nested tuples.
"""

import math
import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from charmlp.modelfile.model import Refused, refusing

DTYPES = {  # PyTorch's name of a storage → that of its numbers
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
CODES = {instruction.name: ord(instruction.code) for instruction in pickletools.opcodes}
PLAIN = (  # the instructions that build plain values, and those that name, call and look up, which are ours
    *("PROTO", "FRAME", "MARK", "STOP", "BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "EMPTY_TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "TUPLE"),
    *("EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "GLOBAL", "STACK_GLOBAL", "BINPERSID", "REDUCE"),
)
LIMIT = 2**63  # of whole numbers, in PyTorch as well
MAX_DIMENSIONS = 8


@dataclass(frozen=True)
class Storage:
    """Numbers that lie elsewhere in the file, under a key."""

    key: str
    dtype: str
    size: int

    @property
    def n_bytes(self) -> int:
        return self.size * (2 if self.dtype == "bfloat16" else np.dtype(self.dtype).itemsize)


@dataclass(frozen=True)
class Tensor:
    """A view of a storage: its first element, and sizes and steps in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def n_elements(self) -> int:
        return math.prod(self.shape)


def read_pickle(file: BinaryIO, storages: dict[str, Storage] | None = None) -> Any:
    """The value of the pickle that begins here: dictionaries, lists, tuples, texts, numbers, `Tensor`.

    `storages` learns each storage by its key. The file is left behind the pickle's end. Raises `Refused`.
    """
    with refusing("damaged: its table of contents (a pickle) cannot be read"):
        return _Reader(file, {} if storages is None else storages).load()


class _Dispatch(dict[int, Callable[[Any], None]]):
    """What follows each instruction, by its byte; those that are not here are refused by their names."""

    def __missing__(self, code: int) -> Callable[[Any], None]:
        name = next(name for name, known in CODES.items() if known == code)
        raise Refused(f"holds more than tensors and numbers (the pickle instruction {name}); it is not read")


class _Reader(pickle._Unpickler):
    """Python's reader of pickles, which here knows nothing that could do harm."""

    stack: list[Any]
    pop_mark: Callable[[], list[Any]]

    def __init__(self, file: BinaryIO, storages: dict[str, Storage]) -> None:
        super().__init__(file)
        self.storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """A function of ours, or the name of a kind of storage; nothing is imported."""
        if module in ("torch", "torch.cuda") and name in DTYPES:
            return name
        words = f"{module}.{name}"
        if words not in FUNCTIONS:
            fault = f"names {words[:60]}, which is not a tensor, number or text"
            raise Refused(f"{fault}; it is not read, and nothing of it was run")
        return FUNCTIONS[words]

    def persistent_load(self, words: Any) -> Storage:
        """`('storage', torch.FloatStorage, '0', 'cuda:0', 6)`: where the numbers were does not matter."""
        if len(_expect(words, tuple)) == 6 and words[5] is None:  # in files of before 1.6
            words = words[:5]
        kind, name, key, _, size = words
        if kind != "storage" or not _is_whole(size):
            raise ValueError
        storage = Storage(_expect(key, str), DTYPES[_expect(name, str)], size)
        if self.storages.setdefault(key, storage) != storage:
            raise ValueError
        return storage

    def set_items(self, pairs: list[Any]) -> None:
        """Fill a dictionary, whose keys are looked at before they are compared with one another."""
        table = _expect(self.stack[-1], dict)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if type(key) is not str and not _is_whole(key):
                raise TypeError
            if key in table:
                raise Refused(f"the entry {str(key)[:60]!r} is there twice")
            table[key] = value

    def load_setitem(self) -> None:
        self.set_items([self.stack.pop(-2), self.stack.pop()])

    def load_setitems(self) -> None:
        self.set_items(self.pop_mark())

    def load_build(self) -> None:
        """Attributes of a state dictionary, such as its version, are of no use here."""
        _expect(self.stack.pop(), dict)
        _expect(self.stack[-1], dict)

    dispatch = _Dispatch(
        {CODES[name]: pickle._Unpickler.dispatch[CODES[name]] for name in PLAIN}
        | {CODES["SETITEM"]: load_setitem, CODES["SETITEMS"]: load_setitems, CODES["BUILD"]: load_build}
    )


def _expect(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) < LIMIT


def _tensor(
    storage: Any, offset: Any, shape: Any, stride: Any, grad: Any = 0, hooks: Any = 0, metadata: Any = 0
) -> Tensor:
    """What `torch._utils._rebuild_tensor_v2` makes, described."""
    if not len(_expect(shape, tuple)) == len(_expect(stride, tuple)) <= MAX_DIMENSIONS:
        raise ValueError
    if not all(_is_whole(number) and number >= 0 for number in (offset, *shape, *stride)):
        raise ValueError
    return Tensor(_expect(storage, Storage), offset, shape, stride)


FUNCTIONS: dict[str, Callable[..., Any]] = {  # what PyTorch's files call → what is called instead
    "collections.OrderedDict": lambda: {},
    "torch.Size": lambda sizes: _expect(sizes, tuple),
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda tensor, grad, hooks: _expect(tensor, Tensor),
}
