"""A graph as formulas: `g("MatMul", a, b)` and `a * b` add a node, and stand for what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import onnx
from numpy.typing import DTypeLike, NDArray
from onnx import helper, numpy_helper

OPSET, IR_VERSION = 13, 7  # of 2020: whatever reads ONNX reads these
FLOAT, DOUBLE, INT = np.float32, np.float64, np.int64


@dataclass(frozen=True)
class Value:
    """An input, a constant, or what a node gives; operators take numbers too."""

    graph: Graph
    name: str
    dtype: np.dtype[Any]

    def __add__(self, other: Operand) -> Value:
        return self.graph("Add", self, other)

    def __sub__(self, other: Operand) -> Value:
        return self.graph("Sub", self, other)

    def __mul__(self, other: Operand) -> Value:
        return self.graph("Mul", self, other)

    def __truediv__(self, other: Operand) -> Value:
        return self.graph("Div", self, other)

    def __matmul__(self, other: Operand) -> Value:
        return self.graph("MatMul", self, other)

    def __le__(self, other: Operand) -> Value:
        return self.graph("LessOrEqual", self, other, dtype=bool)

    def __gt__(self, other: Operand) -> Value:
        return self.graph("Greater", self, other, dtype=bool)

    def to(self, dtype: DTypeLike) -> Value:
        """The same numbers in another dtype."""
        return self.graph("Cast", self, dtype=dtype, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def floor(self) -> Value:
        return self.graph("Floor", self)

    def at_least(self, other: Operand) -> Value:
        return self.graph("Max", self, other)

    def at_most(self, other: Operand) -> Value:
        return self.graph("Min", self, other)

    def sum(self, *axes: int) -> Value:
        """Over axes, which stay, of length 1."""
        return self.graph("ReduceSum", self, np.array(axes), keepdims=1)

    def transposed(self, *axes: int) -> Value:
        return self.graph("Transpose", self, perm=axes)

    def with_axes(self, *axes: int) -> Value:
        """With more axes, of length 1, which then have these numbers."""
        return self.graph("Unsqueeze", self, np.array(axes))

    def part(self, axis: int, start: int, end: int | None = None) -> Value:
        """`x[start:end]` along an axis; without an end, all from there."""
        last = np.iinfo(INT).max if end is None else end
        return self.graph("Slice", self, *(np.array([number]) for number in (start, last, axis)))


Operand: TypeAlias = "Value | float | NDArray[Any]"


class Graph:
    """Nodes in the order of their making, and constants."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def __call__(
        self, operator: str, *operands: Operand, dtype: DTypeLike | None = None, **attributes: Any
    ) -> Value:
        """The output of a new node; where no dtype is given it has the first operand's, as numbers have."""
        first = operands[0]
        assert isinstance(first, Value)
        inputs = [self._value(operand, first.dtype).name for operand in operands]
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return Value(self, name, first.dtype if dtype is None else np.dtype(dtype))

    def first_of(self, operator: str, *operands: Value, **attributes: Any) -> Value:
        """The first output of a node that has two."""
        value = self(operator, *operands, **attributes)
        self.nodes[-1].output.append(f"{value.name}_too")
        return value

    def name(self, value: Value, name: str) -> None:
        """Give what a node gives a name of its own, as an output has one."""
        self.nodes.append(helper.make_node("Identity", [value.name], [name]))

    def constant(self, array: NDArray[Any], name: str | None = None) -> Value:
        name = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return Value(self, name, array.dtype)

    def numbers_below(self, end: Value) -> Value:
        """0, 1, … below a whole number."""
        zero, one = (self.constant(np.array(number, INT)) for number in (0, 1))
        return self("Range", zero, end, one)

    def _value(self, operand: Operand, dtype: np.dtype[Any]) -> Value:
        if isinstance(operand, Value):
            return operand
        return self.constant(operand if isinstance(operand, np.ndarray) else np.asarray(operand, dtype))
