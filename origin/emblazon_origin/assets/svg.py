"""SVG images: made safe, then rasterised by resvg at the size that the device needs.

Scripts, event handlers, foreign objects, external references, DTDs and entities never reach the rasteriser;
`<use>` may not expand without bound.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import resvg_py
from lxml import etree
from PIL import Image

from ..errors import AssetError
from .images_decode import check_size, sniff
from .resources import parse_data_url

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_DROPPED = {
    "script",
    "foreignObject",
    "iframe",
    "audio",
    "video",
    "canvas",
    "embed",
    "object",
    "handler",
    "set",
}
_DROPPED |= {"animate", "animateMotion", "animateTransform", "animateColor", "discard"}
_MAX_ELEMENTS = 20_000
_MAX_EXPANDED = 100_000
_MAX_DEPTH = 256
_MAX_OCTAVES = 9  # of turbulence: each has half the amplitude of the one before, a tenth cannot be seen
_MAX_NESTING = 2  # SVG images inside of SVG images
_LENGTH = re.compile(
    r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|q|em|rem|ex)?\s*$", re.I
)
_UNITS = {
    "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6,
    "em": 16.0, "rem": 16.0, "ex": 8.0,
}  # fmt: skip
_CSS_URL = re.compile(r"url\(\s*(['\"]?)(?!#|['\"]?#)(?:[^)'\"]*)\1\s*\)", re.I)
_CSS_IMPORT = re.compile(r"@import[^;]*;?", re.I)
_ENTITY = re.compile(rb"<!ENTITY", re.I)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[[^\]]*\])?[^>]*>", re.I)


@dataclass(frozen=True, slots=True)
class SvgImage:
    """A safe SVG document and its natural size in CSS px (None where it declares none)."""

    markup: str
    width: float | None
    height: float | None
    ratio: float | None
    has_text: bool


def parse_svg(data: bytes, *, nesting: int = 0) -> SvgImage:
    """Parse and clean an SVG file; raise `AssetError` where it is broken or asks for too much."""
    root = _parse(data)
    _clean(root, nesting)
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = view_box(root)
    ratio = None
    if width and height:
        ratio = width / height
    elif box is not None and box[2] > 0 and box[3] > 0:
        ratio = box[2] / box[3]
    has_text = any(element.tag == f"{{{_SVG}}}text" for element in root.iter())
    return SvgImage(etree.tostring(root, encoding="unicode"), width, height, ratio, has_text)


def _parse(data: bytes) -> etree._Element:
    if _ENTITY.search(data):
        raise AssetError("an SVG image with entities is not drawn")
    data = _DOCTYPE.sub(b"", data, count=1)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise AssetError(f"the SVG image is not well-formed: {error}") from error
    if etree.QName(root).localname != "svg":
        raise AssetError("not an SVG image")
    if etree.QName(root).namespace is None:
        # Files without a namespace are common; browsers do not draw them as images, inline ones are.
        for element in root.iter():
            if isinstance(element.tag, str) and not element.tag.startswith("{"):
                element.tag = f"{{{_SVG}}}{element.tag}"
    return root


def _clean(root: etree._Element, nesting: int) -> None:
    """Remove what may not be drawn, in place."""
    count = 0
    for element in list(root.iter()):
        count += 1
        if count > _MAX_ELEMENTS:
            raise AssetError(f"the SVG image has more than {_MAX_ELEMENTS} elements")
        if not isinstance(element.tag, str) or etree.QName(element).localname in _DROPPED:
            _remove(element)
            continue
        if etree.QName(element).localname == "style" and element.text:
            element.text = _clean_css(element.text)
        for name, value in list(element.attrib.items()):
            _clean_attribute(element, str(name), str(value), nesting)
    _check_depth(root)
    _check_expansion(root)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        raise AssetError("not an SVG image")
    previous, tail = element.getprevious(), element.tail
    if tail:
        if previous is not None:
            previous.tail = (previous.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _clean_attribute(element: etree._Element, name: str, value: str, nesting: int) -> None:
    local = etree.QName(name).localname
    if local.lower().startswith("on") or name == "{http://www.w3.org/XML/1998/namespace}base":
        del element.attrib[name]
    elif local == "href":
        target = value.strip()
        if not target.startswith("#"):
            safe = _safe_data(target, nesting)
            if safe is None:
                del element.attrib[name]
            else:
                element.attrib[name] = safe
    elif local == "numOctaves" and re.fullmatch(r"\s*\+?0*[1-9]([0-9]+|\.?[0-9]*e.*)\s*", value, re.I):
        element.attrib[name] = str(_MAX_OCTAVES)
    elif "url(" in value.lower():
        element.attrib[name] = _clean_css(value)


def _clean_css(text: str) -> str:
    return _CSS_URL.sub("none", _CSS_IMPORT.sub("", text))


def _safe_data(target: str, nesting: int) -> str | None:
    """Return an image's data: URL if it is one of a known format and of bounded size, cleaned; else None."""
    if not target.lower().startswith("data:"):
        return None
    data = parse_data_url(target).data
    kind = sniff(data)
    if kind == "SVG":
        if nesting >= _MAX_NESTING:
            return None
        inner = parse_svg(data, nesting=nesting + 1).markup.encode()
        return "data:image/svg+xml;base64," + base64.b64encode(inner).decode()
    if kind not in ("PNG", "JPEG", "GIF", "WEBP"):
        return None
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        check_size(opened.width, opened.height)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(data).decode()


def _check_depth(root: etree._Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise AssetError(f"the SVG image is nested deeper than {_MAX_DEPTH}")
        level = [child for element in level for child in element]


def _check_expansion(root: etree._Element) -> None:
    """Bound what `<use>` multiplies; references that go round in circles count as too many."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[etree._Element, int] = {}
    active: set[etree._Element] = set()

    def size(element: etree._Element, depth: int) -> int:
        known = sizes.get(element)
        if known is not None:
            return known
        if element in active or depth > _MAX_DEPTH:
            return _MAX_EXPANDED
        active.add(element)
        total = 1 + sum(size(child, depth + 1) for child in element)
        if etree.QName(element).localname == "use":
            href = element.get("href") or element.get(_XLINK_HREF) or ""
            target = by_id.get(href.strip().removeprefix("#"))
            if target is not None:
                total += size(target, depth + 1)
        active.discard(element)
        sizes[element] = min(total, _MAX_EXPANDED)
        return sizes[element]

    if size(root, 0) >= _MAX_EXPANDED:
        raise AssetError("the SVG image repeats itself too often")


def _length(value: str | None) -> float | None:
    """Return an absolute length in px; None for percentages, `auto` and nonsense."""
    match = _LENGTH.match(value) if value else None
    if match is None:
        return None
    size = float(match.group(1)) * _UNITS[(match.group(2) or "px").lower()]
    return size if size >= 0 else None


def view_box(root: etree._Element) -> tuple[float, float, float, float] | None:
    """Return the root's viewBox."""
    parts = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    try:
        x, y, w, h = (float(part) for part in parts)
    except ValueError:
        return None
    return (x, y, w, h) if w >= 0 and h >= 0 else None


def draw_svg(svg: SvgImage, width: int, height: int, fonts: Sequence[str] = ()) -> Image.Image:
    """Rasterise at a size in device px; returns "RGB" or premultiplied "RGBa".

    The size becomes the viewport, so that `preserveAspectRatio` works as in a browser.
    """
    check_size(width, height)
    root = etree.fromstring(svg.markup, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.get("viewBox") is None and svg.width and svg.height:
        root.set("viewBox", f"0 0 {svg.width:g} {svg.height:g}")
        root.set("preserveAspectRatio", "none")  # without a viewBox of its own, an image is stretched
    root.set("width", str(width))
    root.set("height", str(height))
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=etree.tostring(root, encoding="unicode"),
            width=width,
            height=height,
            skip_system_fonts=True,
            font_files=list(fonts) if svg.has_text else None,
            font_family="Inter",
            sans_serif_family="Inter",
            serif_family="Source Serif 4",
            monospace_family="JetBrains Mono",
        )
    except ValueError as error:
        raise AssetError(f"the SVG image cannot be drawn: {error}") from error
    with Image.open(io.BytesIO(bytes(png)), formats=["PNG"]) as opened:
        image = opened.convert("RGBA")
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    if image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB")
    return image.convert("RGBa")
