"""What a pickle of PyTorch says, without doing what it says.

A pickle is a program for a small machine with a stack. This one knows the instructions that build plain
values; the few functions that PyTorch's files name are not called but noted (a tensor is described, not
made). Whatever else a pickle names or asks for ends the reading: there is nothing here that could run it.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass
from typing import Any, BinaryIO

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
FUNCTIONS = (
    "collections.OrderedDict",
    "torch.Size",
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
)
_NUMBERS_AND_TEXTS = (
    *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
)
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_MARK = object()


class Refused(Exception):
    """Something that is no plain data; the text says what, and follows the file's name."""


@dataclass(frozen=True)
class Name:
    """A function or class that a pickle names, as `module.name`."""

    words: str


@dataclass(frozen=True)
class Storage:
    """Numbers that lie elsewhere in the file, under a key."""

    key: str
    dtype: str
    size: int


@dataclass(frozen=True)
class Tensor:
    """A view of a storage: its first element, and sizes and steps in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


def read_pickle(file: BinaryIO, storages: dict[str, Storage] | None = None) -> Any:
    """The value of the pickle that begins here: dictionaries, lists, tuples, texts, numbers, `Tensor`.

    `storages` learns each storage by its key. The file is left behind the pickle's end. Raises `Refused`.
    """
    try:
        return _run(file, {} if storages is None else storages)
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
        raise Refused("damaged: its table of contents (a pickle) cannot be read") from None


def _run(file: BinaryIO, storages: dict[str, Storage]) -> Any:
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    argument: Any
    for instruction, argument, _ in pickletools.genops(file):
        name = instruction.name
        if name == "STOP":
            return stack.pop()
        if name in ("PROTO", "FRAME"):
            pass
        elif name in _NUMBERS_AND_TEXTS:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name == "MARK":
            stack.append(_MARK)
        elif name in _TUPLES:
            stack.append(tuple(_pop(stack, _TUPLES[name])))
        elif name == "TUPLE":
            stack.append(tuple(_pop_to_mark(stack)))
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("APPEND", "APPENDS"):
            values = _pop(stack, 1) if name == "APPEND" else _pop_to_mark(stack)
            _expect(stack[-1], list).extend(values)
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name in ("SETITEM", "SETITEMS"):
            pairs = _pop(stack, 2) if name == "SETITEM" else _pop_to_mark(stack)
            _set(_expect(stack[-1], dict), pairs)
        elif name == "GLOBAL":
            stack.append(_known(argument.replace(" ", ".", 1)))
        elif name == "STACK_GLOBAL":
            stack.append(_known(".".join(_pop(stack, 2))))
        elif name == "BINPERSID":
            storage = _storage(*stack.pop())
            if storages.setdefault(storage.key, storage) != storage:
                raise ValueError
            stack.append(storage)
        elif name == "REDUCE":
            function, arguments = _pop(stack, 2)
            stack.append(_noted(_expect(function, Name).words, _expect(arguments, tuple)))
        elif name == "BUILD":  # attributes of a state dictionary, such as its version: of no use here
            _expect(stack.pop(), dict)
            _expect(stack[-1], dict)
        else:
            raise Refused(
                f"holds more than tensors and numbers (the pickle instruction {name}); it is not read"
            )
    raise ValueError("no end")


def _pop(stack: list[Any], count: int) -> list[Any]:
    if count > len(stack):
        raise IndexError
    values = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return values


def _pop_to_mark(stack: list[Any]) -> list[Any]:
    place = len(stack) - 1
    while stack[place] is not _MARK:
        place -= 1
        if place < 0:
            raise IndexError
    values = stack[place + 1 :]
    del stack[place:]
    return values


def _expect(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _set(table: dict[Any, Any], pairs: list[Any]) -> None:
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if type(key) not in (str, int):
            raise TypeError
        if key in table:
            raise Refused(f"the entry {str(key)[:60]!r} is there twice")
        table[key] = value


def _known(words: str) -> Name:
    module, _, name = words.rpartition(".")
    if words in FUNCTIONS or (module in ("torch", "torch.cuda") and name in DTYPES):
        return Name(words)
    raise Refused(
        f"names {words[:60]}, which is no tensor, number or text; it is not read, and nothing of it was run"
    )


def _storage(kind: str, name: Name, key: str, device: str, size: int, *more: Any) -> Storage:
    """`('storage', torch.FloatStorage, '0', 'cuda:0', 6)`: where the numbers were does not matter."""
    if kind != "storage" or any(value is not None for value in more):
        raise TypeError
    dtype = DTYPES[_expect(name, Name).words.rpartition(".")[2]]
    return Storage(_expect(key, str), dtype, _expect(size, int))


def _noted(words: str, arguments: tuple[Any, ...]) -> Any:
    """What a function that the pickle calls stands for."""
    if words == "collections.OrderedDict" and not arguments:
        return {}
    if words == "torch.Size":
        (sizes,) = arguments
        return tuple(sizes)
    if words == "torch._utils._rebuild_parameter":
        return _expect(arguments[0], Tensor)
    if words in ("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"):
        storage, offset, shape, stride = arguments[:4]
        numbers = (offset, *shape, *stride)
        if any(type(number) is not int or number < 0 for number in numbers) or len(shape) != len(stride):
            raise ValueError
        return Tensor(_expect(storage, Storage), offset, tuple(shape), tuple(stride))
    raise TypeError
