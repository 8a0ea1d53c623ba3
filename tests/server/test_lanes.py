"""Lanes: what waits is read together, the queue is bounded, and nobody's work is left undone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import pytest

from charmlp.server.lanes import Lane, LoopLane, ThreadLane
from charmlp.server.limits import Limits
from charmlp.server.problems import ClientGone, Problem


class OneThread(ThreadLane[int]):
    threads = 1
    most = 40


class Slow:
    """Reads an image as its length, when it is let; remembers its batches."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.batches: list[list[bytes]] = []
        self.notes: list[tuple[str, int]] = []

    def __call__(self, images: Sequence[bytes], topk: int) -> list[int]:
        self.batches.append(list(images))
        assert self.let.acquire(timeout=5)
        return [len(image) for image in images]

    def lane(self, limits: Limits) -> Lane[int]:
        lane = OneThread(self, limits, lambda what, images: self.notes.append((what, images)))
        lane.start()
        return lane


def never() -> bool:
    return False


def run(test: Callable[[Slow], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(Slow()), 10))  # type: ignore[arg-type]


async def begun(
    slow: Slow, lane: Lane[int], *lengths: int, gone: Callable[[], bool] = never
) -> list[asyncio.Task]:
    """A request each, admitted, the first of them in the thread's hands."""
    tasks = [asyncio.create_task(lane.ask([b"x" * length], 1, gone)) for length in lengths]
    while not slow.batches:
        await asyncio.sleep(0.001)
    return tasks


def test_what_waits_is_read_together_and_answered_in_place() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits())
        first = await begun(slow, lane, 1)
        others = [asyncio.create_task(lane.ask([b"x" * n, b""], 1, never)) for n in range(2, 6)]
        await asyncio.sleep(0)
        assert lane.waiting == 9
        slow.let.release(2)
        assert await asyncio.gather(*first, *others) == [[1], [2, 0], [3, 0], [4, 0], [5, 0]]
        assert [len(batch) for batch in slow.batches] == [1, 8] and lane.waiting == 0
        assert slow.notes == [("batch", 1), ("batch", 8)]

    run(test)


def test_a_batch_is_bounded() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits())
        tasks = await begun(slow, lane, 1)
        tasks += [asyncio.create_task(lane.ask([b""] * 10, 1, never)) for _ in range(20)]
        await asyncio.sleep(0)
        slow.let.release(10)
        await asyncio.gather(*tasks)
        assert max(len(batch) for batch in slow.batches) == 40

    run(test)


def test_the_queue_is_bounded_in_number_and_time() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits(waiting=3, foreseen=1.0))
        tasks = await begun(slow, lane, 1, 1, 1)
        with pytest.raises(Problem) as refused:
            await lane.ask([b""], 1, never)
        assert refused.value.status == 429 and refused.value.headers["Retry-After"] == "1"
        slow.let.release(2)
        await asyncio.gather(*tasks)
        lane.seconds = 0.6
        tasks = [asyncio.create_task(lane.ask([b""], 1, never)) for _ in range(2)]
        await asyncio.sleep(0)
        assert lane.waiting == 2 and lane.is_full()  # 1.2 seconds are foreseen
        slow.let.release(2)
        await asyncio.gather(*tasks)
        assert not lane.is_full(1000)  # an empty lane takes a request of any size

    run(test)


def test_nothing_is_computed_for_who_has_gone() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits())
        gone = threading.Event()
        first = await begun(slow, lane, 1)
        left = asyncio.create_task(lane.ask([b"left"], 1, gone.is_set))
        stays = asyncio.create_task(lane.ask([b"stays"], 1, never))
        await asyncio.sleep(0)
        gone.set()
        slow.let.release(2)
        assert await stays == [5] and await first[0] == [1]
        with pytest.raises(ClientGone):
            await left
        assert slow.batches == [[b"x"], [b"stays"]] and ("gone", 1) in slow.notes and lane.waiting == 0

    run(test)


def test_nothing_is_computed_beyond_its_time_limit() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits(wait_seconds=0.05))
        first = await begun(slow, lane, 1)
        late = asyncio.create_task(lane.ask([b"late"], 1, never))
        await asyncio.sleep(0.1)
        slow.let.release(1)
        assert await first[0] == [1]  # begun within its time
        with pytest.raises(Problem) as refused:
            await late
        assert refused.value.status == 503 and slow.batches == [[b"x"]] and ("late", 1) in slow.notes

    run(test)


def test_a_bug_is_told_to_each_and_ends_no_thread() -> None:
    async def test(slow: Slow) -> None:
        def read(images: Sequence[bytes], topk: int) -> list[int]:
            if images[0] == b"bad":
                raise ZeroDivisionError
            return [0] * len(images)

        lane = OneThread(read, Limits(), lambda what, images: None)
        lane.start()
        with pytest.raises(ZeroDivisionError):
            await lane.ask([b"bad"], 1, never)
        assert await lane.ask([b"good"], 1, never) == [0] and lane.waiting == 0

    run(test)


def test_who_is_cancelled_while_waiting_harms_nobody() -> None:
    async def test(slow: Slow) -> None:
        lane = slow.lane(Limits())
        first, second = await begun(slow, lane, 1, 2)
        first.cancel()
        slow.let.release(2)
        assert await second == [2] and lane.waiting == 0

    run(test)


def test_the_loop_reads_what_waits_a_batch_at_a_time_and_looks_at_others_between() -> None:
    async def test(slow: Slow) -> None:
        batches: list[int] = []
        turns: list[int] = []

        def read(images: Sequence[bytes], topk: int) -> list[int]:
            batches.append(len(images))
            asyncio.get_running_loop().call_soon(lambda: turns.append(len(batches)))
            return [len(image) for image in images]

        lane = LoopLane[int](read, Limits(), lambda what, images: None)
        lane.start()
        found = await asyncio.gather(*(lane.ask([b"x" * n], 1, never) for n in range(40)))
        assert found == [[n] for n in range(40)] and batches == [16, 16, 8]
        await asyncio.sleep(0)
        assert turns[0] == 1 and lane.waiting == 0

    run(test)


def test_what_has_come_in_this_turn_of_the_loop_counts_at_once() -> None:
    async def test(slow: Slow) -> None:
        lane = LoopLane[int](
            lambda images, topk: [0] * len(images), Limits(waiting=2), lambda what, images: None
        )
        lane.start()
        assert not lane.is_full()
        lane.expect()
        lane.expect()
        assert lane.is_full()
        await asyncio.sleep(0)
        assert not lane.is_full()

    run(test)
