"""The pages that a site names, with what tells that one has changed; and the cards that a page names.

Sitemaps and their indexes (sitemaps.org), image sitemaps, RSS and Atom are read as a stream by expat, so
that no tree is built; a document type is refused, since with it a small document may grow without bound. Of
a page its head is read: `og:image`, `twitter:image` and their kin.
"""

from __future__ import annotations

import zlib
from html.parser import HTMLParser

from ...dataclass import dataclass, field

TYPE_CHECKING = False

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MAX_BYTES = 10 * 1024 * 1024  # decompressed: 50,000 pages, the protocol's own limit, take some 7 MB
MOST_ENTRIES = 50_000
MAX_TEXT = 8192  # characters of one element
ENTRIES = ("url", "sitemap", "item", "entry")
STAMPS = ("lastmod", "updated", "published", "pubdate", "date")

MAX_HEAD = 512 * 1024  # bytes of a page that are looked at
NAMES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")


class BadSitemap(ValueError):
    """The document is no sitemap or feed; the message says why."""


@dataclass(slots=True)
class Entry:
    """One page of a site, or one further list of them."""

    kind: str
    url: str = ""
    stamp: str = ""  # compared alone: whatever the site says of the page's time
    images: list[str] = field(default_factory=list)  # of an image sitemap


def read_sitemap(data: bytes) -> list[Entry]:
    """Return the entries of a sitemap, an index, or a feed, which may be compressed with gzip.

    Raises BadSitemap.
    """
    from xml.parsers import expat  # late: few isolates read one

    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    reader.listen(parser)
    try:
        parser.Parse(_decompressed(data), True)
    except (expat.ExpatError, zlib.error) as error:
        raise BadSitemap(f"it cannot be read: {error}") from None
    if not reader.known:
        raise BadSitemap("it is neither a sitemap nor a feed")
    return reader.entries


def _decompressed(data: bytes) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BadSitemap(f"it is larger than {MAX_BYTES} bytes")
    return data


class _Reader:
    """Collects entries from expat's events."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.known = False
        self._path: list[str] = []
        self._depth = 0  # of the entry that is being read
        self._entry: Entry | None = None
        self._text = ""

    def listen(self, parser: XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read
        parser.StartDoctypeDeclHandler = self._refuse
        parser.buffer_text = True

    def _refuse(self, *_: object) -> None:
        raise BadSitemap("it has a document type, which no sitemap needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2].lower()
        self._path.append(local)
        self._text = ""
        if len(self._path) == 1:
            self.known = local in ("urlset", "sitemapindex", "rss", "feed", "rdf")
        if self._entry is None and local in ENTRIES:
            self._entry, self._depth = Entry(local), len(self._path)
        elif self._entry is not None and self._is_child("link") and _is_page(attributes):
            self._entry.url = self._entry.url or attributes["href"].strip()

    def _is_child(self, *names: str) -> bool:
        return len(self._path) == self._depth + 1 and self._path[-1] in names

    def _read(self, text: str) -> None:
        if len(self._text) < MAX_TEXT:
            self._text += text

    def _end(self, _: str) -> None:
        if self._entry is not None:
            self._close(self._entry, self._text.strip())
        self._path.pop()
        self._text = ""

    def _close(self, entry: Entry, text: str) -> None:
        if len(self._path) == self._depth:
            self._entry = None
            if entry.url and len(self.entries) < MOST_ENTRIES:
                self.entries.append(entry)
        elif self._is_child("loc", "link"):
            entry.url = entry.url or text
        elif self._is_child(*STAMPS):
            entry.stamp += text
        elif self._path[self._depth :] == ["image", "loc"]:
            entry.images.append(text)


def _is_page(link: dict[str, str]) -> bool:
    """Whether Atom's link leads to the entry's page (RFC 4287 §4.2.7.2)."""
    return "href" in link and link.get("rel", "alternate") == "alternate"


class _Head(HTMLParser):
    """Collects the pictures that the meta elements before the body name."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.over = True
        if tag != "meta" or self.over:
            return
        given = dict(attrs)
        name = (given.get("property") or given.get("name") or "").strip().lower()
        if name in NAMES and (content := (given.get("content") or "").strip()):
            self.images.append(content)

    def handle_endtag(self, tag: str) -> None:
        self.over = self.over or tag == "head"


def images_of_page(html: bytes) -> list[str]:
    """Return the addresses of a page's pictures for others, each once, in their order."""
    head = _Head()
    head.feed(html[:MAX_HEAD].decode("utf-8", "replace"))
    return list(dict.fromkeys(head.images))
