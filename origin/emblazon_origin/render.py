"""The render pipeline: HTML in, an image out, one visible step after the other (docs/architecture.md).

    engine = Engine(FontLibrary(Path("fonts")), fetcher)
    rendered = engine.render(RenderRequest(html, base="templates/article"))

1 style    HTML tree + CSS cascade → computed styles
2 assets   the document's own fonts, and every image that it names
3 layout   boxes, with the text shaped and broken into lines
4 paint    display list → pixels
5 encode   PNG, JPEG, WebP or AVIF within the byte budget
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import prod
from pathlib import Path
from typing import Literal

from PIL import Image

from emblazon.contract.schema import CardFormat, Format

from . import encode as encoders
from .assets.images import ImageStore
from .assets.images_decode import ImageLimits
from .assets.resources import Fetcher, Resources
from .errors import CardError, EmblazonError, LimitError, StageFailed
from .ground import Picture, image_of
from .home import Home
from .layout.document import DocumentLayout, container_sizes
from .limits import CARD_WORK, MAX_CANVAS_PIXELS, MAX_CANVAS_SIDE
from .paint.boxes.float_pictures import FloatPictures
from .paint.canvas import paint_document
from .paint.kept_display import KeptDisplay
from .prepared import prepared_cards
from .prepared.prepared_cards import LaidOut, PreparedCard, WatchedResources, prepared_card
from .prepared.skeleton import Skeleton, take_apart
from .processes import extent_of, room_for
from .report import Diagnostic, Report
from .style.document.image_source import has_fallback
from .style.style_document import style_document
from .style.values.dom import Element, StyledDocument
from .style.values.units import Viewport
from .style.values.value_types import WHITE
from .text.fonts.font_library import FontLibrary, ScreenMeasures
from .text.fonts.svg_text import SvgFonts

# Content boxes of query containers by their numbers; every layout settles one more level of nesting.
Sizes = dict[int, tuple[float, float]]
MAX_CONTAINER_DEPTH = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One card as HTML. Sizes are CSS px; `base` is the folder that relative URLs are resolved against.

    `file` names the source in reports; `effort` "small" spends time on a smaller file. The page lies on
    white, as in a browser, unless `transparent`. `rebind` gives the card without pictures that cannot be had,
    None where it names none of them.
    """

    html: str
    base: str
    file: str = ""
    width: int = 1200
    height: int = 630
    dpr: float = 1.0
    format: CardFormat = "png"
    safe_format: Format | None = None  # what `auto-safe` is; None: measured
    quality: int | None = None
    max_bytes: int | None = None
    lang: str = ""
    color_scheme: Literal["light", "dark"] = "light"
    effort: Literal["quick", "small"] = "quick"
    transparent: bool = False
    notes: tuple[Diagnostic, ...] = ()  # what is to be told of the card beside what its drawing shows
    rebind: Callable[[frozenset[str]], RenderRequest | None] | None = field(default=None, compare=False)

    def rebound_by(self, rebind: Callable[[frozenset[str]], RenderRequest | None]) -> RenderRequest:
        """Return the request with what to draw where pictures fail."""
        return replace(self, rebind=rebind)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished card; `width` and `height` are device px."""

    data: bytes
    content_type: str
    width: int
    height: int
    report: Report


@dataclass(frozen=True, slots=True)
class Engine:
    """Draws cards; safe to share between threads.

    `fetcher` is the guarded way to the network (None: remote files are switched off); `outside` lets cards
    read files outside their own folder, for the command line on the author's machine.
    """

    fonts: FontLibrary
    fetcher: Fetcher | None = None
    outside: bool = False
    image_limits: ImageLimits = field(default_factory=ImageLimits)

    @classmethod
    def from_home(
        cls,
        home: Home,
        *,
        fetcher: Fetcher | None = None,
        outside: bool = False,
        image_limits: ImageLimits | None = None,
    ) -> Engine:
        """Return an engine with the fonts of a project; raises `AssetError` where one is missing."""
        return cls(FontLibrary(home.fonts), fetcher, outside, image_limits or ImageLimits())

    def render(self, request: RenderRequest, report: Report | None = None) -> Rendered:
        """Draw and encode a card. Raises `CardError` where it cannot be drawn as given."""
        report = report if report is not None else Report(request.file)
        picture = self._draw(request, report)
        with timed(report, "encode"):
            data, content_type = encode(request, picture, report)
        return Rendered(data, content_type, *picture.size, report)

    def draw(self, request: RenderRequest, report: Report | None = None) -> Image.Image:
        """Return a card's pixels, "RGB" where all are opaque, else "RGBA"."""
        return image_of(self._draw(request, report if report is not None else Report(request.file)))

    def _draw(self, request: RenderRequest, report: Report) -> Picture:
        skeleton = take_apart(request.html)
        key = self._key(request, skeleton)
        with prepared_cards.borrowed(key) as card:
            if card is not None and skeleton is not None and card.put(skeleton.texts):
                return self._redraw(card, request, report)
        laid_out = self.lay_out(request, report)
        told = len(report.diagnostics)
        with timed(report, "paint"):
            picture = paint(request, laid_out, report)
        # What paint has to say, it says of this drawing: such a card is drawn whole each time.
        if skeleton is not None and told == len(report.diagnostics) and prepared_cards.is_wanted(key):
            prepared_cards.keep(
                key, prepared_card(request.html, skeleton, laid_out, prod(picture.size), report)
            )
        return picture

    def _redraw(self, card: PreparedCard, request: RenderRequest, report: Report) -> Picture:
        """Draw a kept document with the texts that it has been given."""
        report.diagnostics += request.notes
        with room_for(card.depth):
            with timed(report, "layout"):
                laid_out = card.lay_out(report)
            with timed(report, "paint"):
                return paint(request, laid_out, report, card.display)

    def _key(self, request: RenderRequest, skeleton: Skeleton | None) -> Hashable:
        """Return all that decides what becomes of a document beside its texts; None without a skeleton."""
        if skeleton is None:
            return None
        return (
            id(self.fonts), self.outside, skeleton.key, request.base, request.width, request.height,
            request.dpr, request.lang, request.color_scheme, request.transparent,
        )  # fmt: skip

    def lay_out(self, request: RenderRequest, report: Report) -> LaidOut:
        """Return a card's boxes: every step before paint, again until query containers have their sizes."""
        check_canvas(request)
        base = Path(request.base) if request.base else None
        limits = self.image_limits
        resources = WatchedResources(base, self.fetcher, self.outside, image_limits=limits)
        report.diagnostics += request.notes
        before = len(report.diagnostics)
        laid_out, request, lost = self._lay_out(request, resources, report, {}, frozenset())
        known: Sizes = {}
        for _ in range(MAX_CONTAINER_DEPTH):
            found = container_sizes(laid_out.document, laid_out.root)
            if found == known:
                return laid_out
            last = report.work["style"] + report.work["layout"]
            gone = report.work.get("containers", 0.0) + last
            if gone + last > CARD_WORK:
                message = "the card takes too much work to be laid out once more for its query containers"
                report.add("error", "limit", message, where="container-type")
                return laid_out
            known, report.work["containers"] = found, gone
            told = report.diagnostics[before:] if lost else []
            report.diagnostics[before:] = [finding for finding in told if finding.code == "image-failed"]
            laid_out, request, lost = self._lay_out(request, resources, report, known, lost)
        if container_sizes(laid_out.document, laid_out.root) != known:
            message = f"query containers lie in one another more than {MAX_CONTAINER_DEPTH} deep"
            report.add("warning", "limit", message, where="container-type")
        return laid_out

    def _lay_out(
        self,
        request: RenderRequest,
        resources: WatchedResources,
        report: Report,
        sizes: Sizes,
        lost: frozenset[str],
    ) -> tuple[LaidOut, RenderRequest, frozenset[str]]:
        """Lay out, again where a picture failed; `sizes` are those of query containers.

        Returns also what was drawn instead of the request, and the pictures known as `lost` by then.
        """
        before = len(report.diagnostics)
        for last in (False, False, True):
            with timed(report, "style"):
                document = style(request, self.fonts, resources, report, lost, sizes)
            with room_for(extent_of(document.root, child_elements)[1]):
                with timed(report, "assets"):
                    fonts, images = load_assets(document, self.fonts, resources, report, lost, request.dpr)
                instead = None if last else without_lost(request, document, lost, report)
                if instead is None:
                    with timed(report, "layout"):
                        boxes = generate(request, document, fonts, images, report)
                        findings = tuple(report.diagnostics[before:])
                        root = boxes.lay_out(report)
                    break
            request, lost = instead
            told = report.diagnostics[before:]
            report.diagnostics[before:] = [finding for finding in told if finding.code == "image-failed"]
        return LaidOut(document, root, fonts, images, boxes, resources, findings), request, lost


def without_lost(
    request: RenderRequest, document: StyledDocument, known: frozenset[str], report: Report
) -> tuple[RenderRequest, frozenset[str]] | None:
    """Return what to draw where pictures failed that the card has an answer to, and all that failed."""
    lost = frozenset(report.lost_images)
    if lost == known:
        return None
    again = request.rebind(lost) if request.rebind is not None else None
    if again is not None and again.html != request.html:
        return replace(again, rebind=request.rebind), lost
    stack = [document.root]
    while stack:
        element = stack.pop()
        failed = element.tag == "img" and element.attributes.get("src") in lost - known
        if failed and has_fallback(element.attributes):
            return request, lost
        stack.extend(child_elements(element))
    return None


def style(
    request: RenderRequest,
    fonts: FontLibrary,
    resources: Resources,
    report: Report,
    lost: frozenset[str] = frozenset(),
    sizes: Sizes | None = None,
) -> StyledDocument:
    """Step 1; `lost` are images that could not be had, `sizes` those of query containers."""
    return style_document(
        request.html,
        base=request.base,
        viewport=Viewport(request.width, request.height, request.dpr, request.color_scheme),
        lang=request.lang,
        report=report,
        load_text=lambda href: resources.read(href).data.decode("utf-8", "replace"),
        metrics=ScreenMeasures(fonts, 1.0 / request.dpr, resources.read_font),
        lost_images=lost,
        container_sizes=sizes,
    )


def load_assets(
    document: StyledDocument,
    fonts: FontLibrary,
    resources: Resources,
    report: Report,
    lost: frozenset[str] = frozenset(),
    dpr: float = 1.0,
) -> tuple[FontLibrary, ImageStore]:
    """Step 2: return the fonts with the document's own before them, and the loaded images."""
    images = ImageStore(resources, report, svg_fonts=SvgFonts(fonts).of, lost=lost, scale=dpr)
    images.load_document(document.root)
    return fonts.with_faces(document.font_faces, resources.read_font, report), images


def generate(
    request: RenderRequest, document: StyledDocument, fonts: FontLibrary, images: ImageStore, report: Report
) -> DocumentLayout:
    """Step 3, first half: the boxes, which lay themselves out."""
    pictures = FloatPictures(images)
    return DocumentLayout(document, request.width, request.height, fonts, pictures, report, request.dpr)


def paint(
    request: RenderRequest, laid_out: LaidOut, report: Report, kept: KeptDisplay | None = None
) -> Picture:
    """Step 4; `kept` is what earlier drawings of the same document left."""
    return paint_document(
        laid_out.root,
        width=request.width,
        height=request.height,
        dpr=request.dpr,
        fonts=laid_out.fonts,
        images=laid_out.images,
        report=report,
        base=None if request.transparent else WHITE,
        kept=kept,
    )


def encode(request: RenderRequest, picture: Picture, report: Report) -> tuple[bytes, str]:
    """Step 5: return the file and its content type."""
    encoder = encoders.optimize if request.effort == "small" else encoders.encode
    return encoder(
        picture,
        request.format,
        quality=request.quality,
        max_bytes=request.max_bytes,
        report=report,
        safe_format=request.safe_format,
    )


# --- limits ---------------------------------------------------------------------------------------------


def check_canvas(request: RenderRequest) -> None:
    """Refuse a canvas without area, or one larger than the limits."""
    width, height = request.width * request.dpr, request.height * request.dpr
    if request.width <= 0 or request.height <= 0 or request.dpr <= 0:
        raise CardError(f"a card of {request.width}×{request.height} px has no area")
    if max(width, height) > MAX_CANVAS_SIDE or width * height > MAX_CANVAS_PIXELS:
        raise LimitError(
            f"{width:g}×{height:g} device pixels are too many; the limits are {MAX_CANVAS_SIDE} a side and "
            f"{MAX_CANVAS_PIXELS} in all"
        )


def child_elements(element: Element) -> list[Element]:
    """Return the elements right below one."""
    return [child for child in element.children if isinstance(child, Element)]


@contextmanager
def timed(report: Report, stage: str) -> Iterator[None]:
    """Add a stage's milliseconds to the report, and make whatever it raises an error of the card."""
    start = time.perf_counter()
    try:
        yield
    except (EmblazonError, MemoryError):
        raise
    except RecursionError as error:
        raise LimitError("the card is nested too deeply") from error
    except Exception as error:
        log.exception("a defect in the stage %s", stage)
        raise StageFailed(f"{stage}: {type(error).__name__}: {error}") from error
    finally:
        report.timings[stage] = report.timings.get(stage, 0.0) + (time.perf_counter() - start) * 1000
