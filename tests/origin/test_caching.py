"""Every cache of a process is in one registry, and stays within the budget of the process."""

from __future__ import annotations

import ast
import gc
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cold_start import clear_caches

from emblazon_origin import caching
from emblazon_origin.caching import ENTRY_BYTES, UNUSED_SWEEPS, ByteCache, remembered

PACKAGE = Path(caching.__file__).parent


@pytest.fixture(autouse=True)
def full_size() -> Iterator[None]:
    """Leave the caches of the process as they were."""
    yield
    caching._registry.scale = 1.0
    for cache in list(caching._registry.caches):
        cache.resize(cache.wanted_bytes)


def cache(size: int = 1000, **options: object) -> ByteCache[bytes]:
    return ByteCache("tests", size, len, **options)  # type: ignore[arg-type]  # some of its options


def test_least_recently_used_goes_first_and_bytes_are_counted() -> None:
    kept = cache(3 * (ENTRY_BYTES + 10))
    for name in "abc":
        kept.put(name, b"x" * 10)
    assert kept.peek("a")
    kept.put("d", b"x" * 10)
    assert [kept.peek(name) is not None for name in "abcd"] == [True, False, True, True]
    assert (len(kept), kept.bytes, kept.evictions) == (3, 3 * (ENTRY_BYTES + 10), 1)


def test_what_comes_once_drives_out_nothing_that_was_asked_for_again() -> None:
    kept = cache(20 * ENTRY_BYTES)
    kept.put("name", b"")
    assert kept.peek("name") is not None
    for number in range(200):
        kept.put(number, b"")
    assert kept.peek("name") is not None
    assert (len(kept), kept.bytes, kept.evictions) == (20, kept.max_bytes, 181)
    assert kept.drop("name")
    assert kept.drop(199)
    assert (len(kept), kept.bytes) == (18, 18 * ENTRY_BYTES)


def test_new_value_takes_the_place_and_the_bytes_of_the_old_one() -> None:
    kept = cache()
    kept.put("a", b"x" * 100)
    kept.put("a", b"x")
    assert (kept.peek("a"), kept.bytes) == (b"x", ENTRY_BYTES + 1)
    assert kept.drop("a")
    assert not kept.drop("a")
    assert kept.bytes == 0


@pytest.mark.parametrize(("largest", "fits"), [(1.0, True), (0.25, False)])
def test_value_above_its_share_is_not_kept(largest: float, fits: bool) -> None:
    kept = cache(1000, largest=largest)
    assert kept.put("a", b"x" * 300) == b"x" * 300
    assert (kept.peek("a") is not None) == fits


def test_value_is_made_once() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"x"

    kept = cache()
    assert [kept.get("a", make) for _ in range(3)] == [b"x"] * 3
    assert made == [1]


def test_value_with_a_life_ends_with_it() -> None:
    now = [0.0]
    kept = cache(life=10.0, clock=lambda: now[0])
    kept.put("a", b"x")
    now[0] = 9.9
    assert kept.peek("a")
    now[0] = 10.0
    assert kept.peek("a") is None
    assert kept.bytes == 0


def test_sweep_drops_what_nobody_asked_for_lately() -> None:
    kept = cache()
    kept.put("old", b"x")
    kept.put("used", b"x")
    for _ in range(UNUSED_SWEEPS):
        caching.sweep()
        assert kept.peek("used")
    caching.sweep()
    assert (kept.peek("old"), kept.peek("used")) == (None, b"x")


def test_cache_of_an_owner_that_is_gone_is_not_counted() -> None:
    kept = cache()
    kept.put("a", b"x" * 50)
    assert caching.held()["tests"].bytes >= ENTRY_BYTES + 50
    del kept
    gc.collect()
    assert caching.held().get("tests", caching.Held()).bytes == 0


def test_budget_binds_every_cache_also_those_to_come() -> None:
    before, scaled = cache(100_000_000), 20_000_000
    for number in range(100):
        before.put(number, b"x" * 500_000)
    caching.share_out(scaled)
    after = cache(100_000_000)
    assert after.max_bytes == before.max_bytes < 100_000_000
    assert before.bytes <= before.max_bytes
    assert sum(held.max_bytes for held in caching.held().values()) <= scaled + after.max_bytes


def test_memoised_function_is_counted() -> None:
    @remembered("test function", 8, bytes_each=100)
    def double(number: int) -> int:
        return 2 * number

    assert [double(number) for number in range(20)] == [2 * number for number in range(20)]
    held = caching.held()["test function"]
    assert (held.bytes, held.entries, held.max_bytes) == (800, 8, 800)
    clear_caches()
    assert caching.held()["test function"].entries == 0


def test_threads_may_share_a_cache() -> None:
    kept = cache(50 * (ENTRY_BYTES + 10))

    def work(seed: int) -> None:
        for number in range(2000):
            kept.get((seed * number) % 97, lambda: b"x" * 10)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert kept.bytes == len(kept) * (ENTRY_BYTES + 10) <= kept.max_bytes


def test_no_cache_of_the_origin_is_outside_of_the_registry() -> None:
    outside = []
    for path in PACKAGE.rglob("*.py"):
        if path.name == "caching.py":
            continue
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if re.search("lru_cache|Cache", text) else ():
            if isinstance(node, ast.ImportFrom) and node.module in ("functools", "cachetools"):
                outside += [
                    f"{path.relative_to(PACKAGE)}: {alias.name}"
                    for alias in node.names
                    if re.fullmatch(r"lru_cache|LRUCache|TTLCache|LFUCache", alias.name)
                ]
    assert outside == ["style/cascade/sheets.py: lru_cache"], "the one sheet of the user agent is no cache"
