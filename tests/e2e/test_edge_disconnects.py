"""A client that goes away takes neither its fill nor the others who wait for it."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest
from misbehaving_origin import MisbehavingOrigin
from waiting import wait_until
from workerd import Workerd

pytestmark = pytest.mark.e2e


def ask_and_hang_up_when(worker: Workerd, path: str, origin: MisbehavingOrigin, title: str) -> socket.socket:
    """Send a request; return the open socket once it has reached the origin."""
    address = urlsplit(worker.url)
    client = socket.create_connection((address.hostname, address.port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
    wait_until(lambda: origin.renders(title))
    return client


async def test_those_who_wait_get_the_card_although_the_first_client_left(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(f"warm-up-{title[::-1]}")
    origin.hold()
    path = worker.card_url(title)
    leader = ask_and_hang_up_when(worker, path, origin, title)
    async with aiohttp.ClientSession(worker.url) as session:

        async def follow() -> tuple[int, str]:
            async with session.get(path) as response:
                return response.status, response.headers["Cache-Status"]

        followers = [asyncio.create_task(follow()) for _ in range(5)]
        await asyncio.sleep(0.1)  # let them arrive; there is nothing to see from outside
        leader.close()
        await asyncio.sleep(0.1)  # let that be noticed
        origin.release()
        answers = await asyncio.gather(*followers)
    assert {status for status, _ in answers} == {200}
    assert not [state for _, state in answers if "fallback" in state]
    assert len(origin.renders(title)) == 1


def test_fill_goes_on_although_its_only_client_left(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(f"warm-up-{title[::-1]}")
    origin.hold()
    ask_and_hang_up_when(worker, worker.card_url(title), origin, title).close()
    worker.card(f"warm-up-{title[::-1]}")  # meanwhile the edge notices that the other is gone
    origin.release()
    wait_until(lambda: "hit" in worker.card(title).headers["cache-status"])
    assert len(origin.renders(title)) <= 2
