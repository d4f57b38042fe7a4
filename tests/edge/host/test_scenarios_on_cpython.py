"""What holds on workerd holds on CPython: the same scenarios on the same misbehaving origin."""

from __future__ import annotations

import io
import json
import socket
from urllib.parse import urlsplit

import pytest
from cpython_host import CPythonHost
from misbehaving_origin import MisbehavingOrigin
from PIL import Image

from e2e import test_edge_under_load
from e2e.edge_scenarios import SCENARIOS

globals().update(SCENARIOS)
test_dead_origin_costs_neither_a_card_nor_the_speed_of_warmed_ones = pytest.mark.e2e(
    test_edge_under_load.test_dead_origin_costs_neither_a_card_nor_the_speed_of_warmed_ones
)


def exchange(worker: CPythonHost, head: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    """Send a request that no HTTP library would; returns status, header fields and problem."""
    address = urlsplit(worker.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=60) as connection:
        connection.sendall(head + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    top, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = top.decode("latin-1").split("\r\n")
    named = dict(field.lower().split(": ", 1) for field in fields)
    return int(status.split()[1]), named, json.loads(body)


@pytest.mark.parametrize(
    ("line", "status", "word"),
    [
        ("GET /og/article.png?title=Zürich HTTP/1.1", 400, "percent-encoded"),
        ("GET /og/article.png?title=a b HTTP/1.1", 400, "space"),
        ("OPTIONS * HTTP/1.1", 404, "'*'"),
    ],
)
def test_line_that_is_no_request_for_a_card_gets_a_problem_that_says_why(
    worker: CPythonHost, line: str, status: int, word: str
) -> None:
    told, fields, problem = exchange(worker, line.encode())
    assert told == status
    assert fields["content-type"] == "application/problem+json"
    assert fields["cache-control"] == "no-store"
    assert word in str(problem["detail"])


@pytest.mark.e2e
def test_kv_serves_after_a_restart_with_the_origin_stopped(
    worker: CPythonHost, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    worker.restart()  # waits for the background writes
    origin.refuse()
    second = worker.card(title)
    assert "detail=kv" in second.headers["cache-status"]
    assert second.content == first.content
    assert Image.open(io.BytesIO(second.content)).size == (1200, 630)
