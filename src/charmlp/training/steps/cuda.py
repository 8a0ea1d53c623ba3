"""What only CUDA has: a GPU that may be missing, memory of its own, and graphs."""

import contextlib
from collections.abc import Callable, Iterator

import torch

from charmlp.errors import CharmlpError, UsageError

WARM_UPS = 3  # runs before a recording: libraries set themselves up, memory is found


def check_device(device: str) -> None:
    """Raise `UsageError` unless torch can compute on `device`."""
    if device == "cpu":
        return
    if not torch.cuda.is_available():
        raise UsageError(f"--device {device}: torch {torch.__version__} finds no CUDA GPU; use --device cpu")
    index = int(device.partition(":")[2] or 0)
    if index >= torch.cuda.device_count():
        raise UsageError(f"--device {device}: there are {torch.cuda.device_count()} GPUs, counted from 0")
    try:  # a GPU may be there, and too old for this build of torch
        torch.ones(2, 2, device=device).mm(torch.ones(2, 2, device=device)).cpu()
    except (RuntimeError, AssertionError) as error:
        words = str(error).partition("\n")[0]
        raise UsageError(f"--device {device}: torch {torch.__version__} cannot use it: {words}") from error


def own_device(device: str, place: int) -> torch.device:
    """The device of the process with that place on its host.

    `cuda` is a GPU for each, and round again where there are fewer; `cuda:1` is that one for all.
    """
    if device != "cuda":
        return torch.device(device)
    return torch.device("cuda", place % torch.cuda.device_count())


@contextlib.contextmanager
def memory_told_of(device: str) -> Iterator[None]:
    """Say in words that the GPU has too little memory, as `CharmlpError`."""
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        raise CharmlpError(
            f"--device {device}: the GPU has too little memory free; lower --batchsize or --hsize"
        ) from error


def record(
    update: Callable[[], None], restore: Callable[[], None], device: torch.device
) -> Callable[[], None]:
    """A function that does what `update` does on the GPU, launched as one graph instead of call by call.

    Recorded are operations and addresses, not the Python around them: `update` may not wait for the GPU, and
    numbers of Python stay what they were. Before it is recorded it must have run on the same stream ("CUDA
    semantics" in PyTorch's documentation); `restore` undoes what these runs do. Recording computes nothing.
    """
    with torch.cuda.device(device):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                update()
                restore()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=stream):
            update()
    replay: Callable[[], None] = graph.replay
    return replay
