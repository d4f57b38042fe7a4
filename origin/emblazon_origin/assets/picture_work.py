"""What the pictures of one card may take: little ones are decoded at once, others where they can be
killed.

Remote files are always decoded in a process of their own, and so is whatever goes beyond the work that a
card's pictures may take here. A picture that takes too long costs that picture, and is remembered for a
while.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

from PIL import Image

from ..caching import ByteCache
from ..errors import AssetError
from .image_headers import declared_sizes, sniff
from .images_decode import ImageLimits, decode_image
from .isolation import AVAILABLE, Answer, children_seconds, isolated
from .svg import MAX_CSS, SvgImage, draw_svg, parse_svg, work_of
from .svg_runs import SvgTextFonts

IN_PROCESS = 100_000_000.0  # units of `limits.py` for all pictures of a card together
SECONDS, CARD_SECONDS = 1.0, 1.5  # of computing, for one remote picture and for all of a card
OWN_SECONDS = (
    0.45  # for all that a page brings itself or that are drawn: page and pictures keep within two seconds
)
_WALL = 5.0  # seconds that the clock may show meanwhile: on a busy machine a low priority waits long
_BYTE, _PIXEL, _MARKUP = 5.0, 15.0, 100.0
_STYLED, _CSS = 25_000.0, 2_500.0  # for each tag of an SVG file with styles, and each of their characters
_LONG_MARKUP = 200_000  # characters
# What makes a rasteriser count for ever: dashes, tiles and filters of odd sizes, numbers beyond any picture.
_STRANGE = re.compile(r"dasharray|<pattern|<filter|<marker|\d{6}|\d[eE]\+?\d|inf\b|nan\b", re.I)
_COLOR = re.compile(r"#[0-9a-f]{3,8}\b", re.I)  # whose digits are no numbers
_SHORT = 0.05  # seconds that are not worth a process


@dataclass(frozen=True, slots=True)
class Decoded:
    """A raster image ("RGB" or premultiplied "RGBa") or an SVG document, under the digest of its bytes.

    A raster may be held smaller than it is by nature. `damage` tells what was wrong with its file.
    """

    digest: bytes
    source: Image.Image | SvgImage
    width: float | None = None
    height: float | None = None
    ratio: float | None = None
    damage: str = ""

    @property
    def bytes(self) -> int:
        """Memory taken."""
        if isinstance(self.source, SvgImage):
            return len(self.source.markup)
        return self.source.width * self.source.height * 4


_decoded: ByteCache[Decoded] = ByteCache("images", 96_000_000, lambda image: image.bytes)
_failures: ByteCache[str] = ByteCache(
    "failed pictures", 500_000, lambda reason: 200 + len(reason), life=300.0
)
_lock = threading.Lock()


@dataclass(slots=True)
class PictureWork:
    """Decodes and draws the pictures of one card."""

    limits: ImageLimits = field(default_factory=ImageLimits)
    left: float = IN_PROCESS
    seconds: float = CARD_SECONDS
    own_seconds: float = OWN_SECONDS
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext  # told while another process works

    def decode(self, data: bytes, *, remote: bool) -> Decoded:
        """Decode any supported image, from the cache if its bytes were seen before. Raises AssetError."""
        digest = hashlib.sha256(data).digest()

        def make() -> Decoded:
            if self._affords(_price(data), remote):
                return _decode(data, digest, self.limits)
            work = lambda: _as_answer(_decode(data, digest, self.limits))  # noqa: E731
            facts, image = self._isolated((digest,), work, remote)
            return _from_answer(facts, image, digest)

        return _decoded.get(digest, make)

    def draw(
        self, image: Decoded, svg: SvgImage, width: int, height: int, fonts: SvgTextFonts
    ) -> Image.Image:
        """Rasterise an SVG image. Raises AssetError."""
        return self._drawn((image.digest, width, height), svg, width, height, fonts)

    def draw_once(self, markup: str, width: int, height: int, fonts: SvgTextFonts) -> Image.Image:
        """Rasterise markup that is of this card alone. Raises AssetError."""
        return self._drawn((object(),), parse_svg(markup.encode()), width, height, fonts)

    def _drawn(
        self, key: tuple[object, ...], svg: SvgImage, width: int, height: int, fonts: SvgTextFonts
    ) -> Image.Image:
        tame = len(svg.markup) < _LONG_MARKUP and not _STRANGE.search(_COLOR.sub("", svg.markup))
        if tame and self._affords(work_of(svg, width, height), remote=False):
            return draw_svg(svg, width, height, fonts)
        _, drawn = self._isolated(key, lambda: ({}, draw_svg(svg, width, height, fonts)), remote=False)
        if drawn is None:
            raise AssetError("the SVG image cannot be drawn")
        return drawn

    def _affords(self, price: float, remote: bool) -> bool:
        """Take the work of doing it here; False where it is done elsewhere."""
        if AVAILABLE and (remote or price > self.left):
            return False
        self.left -= price
        return True

    def _isolated(self, key: tuple[object, ...], work: Callable[[], Answer], remote: bool) -> Answer:
        with _lock:
            known = _failures.peek(key)
        if known is not None:
            raise AssetError(known)
        most = SECONDS if remote else OWN_SECONDS
        cpu = min(most, self.seconds, most if remote else self.own_seconds)
        if cpu < _SHORT:
            raise AssetError("the card's pictures take too long: no time is left for this one")
        before = children_seconds()
        try:
            with self.waiting():
                return isolated(work, cpu, _WALL)
        except AssetError as error:
            if cpu == most:  # else others had used its time up
                with _lock:
                    _failures.put(key, str(error))
            raise
        finally:
            used = children_seconds() - before
            self.seconds -= used
            if not remote:
                self.own_seconds -= used


def _price(data: bytes) -> float:
    """Return the work of decoding a file here, in units of `limits.py`."""
    kind = sniff(data)
    if kind == "SVG":
        return _MARKUP * len(data) + (_price_of_styles(data) if b"style" in data else 0.0)
    return _BYTE * len(data) + _PIXEL * sum(
        width * height for width, height in declared_sizes(kind or "", data)
    )


def _price_of_styles(data: bytes) -> float:
    """Return the work of an SVG file's CSS: what stands behind each `style`, up to the next tag."""
    parts = data.replace(b"<![CDATA[", b"").split(b"style")[1:]
    css = sum(end if (end := part.find(b"<")) >= 0 else len(part) for part in parts)
    return _STYLED * data.count(b"<") + _CSS * min(css, MAX_CSS)


def _decode(data: bytes, digest: bytes, limits: ImageLimits) -> Decoded:
    if sniff(data) == "SVG":
        svg = parse_svg(data)
        return Decoded(digest, svg, svg.width, svg.height, svg.ratio)
    raster = decode_image(data, limits)
    ratio = raster.width / raster.height
    return Decoded(digest, raster.image, raster.width, raster.height, ratio, raster.damage)


def _as_answer(image: Decoded) -> Answer:
    facts = {"width": image.width, "height": image.height, "damage": image.damage}
    if isinstance(image.source, SvgImage):
        return {**facts, "svg": asdict(image.source)}, None
    return facts, image.source


def _from_answer(facts: dict[str, Any], image: Image.Image | None, digest: bytes) -> Decoded:
    """Read what another process decoded; it is checked, not believed. Raises AssetError."""
    try:
        if image is None:
            svg = facts["svg"]
            source = SvgImage(
                str(svg["markup"]), _size(svg["width"]), _size(svg["height"]), _size(svg["ratio"]),
                bool(svg["has_text"]), tuple(str(note)[:200] for note in svg["notes"]),
                _rgba(svg["background"]), bool(svg["stretches"]),
            )  # fmt: skip
            return Decoded(digest, source, source.width, source.height, source.ratio)
        width, height = _size(facts["width"]), _size(facts["height"])
        if not width or not height:
            raise ValueError("a picture without size")
        return Decoded(digest, image, width, height, width / height, str(facts["damage"]))
    except (KeyError, TypeError, ValueError) as error:
        raise AssetError("the image's decoder answered nonsense") from error


def _rgba(value: object) -> tuple[int, int, int, int] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError("not a colour")
    r, g, b, a = (min(255, max(0, int(level))) for level in value)
    return r, g, b, a


def _size(value: object) -> float | None:
    if value is None:
        return None
    size = float(value) if isinstance(value, (int, float)) else -1.0
    if not 0 <= size < 1e9:
        raise ValueError("not a size")
    return size
