"""How many connections a server holds, and who makes room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from waiting import until

from emblazon_origin.server.connection import BoundedServer, ConnectionLimit, connection_limit, descriptors

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(eq=False)
class FakeConnection:
    is_idle: bool = True
    reasons: list[str] = field(default_factory=list)

    def give_up(self, reason: str) -> None:
        self.reasons.append(reason)


def test_newcomer_takes_the_place_of_who_was_heard_of_longest_ago() -> None:
    limit = ConnectionLimit(3)
    first, second, third, fourth = (FakeConnection() for _ in range(4))
    assert all(limit.admit(each) for each in (first, second, third))
    limit.heard(first)
    assert limit.admit(fourth)
    assert (second.reasons, first.reasons, third.reasons) == (["evicted"], [], [])
    assert len(limit) == 3


def test_nobody_who_is_being_answered_makes_room() -> None:
    limit = ConnectionLimit(2)
    busy, idle = FakeConnection(is_idle=False), FakeConnection()
    assert limit.admit(busy)
    assert limit.admit(idle)
    assert limit.admit(FakeConnection(is_idle=False))
    assert (busy.reasons, idle.reasons) == ([], ["evicted"])
    assert not limit.admit(FakeConnection())


def test_who_has_left_is_forgotten() -> None:
    limit = ConnectionLimit(1)
    first = FakeConnection(is_idle=False)
    limit.admit(first)
    limit.left(first)
    limit.left(first)
    limit.heard(first)
    assert len(limit) == 0


@pytest.mark.parametrize(("reserve", "most"), [(0, 0), (100, 0), (0, 50), (10**9, 0)])
def test_limit_leaves_descriptors_for_everything_else(reserve: int, most: int) -> None:
    limit = connection_limit(reserve, most)
    assert 8 <= limit.most <= max(8, descriptors() - reserve)
    assert limit.most <= (most or descriptors())
    assert limit.backlog <= max(8, limit.most // 2)


@dataclass
class Site:
    limit: ConnectionLimit
    port: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: int = 0
    closed: list[str] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.entered += 1
        await self.gate.wait()
        return web.Response(text="done")

    async def connect(self, data: bytes = b"") -> Client:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        return reader, writer


@asynccontextmanager
async def site(most: int) -> AsyncIterator[Site]:
    here = Site(ConnectionLimit(most))
    server = BoundedServer(
        here.answer, header_timeout=60, write_timeout=60, limit=here.limit, on_closed=here.closed.append
    )
    runner = web.ServerRunner(server, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.port = runner.addresses[0][1]
    try:
        yield here
    finally:
        here.gate.set()
        await runner.cleanup()


async def test_client_that_comes_while_all_are_busy_is_told_so_and_they_are_answered() -> None:
    async with site(3) as here:
        busy = [await here.connect(REQUEST) for _ in range(3)]
        await until(lambda: here.entered == 3)
        late, writer = await here.connect(REQUEST)
        told = await asyncio.wait_for(late.read(), 60)
        assert told.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1" in told
        assert b"too-many-connections" in told
        assert here.closed == ["refused"]
        here.gate.set()
        for reader, _ in busy:
            assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 200 ")
        for _, stream in (*busy, (late, writer)):
            stream.close()


@pytest.mark.parametrize("idler", [b"", b"GET / HTTP/1.1\r\nHo"], ids=["silent", "unfinished head"])
async def test_idle_client_makes_room_for_one_with_a_request(idler: bytes) -> None:
    async with site(2) as here:
        here.gate.set()
        idle = [await here.connect(idler) for _ in range(2)]
        await until(lambda: len(here.limit) == 2)
        for _ in range(5):
            reader, writer = await here.connect(REQUEST)
            assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 200 ")
            writer.close()
        assert here.closed[:1] == ["evicted"]
        with pytest.raises(asyncio.IncompleteReadError):
            await asyncio.wait_for(idle[0][0].readexactly(1), 60)
        for _, stream in idle:
            stream.close()


async def test_nothing_tells_the_library_or_its_version() -> None:
    async with site(20) as here:
        here.gate.set()
        for request in (
            REQUEST,
            b"nonsense\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        ):
            reader, writer = await here.connect(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            assert b"Server: emblazon\r\n" in head
            assert b"aiohttp" not in head
            writer.close()
