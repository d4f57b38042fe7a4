"""The images of one render: found in the document, read, decoded under limits, handed out at any size.

    store = ImageStore(Resources(base=folder, fetcher=fetcher), report, svg_fonts=files)
    store.load_document(document.root)        # before layout, which asks `intrinsic`
    store.pixmap(key, width, height)          # while painting

Keys are what the document names: the `src` of an `<img>`, a `url()`, or the markup of an inline `<svg>`.
Decoded and resized pictures are kept in byte-bounded caches that all renders share, by a digest of the
bytes.

Which images a styled document names is found here, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import NamedTuple
from urllib.parse import unquote

from PIL import Image

from ..caching import ByteCache
from ..errors import AssetError
from ..report import Report
from ..style.values.computed import ComputedStyle
from ..style.values.dom import Element
from ..style.values.value_types import ContentImage, PictureShape, Url
from .image_headers import sniff
from .picture_work import Decoded, PictureWork
from .pixmap import Cut, Pixmap, Rendering
from .resources import Fetched, Resources, Waiter, goes_on_after_hash
from .svg import SvgImage, at_fragment, with_pictures
from .vector.svg_runs import NO_FONTS, SvgFace, SvgTextFonts

log = logging.getLogger(__name__)

_PARALLEL_FETCHES = 6
_UPSCALED = 1.25  # from this factor on, a picture looks soft


@dataclass(frozen=True, slots=True)
class NaturalSize:
    """Natural dimensions in CSS px; None where an SVG declares none."""

    width: float | None
    height: float | None
    ratio: float | None
    scales: bool = False  # to any size of its viewport: an SVG with a viewBox


_sized: ByteCache[Pixmap] = ByteCache("sized images", 64_000_000, lambda pixmap: pixmap.bytes)

# That markup with text needs, which brings some along.
SvgFontsOf = Callable[[str, Report, tuple[SvgFace, ...]], SvgTextFonts]


def _no_fonts(markup: str, report: Report, faces: tuple[SvgFace, ...]) -> SvgTextFonts:
    return NO_FONTS


class ImageStore:
    """Loads and sizes the images of one render; what cannot be had is reported once and drawn as nothing."""

    def __init__(
        self,
        resources: Resources,
        report: Report,
        *,
        svg_fonts: SvgFontsOf = _no_fonts,
        lost: Iterable[str] = (),  # not to be asked for again
        scale: float = 1.0,  # device px for one px
    ) -> None:
        self._resources = resources
        self._report = report
        self._svg_fonts = svg_fonts
        self._images: dict[str, Decoded | None] = dict.fromkeys(lost)
        self._upscaled: set[str] = set()
        self._work = PictureWork(resources.image_limits, scale=scale)
        if resources.fetcher is not None and isinstance(resources.fetcher, Waiter):  # slow to tell
            self._work.waiting = resources.fetcher.waiting
            self._work.time_left = resources.fetcher.time_left

    def report_to(self, report: Report) -> None:
        """Tell another report what there is to say from now on."""
        self._report, self._upscaled = report, set()

    def load_document(self, root: Element) -> None:
        """Load everything that a styled document names."""
        references = image_references(root)
        self.load((reference.href for reference in references), {r.href: r.line for r in references})

    def load(self, hrefs: Iterable[str], lines: dict[str, int] | None = None) -> None:
        """Read images, remote ones side by side, and decode them; failures are reported, not raised."""
        wanted = [href for href in dict.fromkeys(hrefs) if href and href not in self._images]
        remote = [href for href in wanted if href[:5].lower() in ("http:", "https")]
        results: dict[str, Fetched | AssetError] = {}
        if len(remote) > 1:
            with ThreadPoolExecutor(_PARALLEL_FETCHES) as pool:
                results.update(zip(remote, pool.map(self._read, remote), strict=True))
        for href in wanted:
            line = (lines or {}).get(href, 0)
            found = self._decode(href, results.get(href) or self._read(href))
            if isinstance(found, AssetError):
                self._failed(href, found, line)
                continue
            self._images[href] = found
            if found.damage:
                name = _short(href)
                message = f"{name}: {found.damage}; what decodes is drawn"
                self._report.add("warning", "image-damaged", message, line=line, where=name)
            if href[:5].lower() == "data:" and goes_on_after_hash(href):
                message = f"{_short(href)}: browsers draw nothing of it, its '#' must be written as %23"
                self._report.add("warning", "image-damaged", message, line=line, where=_short(href))
            if found.moves:
                message = f"{_short(href)}: an animation; its first frame is drawn"
                self._report.add("info", "image-animated", message, line=line, where=_short(href))
            if isinstance(found.source, SvgImage):
                for note in found.source.notes:
                    self._report.add("warning", "svg-unsupported", note, line=line, where=_short(href))

    def intrinsic(self, key: str) -> NaturalSize | None:
        """Return the natural size, or None for an image that could not be had."""
        found = self._find(key)
        if found is None:
            return None
        svg = found.source
        stretches = isinstance(svg, SvgImage) and svg.stretches and not (svg.width and svg.height)
        if stretches and not is_markup(key):  # browsers give such a file no natural size
            return NaturalSize(None, None, None)
        scales = isinstance(svg, SvgImage) and svg.scales
        return NaturalSize(found.width, found.height, found.ratio, scales)

    def pixmap(self, key: str, width: int, height: int, rendering: Rendering = "auto") -> Pixmap | None:
        """Return the image at a size in device pixels."""
        found = self._find(key)
        if found is None or width <= 0 or height <= 0:
            return None
        self._note_upscaling(key, found, width, height)
        smooth = rendering not in ("pixelated", "crisp-edges")
        try:
            return _sized.get(
                (found.digest, width, height, smooth, self._work.scale if found.keeps_strokes else 1.0),
                lambda: self._size(found, width, height, rendering),
            )
        except AssetError as error:
            self._failed(key, error, 0)
            return None

    def part(self, key: str, cut: Cut, rendering: Rendering = "auto") -> Pixmap | None:
        """Return what of the image lies in a box of pixels; None where it is no raster image."""
        found = self._find(key)
        if found is None or isinstance(found.source, SvgImage):
            return None
        source = found.source
        self._note_upscaling(key, found, round(cut.width), round(cut.height))
        smooth = rendering not in ("pixelated", "crisp-edges")
        return _sized.get(
            (found.digest, *cut, smooth), lambda: Pixmap.from_image(resized_part(source, cut, smooth=smooth))
        )

    def source(self, key: str, width: int, height: int) -> Pixmap | None:
        """Return the image for being turned or skewed: at no less than a size in device pixels."""
        found = self._find(key)
        if found is None or isinstance(found.source, SvgImage) or width <= 0 or height <= 0:
            return self.pixmap(key, width, height)
        self._note_upscaling(key, found, width, height)
        half = halved(found.source, width, height)
        return _sized.get((found.digest, *half.size, True, 1.0), lambda: Pixmap.from_image(half))

    def svg(self, markup: str, width: int, height: int) -> Image.Image | None:
        """Return SVG markup drawn once, at a size in device pixels, premultiplied ("RGBa")."""
        if width <= 0 or height <= 0:
            return None
        try:
            fonts = self._svg_fonts(markup, self._report, ()) if "<text" in markup else NO_FONTS
            return self._work.draw_once(markup, width, height, fonts).convert("RGBa")
        except AssetError as error:
            self._report.add("warning", "image-failed", f"inline SVG: {error.public}")
            return None

    def _find(self, key: str) -> Decoded | None:
        if key and key not in self._images:
            self.load([key])
        return self._images.get(key)

    def _read(self, href: str) -> Fetched | AssetError:
        try:
            if is_markup(href):
                return Fetched(with_pictures(href, self._inner), "image/svg+xml")
            read = self._resources.read(href)
            if "#" in href and sniff(read.data) == "SVG":
                return replace(read, data=at_fragment(read.data, unquote(href.partition("#")[2])))
            return read
        except AssetError as error:
            return error
        except Exception as error:
            return _defect(href, error)

    def _inner(self, href: str) -> bytes | None:
        """Return the bytes of a picture that inline SVG names, or None and a finding."""
        read = AssetError("it is no address") if is_markup(href) else self._read(href)
        if isinstance(read, AssetError):
            self._failed(href, read, 0)
            return None
        return read.data

    def _decode(self, href: str, read: Fetched | AssetError) -> Decoded | AssetError:
        if isinstance(read, AssetError):
            return read
        try:
            brought = is_markup(href) or href[:5].lower() == "data:"
            return self._work.decode(read.data, remote=href[:4].lower() == "http", brought=brought)
        except AssetError as error:
            return error
        except Exception as error:
            return _defect(href, error)

    def _size(self, found: Decoded, width: int, height: int, rendering: Rendering) -> Pixmap:
        if isinstance(found.source, SvgImage):
            svg, fonts = found.source, NO_FONTS
            if svg.has_text:
                fonts = self._svg_fonts(svg.markup, self._report, svg.faces)
            drawn = self._work.draw(found, found.source, width, height, fonts)
            return Pixmap.from_image(drawn)
        return Pixmap.from_image(resize(found.source, width, height, rendering))

    def _failed(self, href: str, error: AssetError, line: int) -> None:
        self._images[href] = None
        self._report.lost_images.add(href)
        self._report.degraded = True
        name = _short(href)
        self._report.add("warning", "image-failed", f"{name}: {error.public}", line=line, where=name)

    def _note_upscaling(self, key: str, found: Decoded, width: int, height: int) -> None:
        if isinstance(found.source, SvgImage) or key in self._upscaled:
            return
        own = found.width or 1.0, found.height or 1.0
        factor = max(width / own[0], height / own[1])
        if factor >= _UPSCALED and max(width, height) > 16:
            self._upscaled.add(key)
            name = _short(key)
            message = f"{name} is {own[0]:g}×{own[1]:g} but drawn at {width}×{height}"
            self._report.add("warning", "image-upscaled", message, where=name)


def is_markup(href: str) -> bool:
    """Whether an image's name is an inline SVG itself."""
    return href.lstrip()[:4] == "<svg"


def _defect(href: str, error: Exception) -> AssetError:
    """Return a defect as an error of the picture: no picture costs its card."""
    log.error("a defect in reading an image", exc_info=error, extra={"image": _short(href)})
    return AssetError(f"it cannot be read: {type(error).__name__}")


def _short(href: str) -> str:
    return href if len(href) <= 80 else href[:77] + "…"


# --- resampling as Chromium does it: halved by averaging (mipmaps), then bilinear; premultiplied ---


# Where a device pixel's centre lies right between two source pixels, the left or upper one is taken.
_TIE = 1e-4
_WHOLE = 1e-6  # that floating point may be off whole pixels


def resize(image: Image.Image, width: int, height: int, rendering: str = "auto") -> Image.Image:
    """Return an image ("RGB" or "RGBa") at another size."""
    if image.size == (width, height):
        return image
    if rendering in ("pixelated", "crisp-edges"):
        box = (-_TIE, -_TIE, image.width - _TIE, image.height - _TIE)
        nearest = Image.Resampling.NEAREST
        return image.transform((width, height), Image.Transform.EXTENT, box, nearest)
    image = halved(image, width, height)
    if image.size == (width, height):
        return image
    bilinear = Image.Resampling.BILINEAR
    return image.transform((width, height), Image.Transform.EXTENT, (0, 0, *image.size), bilinear)


def resized_part(image: Image.Image, cut: Cut, *, smooth: bool) -> Image.Image:
    """Return a part of an image ("RGB" or "RGBa") at another size, whose edges lie between pixels."""
    sx, sy = image.width / cut.width, image.height / cut.height
    left, right = max(0.0, cut.left) * sx, min(cut.width, cut.left + cut.columns) * sx
    top, bottom = max(0.0, cut.top) * sy, min(cut.height, cut.top + cut.rows) * sy
    size = cut.columns, cut.rows
    if not smooth:
        box = left - _TIE, top - _TIE, right - _TIE, bottom - _TIE
        return image.transform(size, Image.Transform.EXTENT, box, Image.Resampling.NEAREST)
    factor = _times_halved(image, cut.width, cut.height)
    if factor == 1:
        box = left, top, right, bottom
        return image.transform(size, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)
    # What is seen is taken out, in whole pixels, before it is halved.
    x, y = floor(left + _WHOLE), floor(top + _WHOLE)
    seen = image.crop((x, y, ceil(right - _WHOLE), ceil(bottom - _WHOLE)))
    half = _halved_up(seen, factor)
    sx, sy = half.width / seen.width, half.height / seen.height
    box = (left - x) * sx, (top - y) * sy, (right - x) * sx, (bottom - y) * sy
    return half.transform(size, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)


def halved(image: Image.Image, width: float, height: float) -> Image.Image:
    """Average blocks of 2ⁿ by 2ⁿ pixels, as long as neither side falls below the wanted size."""
    factor = _times_halved(image, width, height)
    return image.reduce(factor) if factor > 1 else image


def _times_halved(image: Image.Image, width: float, height: float) -> int:
    factor = 1
    while image.width >= 2 * factor * width and image.height >= 2 * factor * height:
        factor *= 2
    return factor


def _halved_up(image: Image.Image, factor: int) -> Image.Image:
    """Average blocks; where the sides are no multiples of them, to the next whole sizes."""
    if not image.width % factor and not image.height % factor:
        return image.reduce(factor)
    return image.resize((-(-image.width // factor), -(-image.height // factor)), Image.Resampling.BOX)


class ImageReference(NamedTuple):
    """A key of the image store and the source line that names it."""

    href: str
    line: int


def image_references(root: Element) -> list[ImageReference]:
    """Return every image of a document in tree order, boxes that are not displayed left out."""
    found: list[ImageReference] = []
    stack = [root]
    while stack:
        element = stack.pop()
        if element.style.display == "none":
            continue
        if element.svg is not None:
            found.append(ImageReference(element.svg, element.line))
        found += [ImageReference(href, element.line) for href in _hrefs(element)]
        if element.marker is not None:
            found += [ImageReference(href, element.line) for href in _style_hrefs(element.marker)]
        if element.first_line is not None:
            found += [ImageReference(href, element.line) for href in _style_hrefs(element.first_line)]
        stack.extend(child for child in reversed(element.children) if isinstance(child, Element))
    return found


def _hrefs(element: Element) -> Iterator[str]:
    if element.tag == "img" and element.attributes.get("src"):
        yield element.attributes["src"]
    yield from _style_hrefs(element.style)


def _style_hrefs(style: ComputedStyle) -> Iterator[str]:
    for layer in (*style.background_layers, *style.mask_layers):
        if isinstance(layer.image, Url) and layer.reference is None:
            yield layer.image.href
    if isinstance(style.border_image_source, Url):
        yield style.border_image_source.href
    if isinstance(style.content, tuple):
        for part in style.content:
            if isinstance(part, ContentImage) and isinstance(part.image, Url):
                yield part.image.href
    shape = style.shape_outside[0] if style.shape_outside is not None else None
    if isinstance(shape, PictureShape) and isinstance(shape.picture, Url):
        yield shape.picture.href
    if isinstance(style.list_style_image, Url) and style.display == "list-item":
        yield style.list_style_image.href
