"""A stand-in for `torch.cuda` on the processor: its graphs are as forgetful of Python, and as strict.

What runs with it is `charmlp.training.steps.cuda.record` itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

from torch.utils._python_dispatch import TorchDispatchMode

from charmlp.training.steps import cuda

REFUSED = {
    "aten::_local_scalar_dense": "a number goes to Python, so the GPU would be waited for",
    "aten::nonzero": "how much comes out is known to the GPU alone, so it would be waited for",
    "aten::lift_fresh": "a tensor is made of Python's numbers, so memory of the processor would be read",
}


class Graph(TorchDispatchMode):
    """Notes each operation with the very tensors it reads and writes, as a captured graph does.

    Replayed, they read and write the same tensors again; what Python did between them is not done again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if (name := func._schema.name) in REFUSED:
            raise RuntimeError(f"{name} while recording: {REFUSED[name]}")
        result = func(*args, **(kwargs or {}))
        if not func.is_view:  # a view looks at memory that others write
            self.operations.append((func, args, kwargs or {}, result))
        return result

    def replay(self) -> None:
        for func, args, kwargs, result in self.operations:
            again = func(*args, **kwargs)
            if again is not result:  # new memory; the next operation reads the old
                result.copy_(again)


class Stream:
    """Work in order; other streams' work is seen only where it was waited for."""

    def __init__(self) -> None:
        self.waited_for: list[Stream] = []
        self.warm = False

    def wait_stream(self, other: Stream) -> None:
        self.waited_for.append(other)


class Cuda:
    """As much of `torch.cuda` as recording needs. This one computes while it records: hence `undo`."""

    Stream, CUDAGraph = Stream, Graph

    def __init__(self, undo: Callable[[], None]) -> None:
        self.undo = undo
        self.current = Stream()

    def device(self, device: Any) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def current_stream(self) -> Stream:
        return self.current

    @contextlib.contextmanager
    def stream(self, stream: Stream) -> Iterator[None]:
        assert self.current in stream.waited_for
        before, self.current = self.current, stream
        yield
        self.current, stream.warm = before, True

    @contextlib.contextmanager
    def graph(self, graph: Graph, stream: Stream) -> Iterator[None]:
        assert stream.warm and stream in self.current.waited_for
        with graph:
            yield
        self.undo()


def record(update: Callable[[], None], restore: Callable[[], None]) -> Callable[[], None]:
    """`charmlp.training.steps.cuda.record` with the stand-in."""
    with mock.patch.object(cuda, "torch", SimpleNamespace(cuda=Cuda(undo=restore))):
        return cuda.record(update, restore, device="stand-in")  # type: ignore[arg-type]
