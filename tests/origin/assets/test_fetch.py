"""Fetching through the guard: a DNS stub, servers on loopback, and a canary that must see nobody."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import brotli
import httpcore
import pytest
import trustme

from emblazon_origin.assets.fetch import FetchLimits, GuardedFetcher
from emblazon_origin.assets.fetch_decode import TooLarge, decode
from emblazon_origin.assets.guard import GuardPolicy, Refused
from emblazon_origin.assets.guard_dial import TooSlow, connect
from emblazon_origin.errors import AssetError

PUBLIC = "93.184.216.34"
Handler = Callable[[socket.socket, str], None]


class Server:
    """Accepts on loopback, counts connections, and lets a function answer each."""

    def __init__(self, handler: Handler, context: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.requests: list[str] = []
        self._handler = handler
        self._context = context
        self._sock = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._sock.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._handle, args=(client,), daemon=True).start()

    def _handle(self, client: socket.socket) -> None:
        try:
            if self._context:
                client = self._context.wrap_socket(client, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.requests.append(head.decode())
            self._handler(client, head.decode())
        except OSError:
            pass
        finally:
            client.close()

    def close(self) -> None:
        self._sock.close()


def respond(body: bytes, *fields: str, status: str = "200 OK") -> Handler:
    def handler(client: socket.socket, _head: str) -> None:
        head = "\r\n".join(
            [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "Connection: close", "", ""]
        )
        client.sendall(head.encode() + body)

    return handler


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def make(handler: Handler, context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(handler, context))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def fetcher(
    server: Server | None = None,
    names: dict[str, list[str]] | None = None,
    seconds: float = 60.0,
    **settings: object,
) -> GuardedFetcher:
    """Public names lead to `server`; every other dial is a real one."""
    book = names or {"example.com": [PUBLIC], "cdn.example.com": [PUBLIC]}

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        if address == PUBLIC and server is not None:
            return connect("127.0.0.1", server.port, timeout)
        return connect(address, port, timeout)

    return GuardedFetcher(
        limits=FetchLimits(seconds=seconds, max_bytes=100_000),
        resolver=lambda host, _port: book[host],
        connector=dial,
        **settings,  # type: ignore[arg-type]
    )


def test_a_public_image_arrives_with_its_type(start: Callable[..., Server]) -> None:
    server = start(respond(b"picture", "Content-Type: image/png; charset=x"))
    fetched = fetcher(server).fetch("http://example.com/a.png?x=1")
    assert (fetched.data, fetched.content_type) == (b"picture", "image/png")
    assert server.requests[0].startswith("GET /a.png?x=1 HTTP/1.1\r\nHost: example.com\r\n")


def test_tls_checks_the_name_although_an_address_is_dialled(start: Callable[..., Server]) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("example.com").configure_cert(context)
    seen: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: seen.append(name)
    server = start(respond(b"secure"), context)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    guarded = fetcher(server, ssl_context=client)
    assert guarded.fetch("https://example.com/").data == b"secure"
    assert seen == ["example.com"]
    with pytest.raises(AssetError, match="CERTIFICATE_VERIFY_FAILED"):
        guarded.fetch("https://cdn.example.com/")


@pytest.mark.parametrize(
    "location",
    ["http://internal/", "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "//internal/x"],
)
def test_a_redirect_to_a_private_address_opens_no_connection(
    start: Callable[..., Server], location: str
) -> None:
    canary = start(respond(b"secret"))
    server = start(respond(b"", f"Location: {location}", status="302 Found"))

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        return connect("127.0.0.1", server.port if address == PUBLIC else canary.port, timeout)

    guarded = GuardedFetcher(
        resolver=lambda host, _port: {"example.com": [PUBLIC], "internal": ["10.0.0.1"]}[host], connector=dial
    )
    with pytest.raises(Refused):
        guarded.fetch("http://example.com/")
    assert server.connections == 1
    assert canary.connections == 0


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①", "[::1]", "0"],
)
def test_loopback_by_any_name_sees_no_connection(start: Callable[..., Server], host: str) -> None:
    canary = start(respond(b"secret"))
    policy = GuardPolicy(ports=(canary.port,), literals=True)
    guarded = GuardedFetcher(policy, resolver=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(Refused):
        guarded.fetch(f"http://{host}:{canary.port}/")
    assert canary.connections == 0


def test_the_canary_sings_when_loopback_is_allowed(start: Callable[..., Server]) -> None:
    canary = start(respond(b"seen"))
    policy = GuardPolicy.of((canary.port,), (), ("127.0.0.0/8",), literals=True)
    assert GuardedFetcher(policy).fetch(f"http://127.0.0.1:{canary.port}/").data == b"seen"
    assert canary.connections == 1


def test_rebinding_finds_the_address_checked_at_every_dial(start: Callable[..., Server]) -> None:
    """The first answer is public, every later one is loopback: the second dial is refused."""
    canary = start(respond(b"secret"))
    server = start(respond(b"", "Location: http://rebind.example/2", status="302 Found"))
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        return connect("127.0.0.1", server.port if address == PUBLIC else canary.port, timeout)

    with pytest.raises(Refused, match="loopback"):
        GuardedFetcher(resolver=lookup, connector=dial).fetch("http://rebind.example/1")
    assert asked == ["rebind.example", "rebind.example"]
    assert canary.connections == 0


def test_one_private_address_among_public_ones_spoils_the_name(start: Callable[..., Server]) -> None:
    server = start(respond(b"x"))
    with pytest.raises(Refused):
        fetcher(server, {"mixed.example": [PUBLIC, "10.0.0.1"]}).fetch("http://mixed.example/")
    assert server.connections == 0


def test_proxies_of_the_environment_are_not_asked(
    start: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = start(respond(b"proxied"))
    server = start(respond(b"direct"))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert fetcher(server).fetch("http://example.com/").data == b"direct"
    assert proxy.connections == 0


def test_five_redirects_are_followed_and_a_sixth_is_not(start: Callable[..., Server]) -> None:
    def hop(client: socket.socket, head: str) -> None:
        left = int(head.split()[1].strip("/"))
        handler = respond(b"end") if not left else respond(b"", f"Location: /{left - 1}", status="301 Moved")
        handler(client, head)

    server = start(hop)
    assert fetcher(server).fetch("http://example.com/5").data == b"end"
    with pytest.raises(AssetError, match="more than 5 redirects"):
        fetcher(server).fetch("http://example.com/6")


def test_a_drip_feed_ends_at_the_deadline_for_the_whole_fetch(start: Callable[..., Server]) -> None:
    drops: list[int] = []

    def drip(client: socket.socket, _head: str) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            client.sendall(b"x")
            drops.append(1)
            time.sleep(0.02)

    with pytest.raises(TooSlow):
        fetcher(start(drip), seconds=0.3).fetch("http://example.com/")
    assert len(drops) < 100


def test_dripped_headers_and_a_silent_resolver_end_at_the_deadline_too(start: Callable[..., Server]) -> None:
    def drip(client: socket.socket, _head: str) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(b"X-A: b\r\n")
            time.sleep(0.02)

    with pytest.raises(TooSlow):
        fetcher(start(drip), seconds=0.3).fetch("http://example.com/")
    forever = threading.Event()
    silent = GuardedFetcher(limits=FetchLimits(seconds=0.2), resolver=lambda _h, _p: [str(forever.wait())])
    with pytest.raises(TooSlow):
        silent.fetch("http://example.com/")
    forever.set()


def test_a_host_is_called_slow_only_if_it_had_the_time_itself(start: Callable[..., Server]) -> None:
    now = [0.0]
    server = start(respond(b"quick"))
    guarded = fetcher(server, clock=lambda: now[0])
    guarded.begin_card()
    now[0] = 60.0  # other images have used up what the card had
    with pytest.raises(TooSlow):
        guarded.fetch("http://example.com/")
    guarded.begin_card()
    assert guarded.fetch("http://example.com/").data == b"quick"


def test_fetches_get_a_share_of_a_card_that_has_less_time(start: Callable[..., Server]) -> None:
    now = [0.0]
    server = start(respond(b"quick"))
    guarded = fetcher(server, seconds=100, clock=lambda: now[0])
    for seconds, spent, arrives in ((100.0, 40.0, True), (100.0, 61.0, False), (500.0, 80.0, True)):
        now[0] += 1000
        guarded.begin_card(seconds=seconds)
        now[0] += spent
        if arrives:
            assert guarded.fetch(f"http://example.com/{seconds}/{spent}").data == b"quick"
        else:
            with pytest.raises(TooSlow):
                guarded.fetch(f"http://example.com/{seconds}/{spent}")


def test_the_host_at_the_end_of_a_redirect_is_the_slow_one(start: Callable[..., Server]) -> None:
    forever = threading.Event()
    asked: list[str] = []

    def answer(client: socket.socket, head: str) -> None:
        if "Host: cdn.example.com" in head:
            asked.append(head)
            forever.wait(5)
        elif "/away" in head:
            respond(b"", "Location: http://cdn.example.com/", status="302 Found")(client, head)
        else:
            respond(b"quick")(client, head)

    guarded = fetcher(start(answer), seconds=1.5)
    with pytest.raises(TooSlow):
        guarded.fetch("http://example.com/away")
    assert guarded.fetch("http://example.com/here").data == b"quick"
    with pytest.raises(TooSlow):
        guarded.fetch("http://cdn.example.com/other")
    assert len(asked) == 1, "the slow host was asked again"
    forever.set()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_bombs_stop_at_the_decoded_limit(start: Callable[..., Server], encoding: str) -> None:
    zeros = b"\0" * 50_000_000
    bomb = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda data: brotli.compress(data, quality=1),
    }[encoding](zeros)
    server = start(respond(bomb, f"Content-Encoding: {encoding}", "Content-Type: image/png"))
    with pytest.raises(TooLarge):
        fetcher(server).fetch("http://example.com/")


@pytest.mark.parametrize("encoding", ["zstd", "gzip, br, gzip", "compress"])
def test_encodings_that_were_not_asked_for_are_refused(start: Callable[..., Server], encoding: str) -> None:
    server = start(respond(b"(\xb5/\xfd\x04", f"Content-Encoding: {encoding}"))
    with pytest.raises(AssetError, match="encod"):
        fetcher(server).fetch("http://example.com/")


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (respond(b"", status="404 Not Found"), "answered 404"),
        (respond(b"<html>", "Content-Type: text/html; charset=utf-8"), "web page"),
        (respond(b"x" * 100_001), "larger than"),
        (lambda client, _: client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), "not be read"),
        (lambda client, _head: client.sendall(b"garbage\r\n\r\n"), "could not be read"),
        (lambda client, _head: None, "could not be read"),
        (respond(b"", "Location: http://[", status="302 Found"), "no proper host"),
        (respond(b"", "Location: data:image/png;base64,AA", status="302 Found"), "redirected to something"),
        (respond(b"", "Location: file:///etc/passwd", status="302 Found"), "only http and https"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_an_asset_error(
    start: Callable[..., Server], handler: Handler, message: str
) -> None:
    with pytest.raises(AssetError, match=message):
        fetcher(start(handler)).fetch("http://example.com/")


def test_a_body_without_length_is_cut_at_the_limit(start: Callable[..., Server]) -> None:
    def endless(client: socket.socket, _head: str) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(b"x" * 10_000)

    with pytest.raises(TooLarge):
        fetcher(start(endless)).fetch("http://example.com/")


def test_bodies_and_failures_are_remembered_for_a_while(start: Callable[..., Server]) -> None:
    now = [0.0]
    answers = iter([respond(b"", status="500 Oops"), respond(b"one"), respond(b"two")])
    server = start(lambda client, head: next(answers)(client, head))
    guarded = fetcher(server, clock=lambda: now[0])
    for _ in range(2):
        with pytest.raises(AssetError, match="answered 500"):
            guarded.fetch("http://example.com/")
    assert server.connections == 1
    now[0] = 11.0
    assert [guarded.fetch("http://example.com/").data for _ in range(2)] == [b"one", b"one"]
    now[0] = 80.0
    assert guarded.fetch("http://example.com/").data == b"two"
    assert guarded.outcomes == {"failed": 1, "kept failure": 1, "ok": 2, "kept": 1}


def test_a_failure_that_may_be_over_is_tried_once_more(start: Callable[..., Server]) -> None:
    for first in (respond(b"", status="503 Busy"), lambda client, head: client.close()):
        answers = iter([first, respond(b"picture")])
        server = start(lambda client, head, answers=answers: next(answers)(client, head))
        assert fetcher(server).fetch("http://example.com/").data == b"picture"
        assert server.connections == 2


@pytest.mark.parametrize(("status", "tries"), [("503 Busy", 2), ("404 Gone", 1), ("500 Oops", 1)])
def test_other_failures_and_second_ones_are_final(
    start: Callable[..., Server], status: str, tries: int
) -> None:
    server = start(respond(b"", status=status))
    with pytest.raises(AssetError, match=f"answered {status[:3]}"):
        fetcher(server).fetch("http://example.com/")
    assert server.connections == tries


@pytest.mark.parametrize("status", ["203 Non-Authoritative Information", "206 Partial Content"])
def test_what_a_proxy_touched_is_a_body_as_for_browsers(start: Callable[..., Server], status: str) -> None:
    server = start(respond(b"picture", status=status))
    assert fetcher(server).fetch("http://example.com/").data == b"picture"


def test_an_expired_picture_is_asked_for_by_its_etag(start: Callable[..., Server]) -> None:
    now = [0.0]
    answers = iter([respond(b"one", 'ETag: "a"'), respond(b"", status="304 Not Modified"), respond(b"two")])
    server = start(lambda client, head: next(answers)(client, head))
    guarded = fetcher(server, clock=lambda: now[0])
    told = []
    for now[0] in (0.0, 80.0, 81.0, 160.0):
        guarded.sweep()
        told.append(guarded.fetch("http://example.com/").data)
    assert told == [b"one", b"one", b"one", b"two"]
    assert ['If-None-Match: "a"' in head for head in server.requests] == [False, True, True]


def test_a_304_that_nobody_asked_for_is_no_picture(start: Callable[..., Server]) -> None:
    with pytest.raises(AssetError, match="304"):
        fetcher(start(respond(b"", status="304 Not Modified"))).fetch("http://example.com/")


def test_a_picture_is_told_by_its_bytes_whatever_it_is_called(start: Callable[..., Server]) -> None:
    server = start(respond(b"\xff\xd8\xff\xe0 a picture", "Content-Type: text/html"))
    assert fetcher(server).fetch("http://example.com/").data.startswith(b"\xff\xd8")


def test_fetches_say_who_asks(start: Callable[..., Server]) -> None:
    server = start(respond(b"x"))
    fetcher(server).fetch("http://example.com/")
    assert "+https://" in server.requests[0]
    named = fetcher(server)
    named._limits = FetchLimits(user_agent="ExampleCards/1.0 (+https://example.com/cards)")
    named.fetch("http://example.com/2")
    assert "User-Agent: ExampleCards/1.0 (+https://example.com/cards)" in server.requests[1]


@pytest.mark.parametrize("url", ["http://xn--a/", "http://xn--/", "http://xn--a.com/x.png"])
def test_hosts_that_are_none_are_asset_errors(url: str) -> None:
    with pytest.raises(AssetError):
        fetcher().fetch(url)


def test_the_path_of_a_url_is_asked_for_as_it_is_written(start: Callable[..., Server]) -> None:
    server = start(respond(b"x"))
    fetcher(server).fetch("http://ｅxample.com/ＡＢＣ.png")
    assert server.requests[0].startswith("GET /%EF%BC%A1%EF%BC%A2%EF%BC%A3.png ")


@pytest.mark.parametrize(
    ("encoding", "squeeze"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("", bytes)],
)
def test_honest_bodies_decode_in_any_chunking(encoding: str, squeeze: Callable[[bytes], bytes]) -> None:
    body = bytes(range(256)) * 300
    squeezed = squeeze(body)
    for size in (1, 7, 4096, len(squeezed)):
        chunks = [squeezed[i : i + size] for i in range(0, len(squeezed), size)]
        assert decode(chunks, encoding, 100_000) == body
    if encoding:
        part = decode([squeezed[:-9]], encoding, 100_000)
        assert body.startswith(part), "what there is of a body that ends too early"


def test_deflate_without_a_frame_is_deflate() -> None:
    squeezed = zlib.compress(b"pixels" * 500)[2:-4]
    assert decode([squeezed[:1], squeezed[1:]], "deflate", 100_000) == b"pixels" * 500


@pytest.mark.parametrize("name", ["utf-8", "none", "binary", "aws-chunked", "exi"])
def test_what_is_no_encoding_counts_for_nothing_as_in_browsers(name: str) -> None:
    assert decode([b"pixels"], name, 100) == b"pixels"
    assert decode([gzip.compress(b"pixels")], f"{name}, gzip", 100) == b"pixels"


def test_a_body_may_be_encoded_twice() -> None:
    assert decode([gzip.compress(gzip.compress(b"pixels"))], "gzip, gzip", 100) == b"pixels"
    with pytest.raises(TooLarge):
        decode([gzip.compress(gzip.compress(bytes(10_000_000)))], "gzip, gzip", 50_000)
