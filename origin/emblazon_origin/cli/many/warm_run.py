"""What `emblazon warm` does with lists of addresses: sitemaps, feeds, and files with one a line.

It asks for cards, at most so many a second: those of card addresses, and those that pages name.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
from lxml import etree

from emblazon.contract.route import match_route
from emblazon.contract.signing import Keyring

from ..exit_codes import FAILED, CommandError

if TYPE_CHECKING:
    from ..outputs import WarmOutput

MOST_BYTES = 52_428_800  # of a sitemap, as its protocol says
MOST_SITEMAPS = 1000  # of an index
SOURCE_SECONDS = 30.0

State = Literal["drawn", "hit", "skipped", "failed"]
MOST_PAGE = 2_000_000  # bytes of a page that are read for its head
TRIES = 4  # where the server says when to come again
LONGEST_PAUSE = 60.0  # seconds that it may ask for
SECONDS = 60.0
_META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_OG_IMAGE = re.compile(r"""\b(?:property|name)\s*=\s*["']?og:image["'\s/>]""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


async def read_list(source: str, client: httpx.AsyncClient) -> list[str]:
    """Return the addresses that a sitemap, a feed or a plain list names, each once, in its order.

    `source` is an address or a file. Raises CommandError where it cannot be read.
    """
    found = [url async for url in _listed(source, client, depth=0)]
    return list(dict.fromkeys(found))


async def _listed(source: str, client: httpx.AsyncClient, depth: int) -> AsyncIterator[str]:
    data = _unpacked(source, await _load(source, client))
    if not data.lstrip().startswith(b"<"):
        for url in _plain(data):
            yield url
        return
    root = _parsed(source, data)
    if etree.QName(root).localname != "sitemapindex":
        for url in _urls_of(root):
            yield urljoin(source, url)
        return
    if depth:
        raise CommandError(f"{source} is an index of sitemaps inside of another; the protocol has one level.")
    for url in list(_texts(root, "sitemap", "loc"))[:MOST_SITEMAPS]:
        async for page in _listed(urljoin(source, url), client, depth + 1):
            yield page


async def _load(source: str, client: httpx.AsyncClient) -> bytes:
    import httpx

    if not source.startswith(("http://", "https://")):
        return await asyncio.to_thread(Path(source).read_bytes)
    try:
        async with client.stream("GET", source, follow_redirects=True, timeout=SOURCE_SECONDS) as answer:
            if answer.status_code != 200:
                raise CommandError(f"{source} is answered with {answer.status_code}.", FAILED)
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    raise CommandError(f"{source} has more than {MOST_BYTES} bytes.", FAILED)
            return bytes(data)
    except httpx.HTTPError as error:
        raise CommandError(f"{source}: {error or type(error).__name__}", FAILED) from None


def _unpacked(source: str, data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            text = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(f"{source} is no whole gzip file: {error}.") from None
    if len(text) > MOST_BYTES:
        raise CommandError(f"{source} has more than {MOST_BYTES} bytes.", FAILED)
    return text


def _parsed(source: str, data: bytes) -> etree._Element:
    """Parse XML without entities, files or network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        hint = " It is a page; name it as an address." if b"<html" in data[:2000].lower() else ""
        raise CommandError(f"{source} is no XML: {error}.{hint}") from None


def _urls_of(root: etree._Element) -> Iterator[str]:
    """Yield the pages of a sitemap, of RSS 0.9 to 2.0, or of Atom."""
    match etree.QName(root).localname:
        case "urlset":
            yield from _texts(root, "url", "loc")
        case "rss" | "RDF":
            yield from _texts(root, "item", "link")
        case "feed":
            for link in root.iterfind("{*}entry/{*}link"):
                if link.get("rel", "alternate") == "alternate" and link.get("href"):
                    yield str(link.get("href"))
        case other:
            raise CommandError(f"<{other}> is neither a sitemap (<urlset>) nor a feed (<rss>, <feed>).")


def _texts(root: etree._Element, parent: str, child: str) -> Iterator[str]:
    for element in root.iterfind(f".//{{*}}{parent}/{{*}}{child}"):
        if text := (element.text or "").strip():
            yield text


def _plain(data: bytes) -> Iterator[str]:
    """Yield the lines of a list; empty ones and those after # are no addresses."""
    for line in data.decode("utf-8-sig", "replace").splitlines():
        text = line.strip()
        if text and not text.startswith("#"):
            yield text


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
