"""Crowds on one real workerd isolate.

Each has a Worker of its own: after a crowd of connections has closed, the proxy of the pinned `wrangler dev`
leaves some requests of the next crowd without an answer, whatever the Worker does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest
from misbehaving_origin import MisbehavingOrigin
from waiting import wait_until
from workerd import Workerd, worker_variables

pytestmark = pytest.mark.e2e


@pytest.fixture
def patient_worker(
    session_origin: MisbehavingOrigin, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workerd]:
    variables = worker_variables(session_origin.url) | {"EMBLAZON_ORIGIN_TIMEOUT": "60"}
    worker = Workerd(tmp_path_factory.mktemp("crowd"), variables)
    try:
        worker.start()
        yield worker
    finally:
        worker.stop()


async def crowd(url: str, size: int) -> list[tuple[int, str, bytes]]:
    """GET `url` `size` times at once; returns status, Cache-Status and body of each."""
    timeout = aiohttp.ClientTimeout(500)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def one() -> tuple[int, str, bytes]:
            async with session.get(url) as response:
                return response.status, response.headers["Cache-Status"], await response.read()

        return await asyncio.gather(*(one() for _ in range(size)))


async def test_thousand_requests_for_one_cold_card_reach_the_origin_once(
    patient_worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    patient_worker.card("warm-up")
    origin.seconds = 1.0
    answers = await crowd(patient_worker.url + patient_worker.card_url(title), 1000)
    assert {status for status, _, _ in answers} == {200}
    assert not {state for _, state, _ in answers if "fallback" in state}
    assert len({body for _, _, body in answers}) == 1
    assert len(origin.renders(title)) == 1


async def test_crowd_at_one_stale_card_causes_one_refresh(
    patient_worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    origin.life = "max-age=0, stale-while-revalidate=3600"
    first = patient_worker.card(title)
    origin.life = "max-age=300"
    origin.hold()
    answers = await crowd(patient_worker.url + patient_worker.card_url(title), 500)
    assert {(status, body) for status, _, body in answers} == {(200, first.content)}
    wait_until(lambda: len(origin.renders(title)) >= 2)  # the refresh comes after the answers
    assert len(origin.renders(title)) == 2
