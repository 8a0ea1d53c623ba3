"""The analytic step on torch: chunks of all sizes, recording, and what a GPU alone can show.

That it computes what PyTorch's own layers and optimizers do is in test_steps.py, call by call and recorded.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.config import OPTIMIZERS, TrainingConfig
from charmlp.errors import CharmlpError, UsageError
from charmlp.training.shares import Share
from charmlp.training.steps.analytic import AnalyticStep
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import Step
from tests.system.in_threads import ThreadRanks

torch = pytest.importorskip("torch")

from charmlp.training.steps import cuda  # noqa: E402
from charmlp.training.steps.analytic_torch import AnalyticTorchStep, Table  # noqa: E402
from tests.training.steps import recording  # noqa: E402

Array = NDArray[Any]
SIZES = (20, 12, 7, 5)
CONFIG = TrainingConfig(
    hidden_size=SIZES[1:-1], batch_size=8, optimizer="adamw", lr=1e-2, weight_decay=0.05, act_type="tanh",
    label_smoothing=0.1, input_dropout=0.2, dropout=0.3, clip_norm=1.0, ema_decay=0.9,
)  # fmt: skip
CHUNKS = (43, 80, 16, 5, 79, 8)  # images: more and fewer batches than before, whole and not


def start(dtype: Any = np.float64) -> Parameters:
    return Parameters.initial(SIZES, np.random.default_rng(2), dtype)


def run(step: Step, batch: int = CONFIG.batch_size, chunks: tuple[int, ...] = CHUNKS) -> tuple[Array, Array]:
    """Losses and averaged parameters after several chunks."""
    rng, masks, losses = np.random.default_rng(1), np.random.default_rng(3), []
    dtype = step.parameters.flat.dtype
    for n in chunks:
        inputs, labels = rng.normal(size=(n, SIZES[0])).astype(dtype), rng.integers(0, SIZES[-1], n)
        updates = -(-n // batch)
        own = inputs[Share(step.ranks, n, batch).places]
        losses.append(step.advance(own, labels, np.linspace(1e-2, 2e-2, updates), masks))
        assert losses[-1].shape == (updates,)
    return np.concatenate(losses), step.averaged().flat


def differ(ours: tuple[Array, Array], theirs: tuple[Array, Array]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("record", [None, recording.record], ids=["call by call", "recorded"])
@pytest.mark.parametrize("batch", [1, 8, 50, 1000])
def test_chunks_of_all_sizes(batch: int, record: Any) -> None:
    config = dataclasses.replace(CONFIG, batch_size=batch)
    ours = run(AnalyticTorchStep(config, start(), record=record), batch)
    assert differ(ours, run(AnalyticStep(config, start()), batch)) < 1e-10


@pytest.mark.parametrize("record", [None, lambda work, restore: work], ids=["call by call", "in two parts"])
@pytest.mark.parametrize(("batch", "count"), [(8, 2), (8, 3), (3, 5)])
def test_several_ranks_train_as_one(batch: int, count: int, record: Any) -> None:
    """Here of one host and in threads: 43 images are no whole batches, and some ranks have none of some."""
    config = dataclasses.replace(CONFIG, batch_size=batch)
    said, meeting = [b""] * count, threading.Barrier(count)

    def train(rank: int) -> tuple[Array, Array]:
        ranks = ThreadRanks(rank, said, meeting)
        return run(AnalyticTorchStep(config, start(), ranks=ranks, record=record), batch)

    with ThreadPoolExecutor(count) as threads:
        ends = list(threads.map(train, range(count)))
    assert differ(ends[0], run(AnalyticStep(config, start()), batch)) < 1e-10
    assert all(differ(ends[0], end) == 0 for end in ends)


def test_each_process_of_a_host_has_a_gpu_where_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [cuda.own_device("cuda", place).index for place in range(3)] == [0, 1, 0]
    assert cuda.own_device("cuda:1", 0).index == 1 and cuda.own_device("cpu", 1).type == "cpu"


def test_recorded_again_only_for_a_larger_chunk() -> None:
    recorded = []

    def record(update: Callable[[], None], restore: Callable[[], None]) -> Callable[[], None]:
        recorded.append(update)
        return recording.record(update, restore)

    step = AnalyticTorchStep(CONFIG, start(), record=record)
    for chunks, times in (((40,), 1), ((40, 3, 17), 1), ((41,), 2), ((40, 48), 2)):
        run(step, chunks=chunks)
        assert len(recorded) == times


def test_no_images_no_losses() -> None:
    step = AnalyticTorchStep(CONFIG, start())
    empty = step.advance(np.empty((0, 20)), np.empty(0, int), np.empty(0), np.random.default_rng(0))
    assert empty.shape == (0,) and np.array_equal(step.parameters.flat, start().flat)


def test_what_was_handed_out_stays() -> None:
    step = AnalyticTorchStep(CONFIG, start())
    kept = step.averaged()
    before = kept.flat.copy()
    run(step)
    assert np.array_equal(kept.flat, before)


def outside_the_device(kind: type[AnalyticTorchStep], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Operations of an update that touch the processor's memory; the device is torch's `meta`, all form."""
    monkeypatch.setattr(cuda, "check_device", lambda device: None)
    config = dataclasses.replace(CONFIG)
    object.__setattr__(config, "device", "meta")
    step = kind(config, start(), record=lambda update, restore: update)
    step.make_buffers(3)
    step.fill(np.zeros((20, SIZES[0])), np.zeros(20, int), np.ones(3), np.random.default_rng(0))
    with recording.Graph() as graph:
        step.update()
    assert len(graph.operations) > 20
    return [
        str(func)
        for func, args, kwargs, result in graph.operations
        for x in (*args, *kwargs.values(), result)
        if isinstance(x, torch.Tensor) and x.device.type != "meta"
    ]


def test_an_update_touches_the_device_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outside_the_device(AnalyticTorchStep, monkeypatch) == []


# Negative controls: mistakes that the tests above would notice.


class AlwaysTheFirst(AnalyticTorchStep):
    """Does not go on to the next batch."""

    def update(self) -> None:
        super().update()
        self.turn.zero_()


class NumberOfPython(AnalyticTorchStep):
    """Chooses its batch by a number that a recording does not hear of."""

    python = 0

    def update(self) -> None:
        self.turn.fill_(self.python)
        super().update()
        self.python += 1


class KeepsWarmUps(AnalyticTorchStep):
    """Forgets to take back how the warm-ups have moved the weights."""

    def recorded(self) -> Callable[[], None]:
        assert self.record is not None
        return self.record(self.update, self.turn.zero_)


def test_memory_of_the_processor_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Both(AnalyticTorchStep):
        def update(self) -> None:
            super().update()
            self.turn += torch.ones((), dtype=torch.int64)

    assert outside_the_device(Both, monkeypatch) != []


@pytest.mark.parametrize("kind", [AlwaysTheFirst, NumberOfPython, KeepsWarmUps])
def test_a_mistake_around_the_recording_would_be_noticed(kind: type[AnalyticTorchStep]) -> None:
    ours = run(kind(CONFIG, start(), record=recording.record), chunks=(80,))
    assert differ(ours, run(AnalyticStep(CONFIG, start()), chunks=(80,))) > 1e-3


def test_a_turn_that_is_not_taken_back_would_be_noticed() -> None:
    def record(update: Callable[[], None], restore: Callable[[], None]) -> Callable[[], None]:
        update()
        return update

    with pytest.raises(IndexError):
        run(AnalyticTorchStep(CONFIG, start(), record=record))


def test_old_rows_behind_a_small_batch_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(self: Table, rows: Array, bounds: Sequence[int]) -> None:
        self.all.flatten(0, -2)[: len(rows)].copy_(torch.from_numpy(rows))

    monkeypatch.setattr(Table, "fill", fill)
    assert differ(run(AnalyticTorchStep(CONFIG, start())), run(AnalyticStep(CONFIG, start()))) > 1e-3


def test_the_stand_in_forgets_python_and_refuses_to_wait() -> None:
    total, numbers = torch.zeros(1), iter(range(100))

    def add() -> None:
        total.add_(next(numbers))

    replay = recording.record(add, total.zero_)
    replay()
    replay()
    assert total == 2 * cuda.WARM_UPS  # the number that was recorded, twice
    with pytest.raises(RuntimeError, match="_local_scalar_dense"):
        recording.record(lambda: total.add_(total.item()), total.zero_)
    with pytest.raises(RuntimeError, match="lift_fresh"):
        recording.record(lambda: total.add_(torch.tensor(1.0)), total.zero_)


# What can go wrong with a GPU


def test_too_little_memory_is_told_in_words() -> None:
    def record(update: Callable[[], None], restore: Callable[[], None]) -> Callable[[], None]:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    with pytest.raises(CharmlpError, match="too little memory free; lower --batchsize or --hsize"):
        run(AnalyticTorchStep(CONFIG, start(), record=record))


def test_a_gpu_that_this_torch_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    if torch.version.cuda is not None:
        pytest.skip("this system's torch is built for CUDA")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(UsageError, match="--device cuda:3: there are 1 GPUs, counted from 0"):
        cuda.check_device("cuda:3")
    with pytest.raises(UsageError, match=r"--device cuda: torch .* cannot use it: Torch not compiled"):
        cuda.check_device("cuda")


on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")


@on_a_gpu
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_graph_against_call_by_call(optimizer: str) -> None:
    config = dataclasses.replace(CONFIG, optimizer=optimizer, lr=1e-3, device="cuda")
    graph = run(make_step("analytic", config, start(), None))
    eager = run(AnalyticTorchStep(config, start(), record=lambda update, restore: update))
    assert differ(graph, eager) < 1e-10
    assert differ(graph, run(AnalyticStep(config, start()))) < 1e-9


@on_a_gpu
def test_two_ranks_on_a_gpu() -> None:
    config, said, meeting = dataclasses.replace(CONFIG, device="cuda"), [b""] * 2, threading.Barrier(2)

    def train(rank: int) -> tuple[Array, Array]:
        ranks = ThreadRanks(rank, said, meeting)
        return run(AnalyticTorchStep(config, start(), ranks=ranks, record=lambda work, restore: work))

    with ThreadPoolExecutor(2) as threads:
        for end in threads.map(train, range(2)):
            assert differ(end, run(AnalyticStep(CONFIG, start()))) < 1e-9


@on_a_gpu
def test_the_same_seed_gives_the_same_bits_on_a_gpu() -> None:
    config = dataclasses.replace(CONFIG, device="cuda")
    one, two = (run(make_step("analytic", config, start(np.float32), None)) for _ in range(2))
    assert np.array_equal(one[0], two[0]) and np.array_equal(one[1], two[1])


@on_a_gpu
@pytest.mark.parametrize("hidden", [(), (32,), (512, 256)])
@pytest.mark.parametrize("act_type", ["none", "relu", "sigmoid", "tanh"])
def test_float32_losses_on_a_gpu(act_type: str, hidden: tuple[int, ...]) -> None:
    config = dataclasses.replace(CONFIG, act_type=act_type, hidden_size=hidden, lr=1e-3)
    initial = Parameters.initial((SIZES[0], *hidden, SIZES[-1]), np.random.default_rng(2))
    theirs = run(AnalyticStep(config, initial.copy()))
    ours = run(make_step("analytic", dataclasses.replace(config, device="cuda"), initial.copy(), None))
    assert np.allclose(ours[0], theirs[0], rtol=1e-4, atol=0)
