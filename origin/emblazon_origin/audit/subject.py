"""What an audit looks at: a page as a browser and as every crawler gets it, its elements, its picture."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from PIL import Image

from ..platforms import Platform, platforms
from .page_tags import PageTags, read_tags
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
