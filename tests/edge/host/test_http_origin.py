"""The HTTP adapter of the origin port, and the pass-through mount, on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp import web
from misbehaving_origin import Behaviour, MisbehavingOrigin

from emblazon.edge.messages import get_header
from emblazon.edge.ports import OriginError
from emblazon_origin.host import HttpOrigin, InProcessOrigin, create_passthrough_app, edge_runner
from emblazon_origin.host.edge_app import EdgeRunner
from emblazon_origin.server.messages import HttpRequest, HttpResponse

CARD = "/render/article.png?title=Hi"
SHORT, LONG = 0.4, 60.0  # seconds: what is waited out, and what a busy machine does not need
BROKEN: dict[Behaviour, tuple[str, float]] = {
    "hang": ("timeout", SHORT),
    "drip": ("timeout", SHORT),
    "truncate": ("truncated", LONG),
    "chunked-truncate": ("truncated", LONG),
    "reset": ("truncated", LONG),
}


@pytest.fixture
async def adapter(origin: MisbehavingOrigin) -> AsyncIterator[HttpOrigin]:
    adapter = HttpOrigin(origin.url)
    yield adapter
    await adapter.close()


async def test_whole_answer_with_its_fields(adapter: HttpOrigin, origin: MisbehavingOrigin) -> None:
    answer = await adapter.fetch(
        CARD, (("X-Request-Id", "abc"), ("Authorization", "Bearer t")), deadline=LONG
    )
    inspection = await answer.body.inspect()
    assert (answer.status, inspection.length) == (200, int(get_header(answer.headers, "content-length") or 0))
    (asked,) = origin.renders()
    assert asked.headers["x-request-id"] == "abc"
    assert asked.headers["accept-encoding"] == "identity"
    assert get_header(answer.headers, "connection") is None


@pytest.mark.parametrize("behaviour", BROKEN)
async def test_no_partial_answer_gets_through(
    adapter: HttpOrigin, origin: MisbehavingOrigin, behaviour: Behaviour
) -> None:
    reason, deadline = BROKEN[behaviour]
    origin.behaviour = behaviour
    with pytest.raises(OriginError) as caught:
        await adapter.fetch(CARD, (), deadline=deadline)
    assert caught.value.reason == reason


async def test_nobody_listens(adapter: HttpOrigin, origin: MisbehavingOrigin) -> None:
    origin.refuse()
    with pytest.raises(OriginError) as caught:
        await adapter.fetch(CARD, (), deadline=LONG)
    assert caught.value.reason == "refused"


async def test_answer_beyond_the_bound_is_cut_off(origin: MisbehavingOrigin) -> None:
    adapter = HttpOrigin(origin.url, max_bytes=100)
    with pytest.raises(OriginError) as caught:
        await adapter.fetch(CARD, (), deadline=LONG)
    await adapter.close()
    assert caught.value.reason == "too-large"


async def test_redirects_are_answers_and_not_followed(adapter: HttpOrigin, origin: MisbehavingOrigin) -> None:
    origin.behaviour = "redirect"
    assert (await adapter.fetch(CARD, (), deadline=LONG)).status == 302


async def test_renderer_in_the_same_process() -> None:
    async def draw(ask: HttpRequest) -> HttpResponse:
        assert ask.headers["x-request-id"] == "abc"
        return HttpResponse(200, [("Content-Type", "image/png")], ask.target.encode())

    answer = await InProcessOrigin(draw).fetch(CARD, (("X-Request-Id", "abc"),), deadline=LONG)
    assert await answer.body.read() == CARD.encode()


async def _hang(ask: HttpRequest) -> HttpResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody waits that long")


async def _crash(ask: HttpRequest) -> HttpResponse:
    raise RuntimeError("bug")


@pytest.mark.parametrize(("behave", "reason"), [(_hang, "timeout"), (_crash, "network")])
async def test_renderer_in_the_same_process_that_fails(
    behave: Callable[[HttpRequest], Awaitable[HttpResponse]], reason: str
) -> None:
    with pytest.raises(OriginError) as caught:
        await InProcessOrigin(behave).fetch(CARD, (), deadline=0.05)
    assert caught.value.reason == reason


# The pass-through mount


class Site:
    """A small web site that counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, await request.read()))
        headers = {
            "Cache-Control": "max-age=60",
            "ETag": '"abcdefü"',
            "X-Seen": request.headers.get("X-Sent", ""),
            "Set-Cookie": "a=1",
        }
        response = web.Response(text=f"answer {len(self.asked)}", headers=headers)
        response.headers.add("Set-Cookie", "b=2")
        return response


async def started(app: web.Application, runner: web.AppRunner) -> str:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def mount() -> AsyncIterator[tuple[httpx.AsyncClient, Site]]:
    site, app = Site(), web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    behind = web.AppRunner(app)
    front_app = create_passthrough_app(await started(app, behind))
    front = edge_runner(front_app)
    async with httpx.AsyncClient(base_url=await started(front_app, front), trust_env=False) as client:
        yield client, site
    await front.cleanup()
    await behind.cleanup()


async def test_mount_caches_by_the_sites_own_fields(mount: tuple[httpx.AsyncClient, Site]) -> None:
    client, _ = mount
    first, second = await client.get("/page?x=1"), await client.get("/page?x=1")
    assert (first.text, second.text) == ("answer 1", "answer 1")
    assert second.headers["cache-status"].startswith("emblazon; hit; ttl=")
    assert second.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (await client.get("/page?x=2")).text == "answer 2"


async def test_mount_compares_tags_octet_by_octet(mount: tuple[httpx.AsyncClient, Site]) -> None:
    client, _ = mount
    await client.get("/page")
    answer = await client.get("/page", headers=[(b"If-None-Match", '"abcdefü"'.encode())])
    assert answer.status_code == 304


async def test_mount_passes_methods_and_bodies_on(mount: tuple[httpx.AsyncClient, Site]) -> None:
    client, site = mount
    await client.get("/page")
    answer = await client.post("/page", content=b"data", headers={"X-Sent": "yes"})
    assert answer.headers["x-seen"] == "yes"
    assert site.asked[-1] == ("POST", b"data")
    assert (await client.get("/page")).text == "answer 3"


async def test_mount_answers_head_and_ranges_from_the_stored_response(
    mount: tuple[httpx.AsyncClient, Site],
) -> None:
    client, site = mount
    await client.get("/page")
    head = await client.head("/page")
    assert (head.headers["content-length"], head.content) == ("8", b"")
    part = await client.get("/page", headers={"Range": "bytes=0-5"})
    assert (part.status_code, part.text) == (206, "answer")
    assert len(site.asked) == 1


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nX-Early: 1\r\n\r\n"
FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nCache-Control: max-age=60\r\nX-Final: 2\r\n\r\nhello"


@asynccontextmanager
async def mounted_before(answer: bytes) -> AsyncIterator[int]:
    """The mount in front of an origin that says these bytes to everybody; yields its port."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    front_app = create_passthrough_app(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    front = edge_runner(front_app)
    try:
        yield int((await started(front_app, front)).rpartition(":")[2])
    finally:
        await front.cleanup()
        server.close()


async def told(port: int, version: str = "1.1") -> bytes:
    """Everything that one request is answered with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /page HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    said = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return said


async def test_mount_passes_interim_answers_on_and_stores_none_of_them() -> None:
    async with mounted_before(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + EARLY + FINAL
    ) as port:
        first, second = await told(port), await told(port)
    processing, early, final = first.split(b"\r\n\r\n")[:3]
    assert processing == b"HTTP/1.1 102 Processing"
    assert early.splitlines() == EARLY.splitlines()[:-1]
    assert (final.partition(b"\r\n")[0], b"X-Early" in final) == (b"HTTP/1.1 200 OK", False)
    assert second.startswith(b"HTTP/1.1 200 OK")
    assert b"emblazon; hit" in second
    assert b"Link" not in second


async def test_client_of_http_1_0_gets_no_interim_answer() -> None:
    async with mounted_before(EARLY + FINAL) as port:
        said = await told(port, "1.0")
    assert (said.split(b" ")[1], said.endswith(b"hello")) == (b"200", True)


async def test_mount_passes_long_fields_on() -> None:
    cookies = b"".join(b"Set-Cookie: %d=%s\r\n" % (number, b"x" * 4000) for number in range(20))
    async with mounted_before(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + cookies + b"\r\nok") as port:
        said = await told(port)
    assert (said.split(b" ")[1], said.count(b"Set-Cookie")) == (b"200", 20)


@pytest.mark.parametrize("answer", [EARLY * 17 + FINAL, EARLY, b"", b"SSH-2.0\r\n\r\n", FINAL[:-1]])
async def test_mount_calls_an_answer_that_is_none_a_bad_gateway(answer: bytes) -> None:
    async with mounted_before(answer) as port:
        assert b"HTTP/1.1 502 Bad Gateway\r\n" in await told(port)


async def test_client_that_drips_its_head_is_disconnected() -> None:
    runner = EdgeRunner(web.Application(), header_timeout=0.2)
    port = int((await started(web.Application(), runner)).rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /og/article.png HTTP/1.1\r\nHost: x\r\nX-Drip:")
    assert await asyncio.wait_for(reader.read(), LONG) == b""
    writer.close()
    await runner.cleanup()
