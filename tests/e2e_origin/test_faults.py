"""Rows of docs/caching.md about processes, load and life cycle, against a real origin process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import aiohttp
import httpx
import pytest
from waiting import at_most, busy, gone, wait_until

if TYPE_CHECKING:
    from e2e_origin.conftest import OriginProcess, StartOrigin

pytestmark = pytest.mark.e2e


def render_pids(origin: OriginProcess) -> list[int]:
    """Process ids of renders that have begun and not ended."""
    lines = origin.render_log.read_text().splitlines() if origin.render_log.exists() else []
    begun = [int(line.split()[1]) for line in lines if line.startswith("start ")]
    ended = [int(line.split()[1]) for line in lines if line.startswith("end ")]
    return [pid for pid in begun if begun.count(pid) > ended.count(pid)]


def test_row_13_a_process_killed_mid_render_costs_one_retry(
    start_origin: StartOrigin, tmp_path: Path
) -> None:
    origin = start_origin()
    gate = tmp_path / "gate"
    with ThreadPoolExecutor() as threads:
        waiting = [
            threads.submit(origin.get, f"/render/article.png?do=wait:{quote(str(gate))}") for _ in range(5)
        ]
        wait_until(lambda: render_pids(origin))
        os.kill(render_pids(origin)[0], signal.SIGKILL)
        wait_until(lambda: origin.renders() == 2)
        gate.touch()
        assert [future.result().status_code for future in waiting] == [200] * 5
    assert origin.renders() == 2
    assert origin.metric("emblazon_render_retries_total") == 1


def test_row_14_a_render_out_of_time_ends_alone_and_capacity_is_back_within_a_second(
    start_origin: StartOrigin,
) -> None:
    origin = start_origin(EMBLAZON_WORKERS="1", EMBLAZON_RENDER_TIMEOUT="1.0")
    slow = origin.get("/render/article.png?do=spin")
    assert (slow.status_code, slow.json()["type"]) == (504, "urn:emblazon:problem:render-timeout")
    with at_most(1):
        assert origin.get("/render/article.png?title=next").status_code == 200


def test_row_14_a_render_out_of_memory_ends_alone(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_WORKERS="1", EMBLAZON_WORKER_MEMORY="128m")
    assert origin.get("/render/article.png?do=hog").status_code == 500
    with at_most(1):
        assert origin.get("/render/article.png?title=next").status_code == 200
    assert origin.metric('emblazon_worker_ends_total{reason="memory"}') == 1


def test_row_14_a_poisonous_input_is_quarantined(start_origin: StartOrigin) -> None:
    origin = start_origin()
    assert origin.get("/render/article.png?do=crash").status_code == 500
    renders = origin.renders()
    refused = origin.get("/render/article.png?do=crash")
    assert refused.status_code == 503
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert origin.renders() == renders
    assert origin.get("/render/article.png?title=innocent").status_code == 200


def test_row_15_a_font_that_is_missing_fails_readiness_by_name_until_it_is_there(
    start_origin: StartOrigin, tmp_path: Path
) -> None:
    (tmp_path / "fail").write_text("fonts/vendor/Inter.ttf is missing; run make fonts")
    origin = start_origin()
    assert origin.get("/healthz").status_code == 200
    answer = origin.get("/readyz")
    assert answer.status_code == 503
    assert "fonts/vendor/Inter.ttf is missing" in answer.json()["reason"]
    assert origin.get("/render/article.png").status_code == 503
    (tmp_path / "fail").unlink()
    wait_until(lambda: origin.get("/readyz").status_code == 200)


def test_row_21_a_client_that_drips_its_head_is_disconnected(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_HEADER_TIMEOUT="0.3")
    parts = urlsplit(origin.url)
    with at_most(2), socket.create_connection((parts.hostname or "", parts.port or 0), 60) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        dead = threading.Event()

        def drip() -> None:
            while not dead.wait(0.05):
                try:
                    sock.sendall(b"X-A: b\r\n")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(1000) == b""
        dead.set()
        dripping.join(60)
    assert origin.metric('emblazon_closed_connections_total{reason="header"}') == 1


def test_row_21_a_silent_client_and_a_slow_second_request_are_disconnected(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_HEADER_TIMEOUT="1.5")  # in which the first request is surely there
    parts = urlsplit(origin.url)
    address = (parts.hostname or "", parts.port or 0)
    with socket.create_connection(address, 60) as silent, socket.create_connection(address, 60) as second:
        second.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        second.sendall(b"GET /he")
        for sock in (silent, second):
            with contextlib.suppress(ConnectionResetError):
                assert sock.recv(1000) == b""


def test_row_21_a_client_that_does_not_read_is_disconnected(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_WRITE_TIMEOUT="0.3")
    parts = urlsplit(origin.url)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect((parts.hostname or "", parts.port or 0))
        sock.settimeout(60)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                sock.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 10)
        wait_until(lambda: origin.metric('emblazon_closed_connections_total{reason="write"}') == 1)


def test_row_22_hot_cards_stay_fast_while_unique_ones_flood(
    start_origin: StartOrigin, tmp_path: Path
) -> None:
    queue = 4
    origin = start_origin(EMBLAZON_WORKERS="1", EMBLAZON_QUEUE=str(queue), EMBLAZON_QUEUE_WAIT="100")
    gate = tmp_path / "gate"
    assert origin.get("/render/article.png?title=hot").status_code == 200

    async def status(client: aiohttp.ClientSession, target: str) -> int:
        async with client.get(target) as answer:
            await answer.read()
            return answer.status

    async def flood() -> tuple[list[int], list[float]]:
        crowd = aiohttp.ClientSession(origin.url, connector=aiohttp.TCPConnector(limit=50))
        async with crowd, aiohttp.ClientSession(origin.url) as client:
            target = f"/render/article.png?n={{}}&do=wait:{quote(str(gate))}"
            unique = [asyncio.create_task(status(crowd, target.format(number))) for number in range(300)]
            times = []
            while sum(not task.done() for task in unique) > 1 + queue:
                began = time.monotonic()
                assert await status(client, "/render/article.png?title=hot") == 200
                times.append(time.monotonic() - began)
            gate.touch()
            return await asyncio.gather(*unique), times

    statuses, times = asyncio.run(flood())
    assert set(statuses) == {200, 503}
    assert 0 < statuses.count(200) <= 1 + queue
    usual = statistics.median(times)
    assert usual < busy(0.5, usual)


def test_row_31_a_thousand_identical_misses_are_one_render(start_origin: StartOrigin) -> None:
    origin = start_origin()

    async def ask() -> list[int]:
        async with aiohttp.ClientSession(origin.url, connector=aiohttp.TCPConnector(limit=0)) as client:
            answers = [client.get("/render/article.png?do=sleep:1") for _ in range(1000)]
            return [answer.status for answer in await asyncio.gather(*answers)]

    assert asyncio.run(ask()) == [200] * 1000
    assert origin.renders() == 1


def test_row_34_sigterm_finishes_what_was_admitted_and_fails_readiness_first(
    start_origin: StartOrigin, tmp_path: Path
) -> None:
    origin = start_origin(EMBLAZON_DRAIN_DELAY="2")
    gate = tmp_path / "gate"
    with ThreadPoolExecutor() as threads:
        running = [
            threads.submit(origin.get, f"/render/article.png?n={n}&do=wait:{quote(str(gate))}")
            for n in range(3)
        ]
        wait_until(lambda: origin.metric("emblazon_requests_in_flight") >= 4)
        children = origin.children()
        origin.process.send_signal(signal.SIGTERM)
        origin.wait_for_log("draining")
        ready = origin.get("/readyz")
        assert (ready.status_code, ready.json()["reason"]) == (503, "draining")
        gate.touch()
        assert [future.result().status_code for future in running] == [200] * 3
    assert origin.process.wait(60) == 0
    wait_until(lambda: all(gone(pid) for pid in children))


def test_row_34_a_render_longer_than_the_grace_period_does_not_hold_the_exit(
    start_origin: StartOrigin,
) -> None:
    origin = start_origin(EMBLAZON_GRACE="0.3")
    with ThreadPoolExecutor() as threads:
        stuck = threads.submit(origin.get, "/render/article.png?do=spin")
        wait_until(lambda: render_pids(origin))
        origin.process.send_signal(signal.SIGTERM)
        with at_most(5):
            assert origin.process.wait(60) == 0
        with pytest.raises(httpx.HTTPError):
            raise stuck.exception() or AssertionError(stuck.result())


def test_a_killed_service_leaves_no_process_behind(start_origin: StartOrigin) -> None:
    origin = start_origin()
    with ThreadPoolExecutor() as threads:
        stuck = threads.submit(origin.get, "/render/article.png?do=spin")
        wait_until(lambda: render_pids(origin))
        children = origin.children()
        origin.process.kill()
        with pytest.raises(httpx.HTTPError):
            stuck.result()
    wait_until(lambda: all(gone(pid) for pid in children))


def test_row_35_a_queued_render_is_cancelled_when_its_client_goes_unless_another_waits(
    start_origin: StartOrigin, tmp_path: Path
) -> None:
    origin = start_origin(EMBLAZON_WORKERS="1", EMBLAZON_QUEUE_WAIT="100")
    gate = tmp_path / "gate"
    parts = urlsplit(origin.url)

    def open_request(target: str) -> socket.socket:
        sock = socket.create_connection((parts.hostname or "", parts.port or 0), 60)
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        return sock

    blocker = open_request(f"/render/article.png?do=wait:{quote(str(gate))}")
    wait_until(lambda: render_pids(origin))
    lonely = open_request("/render/article.png?title=lonely")
    shared = [open_request("/render/article.png?title=shared") for _ in range(2)]
    wait_until(lambda: origin.metric("emblazon_queue_depth") == 2)
    lonely.close()
    shared[0].close()
    wait_until(lambda: origin.metric("emblazon_queue_depth") == 1)
    gate.touch()
    assert shared[1].recv(20).startswith(b"HTTP/1.1 200")
    blocker.close()
    shared[1].close()
    log = origin.render_log.read_text()
    assert "shared" in log
    assert "lonely" not in log


def test_row_36_a_full_queue_answers_503_within_50_ms(start_origin: StartOrigin, tmp_path: Path) -> None:
    origin = start_origin(EMBLAZON_WORKERS="1", EMBLAZON_QUEUE="1", EMBLAZON_QUEUE_WAIT="100")
    gate = tmp_path / "gate"
    with ThreadPoolExecutor() as threads:
        admitted = [
            threads.submit(origin.get, f"/render/article.png?n={n}&do=wait:{quote(str(gate))}")
            for n in range(2)
        ]
        wait_until(lambda: origin.metric("emblazon_queue_depth") == 1)
        waits = []
        for number in range(10):
            began = time.monotonic()
            refused = origin.get(f"/render/article.png?n={100 + number}")
            waits.append(time.monotonic() - began)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) >= 1
        gate.touch()
        assert [future.result().status_code for future in admitted] == [200, 200]
    usual = statistics.median(waits)
    assert usual < busy(0.05, usual)
    wait_until(lambda: sum(line.get("status") == 503 for line in origin.lines) == 10)
    assert not [line for line in origin.lines if line["event"] == "render failed"]  # one line each is enough


def test_sighup_and_development_mode_reload_templates(start_origin: StartOrigin) -> None:
    origin = start_origin()
    before = origin.children()
    origin.process.send_signal(signal.SIGHUP)
    origin.wait_for_log("reloaded")
    assert origin.get("/render/article.png?title=after").status_code == 200
    wait_until(lambda: not set(before) & set(origin.children()))


def test_a_failed_reload_keeps_the_old_templates(start_origin: StartOrigin, tmp_path: Path) -> None:
    origin = start_origin()
    (tmp_path / "fail").write_text("templates/article/card.html:3: unexpected end")
    origin.process.send_signal(signal.SIGHUP)
    assert "card.html:3" in origin.wait_for_log("reload failed; the old templates stay")["error"]
    assert origin.get("/render/article.png?title=still").status_code == 200
    assert origin.get("/readyz").status_code == 200


def test_the_smaller_encoding_replaces_the_quick_one_with_a_new_etag(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_SMALL_ENCODING="1")
    quick = origin.get("/render/article.png?title=Small")
    assert quick.headers["cdn-cache-control"].startswith("max-age=10, ")
    assert quick.headers["cache-control"].startswith("public, max-age=300, ")
    wait_until(lambda: origin.metric('emblazon_small_encodings_total{outcome="smaller"}') == 1)
    small = origin.get("/render/article.png?title=Small", If_None_Match=quick.headers["etag"])
    assert small.status_code == 200
    assert len(small.content) < len(quick.content)
    assert small.headers["cdn-cache-control"].startswith("max-age=300, ")


def test_processes_are_told_apart_by_their_names(start_origin: StartOrigin) -> None:
    origin = start_origin()
    expected = ["emblazon-render", "emblazon-render", "emblazon-warm"]
    wait_until(
        lambda: sorted(Path(f"/proc/{pid}/comm").read_text().strip() for pid in origin.children()) == expected
    )


def test_the_origin_is_live_while_it_is_not_yet_ready(start_origin: StartOrigin, tmp_path: Path) -> None:
    (tmp_path / "fail").write_text("fonts/Inter.ttf is missing")
    origin = start_origin()
    assert origin.get("/healthz").status_code == 200
    for target in ("/readyz", "/render/article.png", "/manifest.json"):
        answer = origin.get(target)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
