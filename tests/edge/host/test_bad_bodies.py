"""Bodies that are none: a clear refusal on every route, without a traceback or the name of a library."""

from __future__ import annotations

import gzip
import socket

import pytest
from cpython_host import CPythonHost
from workerd import PURGE_TOKEN

from emblazon.contract.problem import first_repeated

TRACEBACKS = ("Error handling request", "Unhandled exception", "RequestPayloadError")  # as aiohttp logs them
GARBAGE = b"\x00garbage that no decoder takes"
WHOLE = gzip.compress(b'{"all": true}')
HEAD = f"Host: x\r\nConnection: close\r\nAuthorization: Bearer {PURGE_TOKEN}\r\n".encode()


def send(worker: CPythonHost, request: bytes) -> tuple[bytes, bytes]:
    """Send one request; returns head and body of the answer."""
    with socket.create_connection(("127.0.0.1", worker.port), timeout=60) as client:
        client.sendall(request)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    "body", [GARBAGE, WHOLE[:-6], WHOLE[:12], b""], ids=["garbage", "cut", "head", "empty"]
)
@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, br", "nonsense"])
@pytest.mark.parametrize("path", ["/purge", "/api/cards"])
def test_encoded_body_is_refused(
    worker: CPythonHost, capfd: pytest.CaptureFixture[str], path: str, encoding: str, body: bytes
) -> None:
    fields = (
        f"Content-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n"
    )
    head, told = send(worker, f"POST {path} HTTP/1.1\r\n{fields}".encode() + HEAD + b"\r\n" + body)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert b"send it as it is" in told
    assert b"aiohttp" not in head + told
    logged = capfd.readouterr().err
    assert not any(word in logged for word in TRACEBACKS)


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"5\r\nab", b"-1\r\n\r\n", b"5\r\nabcdeXX0\r\n\r\n"])
def test_broken_chunks_are_refused(
    worker: CPythonHost, capfd: pytest.CaptureFixture[str], chunk: bytes
) -> None:
    request = b"POST /purge HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    with socket.create_connection(("127.0.0.1", worker.port), timeout=60) as client:
        client.sendall(request + HEAD + b"\r\n" + chunk)
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(65536)
    assert not answer or answer.split(b" ", 2)[1] in (b"400", b"408")
    assert b"aiohttp" not in answer
    logged = capfd.readouterr().err
    assert not any(word in logged for word in TRACEBACKS)


def test_encoded_body_of_a_request_that_has_none_does_not_matter(worker: CPythonHost, title: str) -> None:
    url = worker.card_url(title)
    fields = f"Content-Encoding: gzip\r\nContent-Length: {len(GARBAGE)}\r\n"
    head, _ = send(worker, f"GET {url} HTTP/1.1\r\n{fields}".encode() + HEAD + b"\r\n" + GARBAGE)
    assert head.startswith(b"HTTP/1.1 200 ")


class CountedName(str):
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountedName.comparisons += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


def test_repeated_members_are_found_in_one_pass() -> None:
    names = [CountedName(f"n{number}") for number in range(20_000)]
    assert first_repeated([*names, CountedName("n19999")]) == "n19999"
    assert first_repeated(names) is None
    assert CountedName.comparisons < 3 * len(names)


def test_twenty_thousand_members_given_twice_are_refused_by_name(worker: CPythonHost) -> None:
    body = "{" + ",".join(f'"n{number}":1' for number in [*range(20_000), 19_999]) + "}"
    headers = {"Authorization": f"Bearer {PURGE_TOKEN}", "Content-Type": "application/json"}
    answer = worker.client.post("/purge", content=body, headers=headers)
    assert (answer.status_code, answer.json()["param"]) == (400, "n19999")
