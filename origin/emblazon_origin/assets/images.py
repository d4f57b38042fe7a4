"""The images of one render: found in the document, read, decoded under limits, handed out at any size.

    store = ImageStore(Resources(base=folder, fetcher=fetcher), report, svg_fonts=paths)
    store.load_document(document.root)        # before layout, which asks `intrinsic`
    store.pixmap(key, width, height)          # while painting

Keys are what the document names: the `src` of an `<img>`, a `url()`, or the markup of an inline `<svg>`.
Decoded and resized pictures are kept in byte-bounded caches that all renders share, by a digest of the bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image

from ..caching import ByteCache
from ..errors import AssetError
from ..report import Report
from ..style.values.dom import Element
from .images_decode import decode_image, sniff
from .images_find import image_references
from .images_resize import halved, resize
from .pixmap import Pixmap, Rendering
from .resources import Resources
from .svg import SvgImage, draw_svg, parse_svg

_PARALLEL_FETCHES = 6
_UPSCALED = 1.25  # from this factor on, a picture looks soft


@dataclass(frozen=True, slots=True)
class NaturalSize:
    """Natural dimensions in CSS px; None where an SVG declares none."""

    width: float | None
    height: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A raster image ("RGB" or premultiplied "RGBa") or an SVG document, under the digest of its bytes."""

    digest: bytes
    source: Image.Image | SvgImage

    @property
    def natural(self) -> NaturalSize:
        """Return its natural size."""
        if isinstance(self.source, SvgImage):
            return NaturalSize(self.source.width, self.source.height, self.source.ratio)
        width, height = self.source.size
        return NaturalSize(width, height, width / height)

    @property
    def bytes(self) -> int:
        """Memory taken."""
        if isinstance(self.source, SvgImage):
            return len(self.source.markup)
        return self.source.width * self.source.height * 4


_decoded: ByteCache[Decoded] = ByteCache("images", 96_000_000, lambda image: image.bytes)
_sized: ByteCache[Pixmap] = ByteCache("sized images", 64_000_000, lambda pixmap: pixmap.bytes)


def decode(data: bytes) -> Decoded:
    """Decode any supported image, from the cache if its bytes were seen before."""
    digest = hashlib.sha256(data).digest()

    def make() -> Decoded:
        return Decoded(digest, parse_svg(data) if sniff(data) == "SVG" else decode_image(data))

    return _decoded.get(digest, make)


class ImageStore:
    """Loads and sizes the images of one render; what cannot be had is reported once and drawn as nothing."""

    def __init__(
        self,
        resources: Resources,
        report: Report,
        *,
        svg_fonts: Sequence[str] = (),
        lost: Iterable[str] = (),  # not to be asked for again
    ) -> None:
        self._resources = resources
        self._report = report
        self._svg_fonts = tuple(svg_fonts)
        self._images: dict[str, Decoded | None] = dict.fromkeys(lost)
        self._upscaled: set[str] = set()

    def report_to(self, report: Report) -> None:
        """Tell another report what there is to say from now on."""
        self._report, self._upscaled = report, set()

    def load_document(self, root: Element) -> None:
        """Load everything that a styled document names."""
        references = image_references(root)
        self.load((reference.href for reference in references), {r.href: r.line for r in references})

    def load(self, hrefs: Iterable[str], lines: dict[str, int] | None = None) -> None:
        """Read and decode images, remote ones side by side; failures are reported, not raised."""
        wanted = [href for href in dict.fromkeys(hrefs) if href and href not in self._images]
        remote = [href for href in wanted if href[:5].lower() in ("http:", "https")]
        results: dict[str, Decoded | AssetError] = {}
        if len(remote) > 1:
            with ThreadPoolExecutor(_PARALLEL_FETCHES) as pool:
                results.update(zip(remote, pool.map(self._try, remote), strict=True))
        for href in wanted:
            found = results.get(href) or self._try(href)
            if isinstance(found, AssetError):
                self._failed(href, found, (lines or {}).get(href, 0))
            else:
                self._images[href] = found

    def intrinsic(self, key: str) -> NaturalSize | None:
        """Return the natural size, or None for an image that could not be had."""
        found = self._find(key)
        return found.natural if found else None

    def pixmap(self, key: str, width: int, height: int, rendering: Rendering = "auto") -> Pixmap | None:
        """Return the image at a size in device pixels."""
        found = self._find(key)
        if found is None or width <= 0 or height <= 0:
            return None
        self._note_upscaling(key, found, width, height)
        smooth = rendering not in ("pixelated", "crisp-edges")
        try:
            return _sized.get(
                (found.digest, width, height, smooth), lambda: self._size(found, width, height, rendering)
            )
        except AssetError as error:
            self._failed(key, error, 0)
            return None

    def source(self, key: str, width: int, height: int) -> Pixmap | None:
        """Return the image for being turned or skewed: at no less than a size in device pixels."""
        found = self._find(key)
        if found is None or isinstance(found.source, SvgImage) or width <= 0 or height <= 0:
            return self.pixmap(key, width, height)
        self._note_upscaling(key, found, width, height)
        half = halved(found.source, width, height)
        return _sized.get((found.digest, *half.size, True), lambda: Pixmap.from_image(half))

    def svg(self, markup: str, width: int, height: int) -> Image.Image | None:
        """Return SVG markup drawn once, at a size in device pixels, premultiplied ("RGBa")."""
        if width <= 0 or height <= 0:
            return None
        try:
            return draw_svg(parse_svg(markup.encode()), width, height, self._svg_fonts).convert("RGBa")
        except AssetError as error:
            self._report.add("warning", "image-failed", f"inline SVG: {error.public}")
            return None

    def _find(self, key: str) -> Decoded | None:
        if key and key not in self._images:
            self.load([key])
        return self._images.get(key)

    def _try(self, href: str) -> Decoded | AssetError:
        try:
            if href.lstrip()[:4] == "<svg":
                return decode(href.encode())
            return decode(self._resources.read(href).data)
        except AssetError as error:
            return error

    def _size(self, found: Decoded, width: int, height: int, rendering: Rendering) -> Pixmap:
        if isinstance(found.source, SvgImage):
            return Pixmap.from_image(draw_svg(found.source, width, height, self._svg_fonts))
        return Pixmap.from_image(resize(found.source, width, height, rendering))

    def _failed(self, href: str, error: AssetError, line: int) -> None:
        self._images[href] = None
        self._report.lost_images.add(href)
        self._report.degraded = True
        name = href if len(href) <= 80 else href[:77] + "…"
        self._report.add("warning", "image-failed", f"{name}: {error.public}", line=line, where=name)

    def _note_upscaling(self, key: str, found: Decoded, width: int, height: int) -> None:
        if isinstance(found.source, SvgImage) or key in self._upscaled:
            return
        own = found.source.size
        factor = max(width / own[0], height / own[1])
        if factor >= _UPSCALED and max(width, height) > 16:
            self._upscaled.add(key)
            name = key if len(key) <= 80 else key[:77] + "…"
            message = f"{name} is {own[0]}×{own[1]} but drawn at {width}×{height}"
            self._report.add("warning", "image-upscaled", message, where=name)
