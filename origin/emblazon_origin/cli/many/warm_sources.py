"""Lists of addresses that `emblazon warm` is given: sitemaps, feeds, and files with one a line."""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from ..exit_codes import FAILED, CommandError

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 52_428_800  # of a sitemap, as its protocol says
MOST_SITEMAPS = 1000  # of an index
SECONDS = 30.0


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
        async with client.stream("GET", source, follow_redirects=True, timeout=SECONDS) as answer:
            answer.raise_for_status()
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
