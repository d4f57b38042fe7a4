"""The local adapters pass the suite of every adapter, and keep their own promises."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter_conformance import CACHE_CHECKS, DATA, KV_CHECKS, TEXT_HEADERS, URL, Check
from edge_world import MemoryCache as FakeCache
from edge_world import MemoryKV as FakeKV

from emblazon.edge.messages import BytesBody
from emblazon.edge.ports import PortError
from emblazon_origin.caching import ENTRY_BYTES
from emblazon_origin.host.asyncio_ports import (
    ENTRY_OVERHEAD,
    AsyncioBackground,
    MemoryCache,
    SystemClock,
    SystemRandom,
)
from emblazon_origin.host.sqlite_kv import SQLiteKV


class HandClock(SystemClock):
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.moment = 1_800_000_000.0
        self.skew = 0.0

    def now(self) -> float:
        return self.moment

    async def advance(self, seconds: float) -> None:
        self.moment += seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kv(tmp_path: Path, clock: HandClock) -> Iterator[SQLiteKV]:
    store = SQLiteKV(tmp_path / "deep" / "kv.sqlite", clock)
    yield store
    store.close()


async def run(check: Check, subject: object, clock: HandClock) -> None:
    if len(inspect.signature(check).parameters) == 2:
        await check(subject, clock.advance)
    else:
        await check(subject)


@pytest.mark.parametrize("check", KV_CHECKS.values(), ids=KV_CHECKS.keys())
async def test_sqlite_kv(check: Check, kv: SQLiteKV, clock: HandClock) -> None:
    await run(check, kv, clock)


@pytest.mark.parametrize("check", CACHE_CHECKS.values(), ids=CACHE_CHECKS.keys())
async def test_memory_cache(check: Check, clock: HandClock) -> None:
    await run(check, MemoryCache(clock), clock)


FAKE_KV_CHECKS = {name: check for name, check in KV_CHECKS.items() if name != "refuses_what_kv_refuses"}
FAKE_CACHE_CHECKS = {
    name: check
    for name, check in CACHE_CHECKS.items()
    if name not in ("keeps_nothing_that_forbids_it", "refuses_vary_star")  # the core never does either
}


@pytest.mark.parametrize("check", FAKE_KV_CHECKS.values(), ids=FAKE_KV_CHECKS.keys())
async def test_fake_kv_of_the_tests_is_like_the_real_ones(check: Check, clock: HandClock) -> None:
    await run(check, FakeKV(clock), clock)  # type: ignore[arg-type]  # any clock with `now`


@pytest.mark.parametrize("check", FAKE_CACHE_CHECKS.values(), ids=FAKE_CACHE_CHECKS.keys())
async def test_fake_cache_of_the_tests_is_like_the_real_ones(check: Check, clock: HandClock) -> None:
    await run(check, FakeCache(clock), clock)  # type: ignore[arg-type]  # any clock with `now`


# SQLite


async def test_kv_survives_a_restart(tmp_path: Path, clock: HandClock) -> None:
    first = SQLiteKV(tmp_path / "kv.sqlite", clock)
    await first.put("a", BytesBody(DATA), metadata="{}")
    first.close()
    second = SQLiteKV(tmp_path / "kv.sqlite", clock)
    entry = await second.get("a")
    second.close()
    assert entry is not None
    assert await entry.body.read() == DATA


@pytest.mark.parametrize("damage", ["no database", "torn"])
async def test_damaged_file_is_set_aside_and_begun_anew(
    tmp_path: Path, clock: HandClock, damage: str
) -> None:
    path = tmp_path / "kv.sqlite3"
    first = SQLiteKV(path, clock)
    await first.put("k", BytesBody(b"x" * 100_000))
    first.close()
    if damage == "no database":
        path.write_bytes(b"?" * 20_000)
    else:
        path.write_bytes(path.read_bytes()[:4096] + b"?" * 8192)
    kv = SQLiteKV(path, clock)
    await kv.put("k", BytesBody(b"new"))
    entry = await kv.get("k")
    assert entry is not None
    assert await entry.body.read() == b"new"
    assert kv.set_aside is not None
    assert kv.set_aside.exists()
    kv.close()


def test_file_that_cannot_be_opened_is_named(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "kv.sqlite3").mkdir()
    with pytest.raises(OSError, match=r"kv\.sqlite3"):
        SQLiteKV(tmp_path / "kv.sqlite3", clock)


async def test_sweep_removes_what_has_expired(kv: SQLiteKV, clock: HandClock) -> None:
    await kv.put("a", BytesBody(DATA), ttl=60)
    await kv.put("b", BytesBody(DATA), ttl=600)
    await clock.advance(61)
    assert await kv.sweep() == 1
    assert await kv.size() == len(DATA)


async def test_sweep_keeps_the_size_bound_and_drops_the_oldest(tmp_path: Path, clock: HandClock) -> None:
    kv = SQLiteKV(tmp_path / "kv.sqlite", clock, max_bytes=len(DATA) * 3)
    await kv.put("manifest", BytesBody(DATA))  # without expiry: never dropped for space
    for number in range(5):
        await clock.advance(1)
        await kv.put(f"card/{number}", BytesBody(DATA), ttl=600)
    await kv.sweep()
    names = [key.name for key in await kv.list("")]
    kv.close()
    assert names == ["card/3", "card/4", "manifest"]


async def test_writes_sweep_by_themselves(tmp_path: Path, clock: HandClock) -> None:
    kv = SQLiteKV(tmp_path / "kv.sqlite", clock, max_bytes=len(DATA) * 3)
    for number in range(20):
        await clock.advance(61)
        await kv.put(f"card/{number}", BytesBody(DATA), ttl=6000)
    size = await kv.size()
    kv.close()
    assert size <= len(DATA) * 4


async def test_concurrent_readers_and_writers(kv: SQLiteKV) -> None:
    async def write(number: int) -> None:
        await kv.put(f"k/{number % 10}", BytesBody(bytes([number])), ttl=60)

    async def read(number: int) -> None:
        await kv.get(f"k/{number % 10}")

    await asyncio.gather(*(work(number) for number in range(200) for work in (write, read)))
    assert len(await kv.list("k/")) == 10


async def test_errors_of_sqlite_are_port_errors(tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "kv.sqlite"
    kv = SQLiteKV(path, clock)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE kv")
    other.close()
    with pytest.raises(PortError, match=r"kv\.sqlite"):
        await kv.get("a")
    kv.close()
    with pytest.raises(PortError):
        await kv.get("a")


# Memory


async def test_cache_is_bounded_in_bytes_and_drops_the_least_recently_used(clock: HandClock) -> None:
    room_for_three = 3 * (len(DATA) + ENTRY_OVERHEAD + ENTRY_BYTES + 200)
    cache = MemoryCache(clock, max_bytes=room_for_three)
    for number in range(3):
        await cache.put(f"{URL}/{number}", TEXT_HEADERS, BytesBody(DATA))
    await cache.match(f"{URL}/0")
    await cache.put(f"{URL}/3", TEXT_HEADERS, BytesBody(DATA))
    assert await cache.match(f"{URL}/1") is None
    assert await cache.match(f"{URL}/0") is not None
    assert cache.bytes <= room_for_three


async def test_entry_larger_than_the_cache_is_not_kept(clock: HandClock) -> None:
    cache = MemoryCache(clock, max_bytes=1000)
    await cache.put(URL, TEXT_HEADERS, BytesBody(DATA))
    assert len(cache) == 0
    assert cache.bytes == 0


# Background and randomness


async def test_background_work_is_waited_for_at_shutdown() -> None:
    background, done = AsyncioBackground(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    background.wait_until(work())
    await background.drain(5)
    assert done.is_set()
    assert background.pending == 0


async def test_background_work_that_hangs_is_cancelled_at_shutdown() -> None:
    background = AsyncioBackground()
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    background.wait_until(work())
    await background.drain(0.01)
    assert cancelled.is_set()


async def test_background_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    background = AsyncioBackground()

    async def work() -> None:
        raise ValueError("lost?")

    background.wait_until(work())
    await background.drain(1)
    await asyncio.sleep(0)
    assert "background work failed" in caplog.text


def test_uniform_is_never_zero() -> None:
    random = SystemRandom()
    assert all(0 < random.uniform() <= 1 for _ in range(1000))
    assert random.token() != random.token()
