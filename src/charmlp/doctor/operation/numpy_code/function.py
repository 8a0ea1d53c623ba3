"""One function of a module, called with arrays: what it takes beside them is filled in here."""

import ast
import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.mistake import Phrase
from charmlp.doctor.operation.conditions import conditions_of, said_of
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Outputs
from charmlp.doctor.operation.numpy_code.names import DICT as DICT_OF_ARRAYS
from charmlp.doctor.operation.numpy_code.names import RETURNS_TANH, S_SHAPED, is_truth, meant_by
from charmlp.doctor.operation.options import (
    Signature,
    is_option,
    is_strength,
    plain,
    signature,
    usual_option,
)
from charmlp.doctor.operation.own_run import own_call
from charmlp.doctor.operation.source import (
    behind,
    compared_with,
    inner_names,
    items_of,
    module_of,
    returned_names,
    returned_parts,
    source_of,
    subscripts_of,
    unpacked_from,
    unread,
    uses_torch,
)
from charmlp.doctor.operation.unwritten import is_unwritten

# Options that come as a dict, by the names of the dict and of the function, and what is in them here.
CONVOLUTION = {"stride": 2, "pad": 1}  # a stride of 1 hides that it was forgotten
POOLING = {"pool_height": 2, "pool_width": 2, "stride": 2}
BATCH_NORM = {"mode": "train", "eps": 1e-5, "momentum": 0.9}
DROPOUT = {"mode": "train", "p": 0.6, "seed": 0}
DICTS: dict[str, Mapping[str, Any]] = {
    "conv": CONVOLUTION,
    "pool|maxpool": POOLING,
    "bn|batchnorm|sbn": BATCH_NORM,
    "ln|layernorm|gn|norm": {"eps": 1e-5},
    "dropout|drop": DROPOUT,
    "hyper|h": {"stride": 2, "pad": 1, "f": 2},
}
DICT = re.compile(r"(\w+?)_?(param|params|parameters|config|cfg|opts?|options)", re.IGNORECASE)
# Options that are no arrays and that options.py does not know, by their names without underscores.
NUMBERS: dict[str, Any] = {
    "strides?|dilation|groups": 1,
    "pad|padding": 1,
    "pool(ing)?(size|height|width|h|w)|(kernel|filter|window|k)size|ph|pw|hh|ww": 2,
    "seed|rng": 0,
    "numheads|nheads|heads": 1,
}
CHOICE = re.compile(
    r"activation(_?(function|type|name|fn|func))?|act(_?(type|fn|func|name))?|mode|kind|type|nonlinearity|method"
    r"|pool(ing)?_?(type|mode)|name|func|function",
    re.IGNORECASE,
)
TEMPERED = re.compile(
    r"/ *\(?(self\.)?T\b|/ *(float|np\.float\w*)\(T\)|\* *\(1\.?0? */ *T\)|\brange\(T\b|\bT *[+-] *1\b"
)
NO_ARRAY = re.compile(
    r"data_?set|sampler|corpus|vocab\w*|tokeniz?s?er|config|cfg|args|verbose|logger", re.IGNORECASE
)
PHASES = {"train", "test", "training", "eval", "inference", "predict"}
ONE_AT_A_TIME = re.compile(
    r"truth value of an array|only (length-1|0-dimensional|size-1|integer scalar)|must be real number, not"
)


@dataclass(frozen=True)
class Function:
    """A function under the name that its module has for it; `chosen` are options that are settled here."""

    name: str
    call: Callable[..., Any]
    chosen: Mapping[str, Any] = field(default_factory=dict)
    bundle: str = ""  # a dict or tuple of arrays that it takes, whose entries are its inputs here

    @cached_property
    def signature(self) -> Signature:
        return signature(behind(self.call), 0)

    @cached_property
    def settled(self) -> dict[str, Any]:
        """What its inputs that are no arrays are: dicts of options, strides, the name of an activation.

        A penalty's strength whose default is 0 is another number, as its gradient would not be looked at.
        A data set, say, is the one that the program itself hands over, and anything where it is never read.
        """
        found = {name: usual(name) for name in self.signature.required or ()}
        aside = [name for name in self.signature.required or () if NO_ARRAY.fullmatch(name)]
        found |= {name: self.handed_over(name) for name in aside}
        defaults = self.signature.defaults
        found |= {name: usual_option(name) for name in defaults if is_strength(name) and not defaults[name]}
        return {name: value for name, value in found.items() if value is not None} | dict(self.chosen)

    def handed_over(self, name: str) -> Any:
        """What its file's own run gives it; 0 where it never looks at it, None where none is known."""
        if name in unread(self.call):
            return 0
        call = own_call(self.call)
        given = None if call is None else call.arguments.get(name)
        return None if isinstance(given, np.ndarray) else given

    @cached_property
    def required(self) -> tuple[str, ...]:
        return self.signature.required or ()

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of what it must be given; targets that may be None are as well."""
        defaults = self.signature.defaults
        truths = [name for name in defaults if defaults[name] is None and is_truth(name)]
        names = [name for name in (*self.required, *truths) if name not in self.settled]
        return tuple(each for name in names for each in (self.entries if name == self.bundle else [name]))

    @cached_property
    def entries(self) -> list[str]:
        """The keys of the dict of arrays that it takes, or the names that it unpacks them into."""
        return self.keys or unpacked_from(self.call, self.bundle) or items_of(self.call, self.bundle)

    @cached_property
    def keys(self) -> list[str]:
        return subscripts_of(self.call, self.bundle) if self.bundle else []

    @property
    def optional(self) -> tuple[str, ...]:
        return tuple(name for name in self.signature.optional if name not in {*self.settled, *self.inputs})

    @property
    def unpenalised(self) -> "Function":
        """It with a penalty's strength of 0, where it takes one."""
        names = filter(is_strength, (*self.required, *self.signature.optional))
        strength = next(names, None)
        return self if strength is None else replace(self, chosen={**self.chosen, strength: 0.0})

    def is_option(self, name: str) -> bool:
        """Whether an input is no array, as far as its name and those beside it tell."""
        return is_option(name) and name not in self.arrays_by_company

    @cached_property
    def arrays_by_company(self) -> tuple[str, ...]:
        """The inputs that have names of options and are none.

        T is a temperature only where something is divided by it, else a target; p and n side by side are no
        probability and no power, but a positive and a negative example; beside gamma, beta is a shift.
        """
        required = set(self.required)
        found = {"p", "n"} & required if {"p", "n"} <= required else set()
        found |= {"beta"} & required if "gamma" in required else set()
        if "T" in required and not TEMPERED.search(source_of(self.call)):
            found.add("T")
        return tuple(name for name in self.required if name in found)

    @cached_property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """What it says of its inputs, such as that a matrix is symmetric."""
        return conditions_of(said_of(self.call), self.inputs)

    @cached_property
    def returns(self) -> list[str]:
        return returned_names(self.call)

    @cached_property
    def returns_inside(self) -> list[str]:
        """The names in a tuple inside what it returns."""
        return inner_names(self.call)

    @property
    def bound(self) -> Callable[..., Any]:
        """What is called: a method is bound to its object."""
        return self.call

    @property
    def is_unwritten(self) -> bool:
        return is_unwritten(self.call)

    @property
    def meant(self) -> str:
        """Its name without that of the pass; an option that makes it something else is named as well.

        A sigmoid that calls tanh by its name is one on purpose: tanh has the shape of an S as well.
        """
        called = meant_by(self.name)
        if S_SHAPED.fullmatch(called) and RETURNS_TANH.search(source_of(self.call)):
            called = "tanh"
        return "_".join([called, *map(str, self.chosen.values())])

    def unbundled(self) -> "Function":
        """It with the entries of its dict or tuple of parameters as inputs, if it has one."""
        each = (replace(self, bundle=name) for name in self.inputs if DICT_OF_ARRAYS.fullmatch(name))
        return next((one for one in each if one.entries), self)

    def choices(self) -> Iterator["Function"]:
        """It with each value of an option that decides what it computes: relu or sigmoid, max or average."""
        names = [n for n in (*self.required, *self.signature.optional) if CHOICE.fullmatch(n)]
        for name in names:
            values = [value for value in compared_with(self.call, name) if value not in PHASES]
            if values:
                yield from (replace(self, chosen={name: value}) for value in values)
                return
        yield self

    def arguments(self, values: Sequence[Any]) -> dict[str, Any]:
        """The values by name, and what is settled."""
        given = dict(zip(self.inputs + self.optional, map(as_number, values), strict=False))
        if self.bundle:
            entries = {name: given[name] for name in self.entries}
            given[self.bundle] = entries if self.keys else tuple(entries.values())
        return given | {name: copied(value) for name, value in self.settled.items()}

    def __call__(self, arguments: Mapping[str, Any]) -> Any:
        """Call it by names: for each number where it takes single ones, with tensors where it takes these."""
        names = [name for name in self.required + self.signature.optional if name in arguments]
        positions = {name: arguments[name] for name in self.required if name in arguments}
        rest = {name: arguments[name] for name in names if name not in positions}
        if self.takes_tensors:
            return self.of_tensors(positions, rest)
        try:
            return self.bound(*positions.values(), **rest)
        except (ValueError, TypeError, AttributeError) as error:
            if uses_torch(getattr(behind(self.call), "__globals__", {})):
                return self.of_tensors(positions, rest)
            arrays = [value for value in positions.values() if getattr(value, "ndim", 0)]
            alike = len({np.shape(value) for value in arrays}) == 1
            if not alike or not ONE_AT_A_TIME.search(str(error)):
                raise
            return np.vectorize(lambda *each: self.bound(*each, **rest), otypes=[float])(*positions.values())

    @cached_property
    def takes_tensors(self) -> bool:
        """Whether it is written for torch's tensors, and not for NumPy's arrays."""
        around, owner = getattr(behind(self.call), "__globals__", {}), getattr(self, "owner", None)
        written: Any = self.call if owner is None else type(owner)
        source = source_of(written)
        of_torch = re.search(r"\btorch\.", source) and not re.search(r"\b(np|numpy)\.", source)
        return is_torch_alone(around) or (uses_torch(around) and bool(of_torch))

    def of_tensors(self, positions: Mapping[str, Any], rest: Mapping[str, Any]) -> Any:
        with in_doubles(behind(self.call).__globals__):
            tensors = [as_tensors(value) for value in positions.values()]
            return as_arrays(self.bound(*tensors, **{name: as_tensors(v) for name, v in rest.items()}))

    def written(
        self,
        run: Callable[[Sequence[Any]], tuple[Outputs, Backward]],
        note: Phrase | None = None,
        constants: Sequence[str] = (),
    ) -> HandWritten:
        optional = self.optional
        defaults = {name: self.signature.defaults[name] for name in optional}
        return HandWritten(
            run, self.meant, self.inputs, optional, defaults=defaults, note=note,
            constants=tuple(constants), conditions=self.conditions, arrays=self.arrays_by_company,
        )  # fmt: skip


def as_number(value: Any) -> Any:
    """An array without a dimension as the number that people give, which += does not change in its place."""
    return (
        float(value)
        if isinstance(value, np.ndarray | np.generic) and not value.ndim and value.dtype.kind == "f"
        else value
    )


def usual(name: str) -> Any:
    """What an input of this name is, where it is no array: an option or a dict of them; else None."""
    of = DICT.fullmatch(name)
    for pattern, options in DICTS.items() if of else ():
        if re.fullmatch(pattern, of[1].lower()):  # type: ignore[index]
            return dict(options)
    if CHOICE.fullmatch(name) and name.lower().startswith("act"):
        return "relu"
    return next((value for pattern, value in NUMBERS.items() if re.fullmatch(pattern, plain(name))), None)


def copied(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


# Gradients by hand on torch's tensors, without its engine


def is_torch_alone(around: Mapping[str, Any]) -> bool:
    """Whether a module has torch and no NumPy, which takes arrays."""
    return uses_torch(around) and "numpy" not in map(module_of, around.values())


@contextlib.contextmanager
def in_doubles(around: Mapping[str, Any]) -> Iterator[None]:
    """Where a module uses torch, tensors that it makes are of float64, as those are that it is given."""
    if not uses_torch(around):
        yield
        return
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def as_tensors(value: Any) -> Any:
    """Arrays as tensors, in tuples and dicts too."""
    import torch

    if isinstance(value, tuple | list):
        return type(value)(map(as_tensors, value))
    if isinstance(value, dict):
        return {key: as_tensors(one) for key, one in value.items()}
    if not isinstance(value, np.ndarray):
        return value
    tensor = torch.from_numpy(np.array(value))
    return tensor.to(torch.get_default_dtype()) if value.dtype == np.float32 else tensor


def as_arrays(value: Any) -> Any:
    """Tensors as arrays, in tuples and dicts too."""
    if isinstance(value, tuple | list):
        return tuple(map(as_arrays, value))
    if isinstance(value, dict):
        return {key: as_arrays(one) for key, one in value.items()}
    return value.detach().numpy() if hasattr(value, "detach") else value


@dataclass(frozen=True)
class Flattened(Function):
    """A function that returns its outputs as a tuple beside what it keeps: here one after the other."""

    @cached_property
    def returns(self) -> list[str]:
        return [*self.returns_inside, "cache"]

    def __call__(self, arguments: Mapping[str, Any]) -> Any:
        outputs, cache = super().__call__(arguments)
        return (*outputs, cache)


def flattened(function: Function) -> Function:
    """It, with one output after the other where it ends with `return (h, c), cache`."""
    parts = returned_parts(function.call)
    if len(parts) != 2 or not isinstance(parts[0], ast.Tuple):
        return function
    return Flattened(function.name, function.call, function.chosen, function.bundle)
