"""What an audit looks at: a page as a browser and as every crawler gets it, its elements, its picture.

Elements are those of the head that crawlers read, each with its line and where it stands.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from PIL import Image

from ..platforms import Platform, platforms
from .visit import BROWSER, Answer, Visitor

_FORMATS = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "GIF": "gif",
    "AVIF": "avif",
    "BMP": "bmp",
    "ICO": "ico",
}
_MEDIA = {"jpg": "image/jpeg", "ico": "image/x-icon", "svg": "image/svg+xml"}
_ORIENTATION = 0x0112  # of EXIF
MOST_PIXELS = 100_000_000  # that are decoded, to see whether a picture is whole

_HEAD = frozenset(
    ("html", "head", "title", "meta", "link", "script", "style", "base", "noscript", "template")
)


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's file; `format` as in the table of platforms, "" where it is no picture."""

    format: str
    size: int  # bytes
    width: int = 0
    height: int = 0
    mode: str = ""
    frames: int = 1
    orientation: int = 1
    transparent: bool = False
    blank: bool = False
    problem: str = ""

    @property
    def media_type(self) -> str:
        """Its media type."""
        return _MEDIA.get(self.format, f"image/{self.format}")


@dataclass(frozen=True)
class Subject:
    """One page under audit."""

    url: str
    page: Answer  # as a browser gets it
    crawled: Mapping[str, Answer]  # by platform
    visitor: Visitor
    _looked: dict[bytes, PictureFile] = field(default_factory=dict)  # by digest: crawlers get the same bytes

    @cached_property
    def charset(self) -> str:
        """The encoding that the page names: in its header, else in a `<meta>` of its first 1024 bytes."""
        header = self.page.headers.get("content-type", "").lower().partition("charset=")[2]
        named = header.partition(";")[0].strip(" \"'")
        return named or read_tags(self.page.body[:1024].decode("latin-1")).charset

    @cached_property
    def html(self) -> str:
        """The page as text."""
        try:
            return self.page.body.decode(self.charset or "utf-8", "replace")
        except LookupError:
            return self.page.body.decode("utf-8", "replace")

    @cached_property
    def tags(self) -> PageTags:
        """What it says of itself."""
        return read_tags(self.html)

    def image_url(self, platform: Platform | None = None) -> str:
        """Return the absolute URL of the picture that a platform takes; empty where there is none."""
        names = ("twitter:image", "twitter:image:src", "og:image", "og:image:url")
        ordered = names if platform is not None and platform.twitter_first else (*names[2:], *names[:2])
        written = self.tags.text(*ordered)
        return urljoin(self.page.url, written) if written else ""

    def image(self, platform: Platform | None = None) -> Answer | None:
        """Return the picture's answer to a platform's crawler; None where there is none to ask for."""
        url = self.image_url(platform)
        if urlsplit(url).scheme not in ("http", "https"):
            return None
        return self.visitor.get(url, platform.agent if platform is not None else BROWSER)

    def look(self, answer: Answer) -> PictureFile:
        """Look into a picture that came, once for equal bytes."""
        digest = hashlib.sha256(answer.body).digest()
        if digest not in self._looked:
            self._looked[digest] = look_at(answer.body)
        return self._looked[digest]

    @cached_property
    def picture(self) -> PictureFile | None:
        """The picture, looked into; None where nothing came."""
        answer = self.image()
        return self.look(answer) if answer is not None and answer.is_good else None


def visit(url: str, visitor: Visitor) -> Subject:
    """Fetch a page as a browser and as each platform's crawler."""
    page = visitor.get(url, BROWSER)
    crawled = {platform.name: visitor.get(url, platform.agent) for platform in platforms()}
    if not page.is_good:  # a page for crawlers alone is one too
        page = next((answer for answer in crawled.values() if answer.is_good), page)
    return Subject(url, page, crawled, visitor)


def look_at(data: bytes) -> PictureFile:
    """Look into a picture's file."""
    start = data[:1000].lstrip().lower()
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in data[:4000].lower():
        return PictureFile("svg", len(data))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        return PictureFile("", len(data))
    with image:
        kind = _FORMATS.get(image.format or "", "other")
        frames = getattr(image, "n_frames", 1)
        known = PictureFile(kind, len(data), image.width, image.height, image.mode, frames)
        return known if image.width * image.height > MOST_PIXELS else _decoded(image, known)


def _decoded(image: Image.Image, known: PictureFile) -> PictureFile:
    try:
        image.load()
        turned = image.getexif().get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError) as error:
        return replace(known, problem=str(error))
    channels = [channel.getextrema() for channel in image.convert("RGBA").split()]
    return replace(
        known,
        orientation=turned,
        transparent=channels[3] != (255, 255),
        blank=all(low == high for low, high in channels),
    )


@dataclass(frozen=True, slots=True)
class Tag:
    """One `<meta>` element; `offset` is where it begins, in characters."""

    key: str
    content: str
    attribute: str  # "property" or "name"
    line: int
    offset: int
    in_head: bool


@dataclass(slots=True)
class PageTags:
    """What a page says of itself."""

    tags: list[Tag] = field(default_factory=list)
    title: str = ""
    charset: str = ""
    refresh: str = ""
    refresh_line: int = 0

    def all(self, key: str) -> list[Tag]:
        """Return the elements of one name, in order."""
        return [tag for tag in self.tags if tag.key == key]

    def first(self, *keys: str) -> Tag | None:
        """Return the first element with content of the first name that has one."""
        for key in keys:
            for tag in self.all(key):
                if tag.content:
                    return tag
        return None

    def text(self, *keys: str) -> str:
        """Return its content, empty where there is none."""
        found = self.first(*keys)
        return found.content if found is not None else ""


def read_tags(html: str) -> PageTags:
    """Read a page as a parser of HTML does, without running scripts."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageTags()
        self._in_head, self._in_title, self._inert = True, False, 0
        self._starts = [0]
        for line in html.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HEAD:
            self._in_head = False
        if tag == "template":
            self._inert += 1
        if tag == "title" and self._in_head:
            self._in_title = True
        if tag == "meta" and not self._inert:
            self._meta({name: value or "" for name, value in reversed(attrs)})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._in_head = False
        if tag == "title":
            self._in_title = False
        if tag == "template":
            self._inert = max(0, self._inert - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data
        elif self._in_head and data.strip() and self.cdata_elem is None and not self._inert:
            self._in_head = False  # text begins the body

    def _meta(self, attributes: dict[str, str]) -> None:
        line, column = self.getpos()
        if "charset" in attributes:
            self.page.charset = attributes["charset"].strip().lower()
        equivalent = attributes.get("http-equiv", "").strip().lower()
        if equivalent == "content-type" and "charset=" in attributes.get("content", "").lower():
            self.page.charset = attributes["content"].lower().rpartition("charset=")[2].strip()
        if equivalent == "refresh" and "url" in attributes.get("content", "").lower():
            self.page.refresh, self.page.refresh_line = attributes["content"], line
        for attribute in ("property", "name"):
            key = attributes.get(attribute, "").strip().lower()
            if key:
                self.page.tags.append(
                    Tag(
                        key=key,
                        content=" ".join(attributes.get("content", "").split()),
                        attribute=attribute,
                        line=line,
                        offset=self._starts[min(line - 1, len(self._starts) - 1)] + column,
                        in_head=self._in_head,
                    )
                )
                return
