"""The Worker on a real workerd with the real origin as a process: a URL in, a rendered card out."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from ports import free_port
from waiting import first_line, wait_until
from workerd import ORIGIN_TOKEN, ROOT, Workerd, worker_variables

from emblazon_origin.host.wrangler import Service

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def real_origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    port = free_port()
    environment = {
        **os.environ,
        "EMBLAZON_ORIGIN_PORT": str(port),
        "EMBLAZON_ORIGIN_TOKEN": ORIGIN_TOKEN,
        "EMBLAZON_WORKERS": "1",
        "EMBLAZON_SMALL_ENCODING": "false",
    }
    log = tmp_path_factory.mktemp("origin") / "origin.log"
    command = [sys.executable, "-m", "emblazon_origin.server"]
    service = Service("origin", command, environment, ROOT, f"http://127.0.0.1:{port}/readyz", log)
    service.start()
    try:
        service.wait_ready()
        yield service
    finally:
        service.stop()


@pytest.fixture(scope="module")
def real_worker(real_origin: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workerd]:
    variables = worker_variables(real_origin.ready_url.removesuffix("/readyz"))
    worker = Workerd(tmp_path_factory.mktemp("worker"), variables | {"EMBLAZON_ORIGIN_TIMEOUT": "60"})
    try:
        worker.start()
        yield worker
    finally:
        worker.stop()


def test_card_is_rendered_cached_and_served_without_the_origin(
    real_worker: Workerd, real_origin: Service
) -> None:
    url = real_worker.signed("/og/article.png", "title=From%20URL%20to%20card")
    first = real_worker.client.get(url)
    assert "fwd=uri-miss; fwd-status=200; stored" in first.headers["cache-status"]
    image = Image.open(io.BytesIO(first.content))
    image.load()
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(image.convert("RGB").getcolors(1 << 24) or []) > 6, "a card has text and shades"
    assert "paint" in first.headers["server-timing"]
    real_origin.stop()
    second = real_worker.client.get(url)
    assert "emblazon; hit" in second.headers["cache-status"]
    assert second.content == first.content
    never_seen = real_worker.client.get(real_worker.signed("/og/article.png", "title=Never%20seen"))
    assert never_seen.status_code == 200
    assert never_seen.headers["x-emblazon-fallback"]
    assert Image.open(io.BytesIO(never_seen.content)).size == (1200, 630)


def ignore_interrupts() -> None:
    """Be what a shell makes of `nohup make test &`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize(
    ("stop", "inherited"),
    [(signal.SIGINT, None), (signal.SIGTERM, None), (signal.SIGINT, ignore_interrupts)],
    ids=["ctrl-c", "terminate", "ctrl-c in the background"],
)
def test_dev_command_runs_both_and_ends_both(
    stop: signal.Signals, inherited: Callable[[], None] | None
) -> None:
    ports = {"EMBLAZON_EDGE_PORT": str(free_port()), "EMBLAZON_ORIGIN_PORT": str(free_port())}
    secret = "a-token-that-no-command-line-shows"
    environment = {**os.environ, **ports, "EMBLAZON_WORKERS": "1", "EMBLAZON_ORIGIN_TOKEN": secret}
    environment |= {"EMBLAZON_ORIGIN_TIMEOUT": "60"}  # of a first card on a busy machine
    emblazon = Path(sys.executable).with_name("emblazon")
    with subprocess.Popen(
        [str(emblazon), "dev"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        preexec_fn=inherited,
    ) as dev:  # fmt: skip
        try:
            line = first_line(dev)
            edge = f"http://127.0.0.1:{ports['EMBLAZON_EDGE_PORT']}"
            assert f"{edge}/og/article.png?title=Hello" in line
            card = httpx.get(f"{edge}/og/article.png?title=Hello", trust_env=False, timeout=60)
            assert card.headers["content-type"] == "image/png"
            assert "x-emblazon-fallback" not in card.headers
            assert not any(secret in line for line in command_lines())
        finally:
            dev.send_signal(stop)
            try:
                assert dev.wait(60) == 0
            finally:
                dev.kill()
    for port in ports.values():
        wait_until(lambda port=port: not _listens(int(port)))  # type: ignore[misc]  # bound at once


def command_lines() -> list[str]:
    """Return the command line of every process, which every user of the machine can read."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            lines.append(path.read_text(errors="replace"))
    return lines


def _listens(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=2)
    except httpx.TransportError:
        return False
    return True
