"""Where the bytes of images and fonts come from: data: URLs, files under the card's folder, or the network.

`Resources.read` is the only door: local paths never leave the base folder unless that is allowed, and the
network is reached only through a `Fetcher`, which owns every guard against private addresses.
"""

from __future__ import annotations

import base64
import binascii
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from ..errors import AssetError
from ..limits import MAX_FONT_FILE_BYTES
from .images_decode import ImageLimits

_SCHEME = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.\-]*):")
_BASE64_SPACE = re.compile(rb"[\t\n\f\r ]+")
# Types by extension, for files; anything else is told by its first bytes.
_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".gif": "image/gif", ".avif": "image/avif", ".svg": "image/svg+xml", ".ttf": "font/ttf",
    ".otf": "font/otf", ".woff": "font/woff", ".woff2": "font/woff2", ".css": "text/css",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes of one resource and its media type without parameters ("" where unknown)."""

    data: bytes
    content_type: str = ""


class Fetcher(Protocol):
    """The guarded way to the network."""

    def fetch(self, url: str) -> Fetched:
        """Fetch an http or https URL; raise `AssetError` where it may not or cannot be had."""
        ...


@runtime_checkable
class Waiter(Protocol):
    """Somebody who hears when another process works for a card."""

    def waiting(self) -> AbstractContextManager[None]:
        """Tell whoever gave us the processor that another process works meanwhile."""
        ...

    def time_left(self) -> float:
        """Return the seconds of the clock that the card's pictures may take yet."""
        ...


@dataclass(frozen=True, slots=True)
class Resources:
    """Reads what a card names.

    `base` is the folder that relative and absolute paths must stay in (None: no files at all);
    `outside` lifts that, for the command line on the author's own machine.
    """

    base: Path | None = None
    fetcher: Fetcher | None = None
    outside: bool = False
    max_font_bytes: int = MAX_FONT_FILE_BYTES
    image_limits: ImageLimits = field(default_factory=ImageLimits)

    def read_font(self, href: str) -> bytes:
        """Return the bytes of a font file, which may be larger than a picture's."""
        return self.read(href, self.max_font_bytes).data

    def read(self, href: str, limit: int | None = None) -> Fetched:
        """Return the bytes behind `href`; raise `AssetError` with the reason otherwise.

        `limit` is in bytes, that of pictures unless said.
        """
        setting = " (EMBLAZON_IMAGE_BYTES)" if limit is None else ""
        limit = self.image_limits.bytes if limit is None else limit
        href = href.strip()
        if not href:
            raise AssetError("empty URL")
        scheme = _SCHEME.match(href)
        match scheme.group(1).lower() if scheme else "":
            case "data":
                fetched = parse_data_url(href)
            case "http" | "https":
                if self.fetcher is None:
                    raise AssetError(f"remote files are switched off: {_short(href)}")
                fetched = self.fetcher.fetch(href)
            case "" | "file":
                fetched = self._read_file(href, limit, setting)
            case other:
                raise AssetError(f"the scheme {other}: is not supported: {_short(href)}")
        if len(fetched.data) > limit:
            raise AssetError(f"larger than {limit:,} bytes{setting}: {_short(href)}")
        return fetched

    def path_of(self, href: str) -> Path:
        """Return the file that a relative reference or file: URL names, checked against the base folder."""
        parts = urlsplit(href)
        if parts.scheme == "file" and parts.netloc not in ("", "localhost"):
            raise AssetError(f"file: URLs with a host are not supported: {_short(href)}")
        if not parts.scheme and parts.netloc:
            raise AssetError(f"a URL without a scheme cannot be fetched: {_short(href)}")
        name = unquote(parts.path)
        if "\0" in name:
            raise AssetError("a NUL byte in a path")
        if self.base is None and not self.outside:
            raise AssetError(f"files are switched off: {_short(href)}")
        base = (self.base or Path.cwd()).resolve()
        path = (base / name).resolve()
        if not self.outside and not path.is_relative_to(base):
            raise AssetError(f"outside the card's folder: {_short(href)}")
        return path

    def _read_file(self, href: str, limit: int, setting: str) -> Fetched:
        path = self.path_of(href)
        try:
            if not path.is_file():
                raise AssetError(f"no such file: {_short(href)}")
            if path.stat().st_size > limit:
                raise AssetError(f"larger than {limit:,} bytes{setting}: {_short(href)}")
            return Fetched(path.read_bytes(), _TYPES.get(path.suffix.lower(), ""))
        except (OSError, ValueError) as error:
            raise AssetError(f"cannot read {_short(href)}: {error}") from error


def goes_on_after_hash(href: str) -> bool:
    """Whether a data: URL has a `#` inside of its markup, where it ends for browsers."""
    rest = href.partition("#")[2].lower()
    return ">" in rest or "%3e" in rest


def parse_data_url(href: str) -> Fetched:
    """Decode a data: URL (RFC 2397, with the Fetch standard's forgiving base64)."""
    head, comma, body = href[5:].partition(",")
    if not comma:
        raise AssetError("a data: URL without a comma")
    media, *parameters = head.split(";")
    data = unquote_to_bytes(body if goes_on_after_hash(href) else body.partition("#")[0])
    if parameters and parameters[-1].strip().lower() == "base64":
        data = _BASE64_SPACE.sub(b"", data)
        data = data.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        try:
            data = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
        except binascii.Error as error:
            raise AssetError(f"invalid base64 in a data: URL: {error}") from error
    return Fetched(data, media.strip().lower() or "text/plain")


def _short(href: str) -> str:
    return href if len(href) <= 120 else href[:117] + "…"
