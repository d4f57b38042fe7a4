"""Asks for cards, at most so many a second: those of card addresses, and those that pages name."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from emblazon.contract.route import match_route
from emblazon.contract.signing import Keyring

if TYPE_CHECKING:
    from ..outputs import WarmOutput

State = Literal["drawn", "hit", "skipped", "failed"]
MOST_PAGE = 2_000_000  # bytes of a page that are read for its head
TRIES = 4  # where the server says when to come again
LONGEST_PAUSE = 60.0  # seconds that it may ask for
SECONDS = 60.0
_META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_OG_IMAGE = re.compile(r"""\b(?:property|name)\s*=\s*["']?og:image["'\s/>]""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


@dataclass(slots=True)
class Pacer:
    """Lets through at most `rate` a second, evenly."""

    rate: float
    _next: float = 0.0

    async def turn(self) -> None:
        """Wait for a turn."""
        now = asyncio.get_running_loop().time()
        mine = max(now, self._next)
        self._next = mine + 1 / self.rate
        await asyncio.sleep(mine - now)


@dataclass(slots=True)
class Warmer:
    """Warms addresses; those of cards without a signature are signed with `keys`, where there are some."""

    client: httpx.AsyncClient
    pacer: Pacer
    keys: Keyring | None = None
    _asked: set[str] = field(default_factory=set)  # cards, of which many pages may have the same

    async def warm_all(self, urls: Iterable[str], jobs: int) -> AsyncIterator[WarmOutput]:
        """Warm every address, `jobs` at once; yields each as it is done."""
        waiting = iter(urls)
        under_way: set[asyncio.Task[WarmOutput]] = set()
        try:
            while True:
                while len(under_way) < jobs and (url := next(waiting, None)) is not None:
                    under_way.add(asyncio.create_task(self.warm(url)))
                if not under_way:
                    return
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in under_way:
                task.cancel()

    async def warm(self, url: str) -> WarmOutput:
        """Warm one address; what is wrong is in the answer."""
        try:
            if is_card(url):
                return await self._card(url, self._signed(url), page="")
            return await self._page(url)
        except httpx.HTTPError as error:
            return _row(url, "failed", note=str(error) or type(error).__name__)

    async def _page(self, url: str) -> WarmOutput:
        answer = await self._get(url, follow=True)
        if answer.status_code != 200:
            return _row(url, "failed", answer.status_code, note="the page cannot be had")
        image = og_image(answer.text)
        if not image:
            return _row(url, "skipped", 200, note="it has no og:image")
        card = urljoin(str(answer.url), image)
        if not is_card(card):
            return _row(url, "skipped", 200, note=f"its og:image is no card: {card[:200]}")
        if card in self._asked:
            return _row(url, "skipped", 200, note="its card was asked for already")
        self._asked.add(card)
        return await self._card(url, card, page=url)

    async def _card(self, url: str, card: str, page: str) -> WarmOutput:
        answer = await self._get(card)
        status = answer.status_code
        if status != 200:
            return _row(url, "failed", status, note=_reason(answer, signed="_sig=" in card))
        if not answer.headers.get("content-type", "").startswith("image/"):
            return _row(url, "failed", status, note="the answer is no picture; is that an Emblazon edge?")
        if fallback := answer.headers.get("x-emblazon-fallback"):
            return _row(url, "failed", status, note=f"a fallback was served: {fallback}")
        found = answer.headers.get("x-emblazon-findings", "")
        state: State = "hit" if re.search(r"\bhit\b", answer.headers.get("cache-status", "")) else "drawn"
        return _row(url, state, status, note=found)

    async def _get(self, url: str, *, follow: bool = False) -> httpx.Response:
        """Ask in turn, and again where the server is busy and says when to come."""
        for _ in range(TRIES - 1):
            await self.pacer.turn()
            answer = await self._once(url, follow)
            pause = _pause(answer)
            if pause is None:
                return answer
            await asyncio.sleep(pause)
        await self.pacer.turn()
        return await self._once(url, follow)

    async def _once(self, url: str, follow: bool) -> httpx.Response:
        async with self.client.stream("GET", url, follow_redirects=follow, timeout=SECONDS) as answer:
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > MOST_PAGE and not is_card(url):
                    break
            headers = [
                (name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"
            ]
            return httpx.Response(
                answer.status_code, headers=headers, content=bytes(data), request=answer.request
            )

    def _signed(self, url: str) -> str:
        parts = urlsplit(url)
        if self.keys is None or "_sig=" in parts.query:
            return url
        return urlunsplit(parts._replace(query=self.keys.sign(parts.path, parts.query)))


def is_card(url: str) -> bool:
    """Return whether an address has the path of a card."""
    return match_route(urlsplit(url).path) is not None


def og_image(html: str) -> str:
    """Return what the page's first og:image element names; empty where it has none."""
    for element in _META.findall(html):
        content = _CONTENT.search(element)
        if content and _OG_IMAGE.search(element):
            return unescape(next((text for text in content.groups() if text), "")).strip()
    return ""


def _pause(answer: httpx.Response) -> float | None:
    """Return the seconds after which to come again; None where the answer is final."""
    if answer.status_code not in (429, 503):
        return None
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 1.0


def _reason(answer: httpx.Response, *, signed: bool) -> str:
    if answer.status_code == 403:
        return "the signature is of another key" if signed else "it is not signed, and there is no key here"
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))[:300]
    except (ValueError, AttributeError):
        return answer.reason_phrase


def _row(url: str, state: State, status: int = 0, note: str = "") -> WarmOutput:
    return {"url": url, "state": state, "status": status, "note": note}
