"""Thousands of requests while the origin is down: all are cards, and warmed ones are as fast as before.

EMBLAZON_LOAD_REQUESTS=10000 asks every host that often.
"""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import pytest
from misbehaving_origin import MisbehavingOrigin
from PIL import Image
from waiting import wait_until
from workerd import Workerd

pytestmark = pytest.mark.e2e

WARMED = 20
REQUESTS = int(os.environ.get("EMBLAZON_LOAD_REQUESTS", "0"))  # 0: as many as suit the host
EASILY = {"CPythonHost": 10_000, "Workerd": 1_000, "PyodideHost": 200}
CLIENTS = 16
MUCH_SLOWER = 10  # a card that waited for the dead origin would take a hundred times as long


@dataclass(frozen=True)
class Answer:
    status: int
    state: str  # Cache-Status
    body: bytes
    seconds: float


async def load(base_url: str, paths: Sequence[str]) -> list[Answer]:
    """GET all paths with a few clients at a time."""
    answers: list[Answer] = []
    waiting = iter(paths)
    async with aiohttp.ClientSession(base_url, timeout=aiohttp.ClientTimeout(500)) as session:

        async def client() -> None:
            for path in waiting:
                began = time.perf_counter()
                async with session.get(path) as response:
                    body = await response.read()
                state = response.headers["Cache-Status"]
                answers.append(Answer(response.status, state, body, time.perf_counter() - began))

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answers


def median(answers: Sequence[Answer]) -> float:
    return statistics.median(answer.seconds for answer in answers)


async def test_dead_origin_costs_neither_a_card_nor_the_speed_of_warmed_ones(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    warmed = [worker.card_url(f"{title}-w{number}") for number in range(WARMED)]
    await load(worker.url, warmed)
    before = await load(worker.url, warmed * 10)
    origin.refuse()
    mixed = [
        warmed[number % WARMED] if number % 2 else worker.card_url(f"{title}-never-{number}")
        for number in range(REQUESTS or EASILY[type(worker).__name__])
    ]
    answers = await load(worker.url, mixed)
    assert {answer.status for answer in answers} == {200}
    for body in {answer.body for answer in answers}:
        image = Image.open(io.BytesIO(body))
        image.load()
        assert image.size == (1200, 630)
    after = await load(worker.url, warmed * 10)
    assert {answer.state.partition(";")[0] + answer.state.partition(";")[2][:4] for answer in after} == {
        "emblazon hit"
    }
    print(f"median of warmed cards: {median(before):.4f} s with the origin, {median(after):.4f} s without")
    assert median(after) <= MUCH_SLOWER * median(before)
    # So many failures open the breaker; the next test wants its origin back.
    origin.listen()
    wait_until(lambda: "x-emblazon-fallback" not in worker.card(f"{title}-again").headers, seconds=90)
