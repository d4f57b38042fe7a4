"""Connections are finite: whoever idles makes room, and under few descriptors every new client is served."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
from ports import free_port
from waiting import first_line

from e2e_origin.conftest import limit_descriptors

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess, StartOrigin

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
FEW = 256
CROWD = 400
MOST_HEAD = 20_000_000  # bytes; what sockets hold is far less
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
IDLERS = {
    "never sent anything": b"",
    "unfinished head": b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
    "kept": REQUEST,
}


@pytest.fixture(autouse=True)
def enough_descriptors() -> None:
    """The clients of this module need more than the common soft limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))


@contextlib.contextmanager
def crowd(port: int, idler: bytes) -> Iterator[list[socket.socket]]:
    """Connect many clients that send `idler` and then stay."""
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(CROWD):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            with contextlib.suppress(ConnectionError):
                client.sendall(idler)
                if idler == REQUEST:
                    client.recv(4096)
            clients.append(client)
        yield clients


@pytest.mark.parametrize("idler", IDLERS.values(), ids=IDLERS)
def test_every_new_client_of_the_origin_is_served_under_few_descriptors(
    start_origin: StartOrigin, idler: bytes
) -> None:
    origin = start_origin(FEW)
    port = int(urlsplit(origin.url).port or 0)
    with crowd(port, idler):
        for number in range(20):
            card = httpx.get(f"{origin.url}/render/article.png?title={number}", timeout=60)
            assert card.status_code == 200
        assert _open_files(origin) < FEW - 32
        assert origin.metric('emblazon_closed_connections_total{reason="evicted"}') > CROWD - FEW
    assert not [line for line in origin.lines if "Too many open files" in str(line)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`emblazon serve` under few descriptors; yields its port."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    for name in ("templates", "fonts"):
        (home / name).symlink_to(ROOT / name)
    settings = {"EMBLAZON_HOME": str(home), "EMBLAZON_PORT": str(port), "EMBLAZON_DEV": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "emblazon_origin.cli", "serve"],
        env=os.environ | settings, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: limit_descriptors(FEW),
    ) as server:  # fmt: skip
        try:
            assert "ready" in first_line(server)
            yield port
        finally:
            server.terminate()
            server.wait(60)


@pytest.mark.parametrize("idler", IDLERS.values(), ids=IDLERS)
def test_every_new_client_of_serve_is_served_under_few_descriptors(served: int, idler: bytes) -> None:
    with crowd(served, idler):
        for number in range(10):
            url = f"http://127.0.0.1:{served}/og/article.png?title={len(idler)}-{number}"
            card = httpx.get(url, timeout=60)
            assert card.status_code == 200
            assert "x-emblazon-fallback" not in card.headers


def endless_head(port: int) -> tuple[int, bytes]:
    """Send header fields without end; return how many bytes went out and what came back."""
    sent, answer = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            while sent < MOST_HEAD:
                client.sendall(b"X-Filler: 0123456789\r\n" * 100)
                sent += 2200
        with contextlib.suppress(ConnectionError):
            answer = client.recv(4096)
    return sent, answer


def test_head_without_end_is_refused_by_the_origin(start_origin: StartOrigin) -> None:
    origin = start_origin()
    sent, answer = endless_head(int(urlsplit(origin.url).port or 0))
    assert sent < MOST_HEAD
    assert answer == b"" or answer.split()[1] in (b"400", b"431")
    assert origin.get("/healthz").status_code == 200


def test_head_without_end_is_refused_by_serve(served: int) -> None:
    sent, answer = endless_head(served)
    assert sent < MOST_HEAD
    assert answer == b"" or answer.split()[1] in (b"400", b"431")
    assert httpx.get(f"http://127.0.0.1:{served}/healthz", timeout=60).status_code == 200


def _open_files(origin: OriginProcess) -> int:
    return len(os.listdir(f"/proc/{origin.process.pid}/fd"))
