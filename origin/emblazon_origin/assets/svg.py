"""SVG images: made safe, then rasterised by resvg at the size that the device needs.

Scripts, event handlers, foreign objects, external references and entities never reach the rasteriser;
internal entities are expanded within bounds. What drawing takes is told beforehand (`svg_cost.py`).
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import resvg_py
from lxml import etree
from PIL import Image

from ..errors import AssetError
from ..limits import MAX_CANVAS_PIXELS
from .image_headers import declared_sizes, sniff
from .images_decode import FORMATS, check_size, decode_image
from .resources import parse_data_url
from .vector.svg_bounds import bound_numbers
from .vector.svg_cost import ELEMENT, SvgCost
from .vector.svg_css import css_characters, needs_css, own_faces, with_css
from .vector.svg_direction import anchor_right_to_left, place_spaced_lines
from .vector.svg_geometry import MEASURED, UNGROWN, is_empty, keep_strokes, measure, resolve_lengths
from .vector.svg_gradients import mix_gradients
from .vector.svg_noise import place_noise
from .vector.svg_patterns import fit_patterns
from .vector.svg_runs import NO_FONTS, SvgFace, SvgTextFonts, name_fonts
from .vector.svg_transforms import PLACED, place_transforms
from .vector.svg_words import say_in_its_words

_SVG = "http://www.w3.org/2000/svg"
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MOVING = frozenset(("animate", "animateMotion", "animateTransform", "animateColor", "discard", "set"))
_DROPPED = _MOVING | {
    "script", "foreignObject", "iframe", "audio", "video", "canvas", "embed", "object", "handler",
}  # fmt: skip
_MAX_ELEMENTS = 20_000
_MAX_ATTRIBUTES = 500  # of one element: the parser compares each with each
_MAX_EXPANDED = 100_000  # elements, with all that refers to others
_MAX_DEPTH = 256
_MAX_CHARACTERS = 10_000_000  # after entities are expanded
_MAX_OCTAVES = 9  # of turbulence: each has half the amplitude of the one before, a tenth cannot be seen
_MAX_NESTING = 2  # SVG images inside of SVG images
_MAX_NOTES = 8
MAX_CSS = 200_000  # characters
MAX_WORK = 20_000_000_000  # units of `limits.py`, as it is at most
_LENGTH = re.compile(
    r"\s*+([+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)\s*+(px|pt|pc|mm|cm|in|q|em|rem|ex)?\s*+", re.I
)
_UNITS = {
    "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6,
    "em": 16.0, "rem": 16.0, "ex": 8.0,
}  # fmt: skip
_LONGEST_NUMBERS = 200  # characters of an attribute that holds a few numbers
_FILTER = re.compile(r"""(\bfilter\s{0,9}:\s{0,9})url\(\s{0,9}["']?#([^"')]{1,200})["']?\s{0,9}\)""")
_NAME = re.compile(r"[\w-]{1,200}+")
_VIEW = re.compile(r"(viewBox|preserveAspectRatio)\(([^()]*+)\)")
_PICTURES = re.compile(r"<(?:image|feImage)\b")
_ASSIGNMENT = re.compile(rb"""=\s{0,20}+["']""")


@dataclass(frozen=True, slots=True)
class SvgImage:
    """A safe SVG document and its natural size in CSS px (None where it declares none)."""

    markup: str
    width: float | None
    height: float | None
    ratio: float | None
    has_text: bool
    notes: tuple[str, ...] = ()  # what of it is not drawn
    background: tuple[int, int, int, int] | None = None  # of its root; RGBA
    stretches: bool = False  # `preserveAspectRatio` is none
    scales: bool = False  # has a viewBox
    faces: tuple[SvgFace, ...] = ()  # of its own


def parse_svg(data: bytes, *, nesting: int = 0) -> SvgImage:
    """Parse and clean an SVG file; raise `AssetError` where it is broken or asks for too much."""
    root = _parse(data)
    notes: list[str] = []
    faces = own_faces(root, notes)
    _clean(root, nesting, notes)
    bound_numbers(root, data, notes)
    _size_symbols(root)
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = view_box(root)
    ratio = None
    if width and height:
        ratio = width / height
    elif box is not None and box[2] > 0 and box[3] > 0:
        ratio = box[2] / box[3]
    if SvgCost(root, 0.0).total() > _MAX_EXPANDED * ELEMENT:
        raise AssetError("the SVG image repeats itself too often")
    has_text = any(element.tag == f"{{{_SVG}}}text" for element in root.iter())
    _drop_lost_filters(root)
    ground = None
    too_long = css_characters(root) > MAX_CSS
    if too_long:
        notes.append(f"its style sheets have more than {MAX_CSS:,} characters: simple rules alone are drawn")
    if not too_long and needs_css(root):
        size = (width, height) if width and height else (box[2], box[3]) if box is not None else None
        markup, ground = with_css(root, size, notes)
        root = etree.fromstring(markup, _again())
    resolve_lengths(root, notes)
    mix_gradients(root)
    say_in_its_words(root, notes)
    if PLACED.search(etree.tostring(root)):
        place_transforms(root, notes)
    if MEASURED.search(etree.tostring(root)):
        measure(root, notes)
    markup = etree.tostring(root, encoding="unicode")
    if len(markup) > _MAX_CHARACTERS:
        raise AssetError(f"the SVG image has more than {_MAX_CHARACTERS:,} characters")
    told = tuple(dict.fromkeys(notes))
    more = f"and {len(told) - _MAX_NOTES} more of this kind"
    told = told if len(told) <= _MAX_NOTES else (*told[:_MAX_NOTES], more)
    background = None
    if ground is not None:
        r, g, b, a = (max(0, min(255, round(255 * channel))) for channel in ground)
        background = (r, g, b, a)
    stretches = (root.get("preserveAspectRatio") or "").split()[:1] == ["none"]
    return SvgImage(
        markup, width, height, ratio, has_text, told, background, stretches, view_box(root) is not None, faces
    )


def with_pictures(markup: str, read: Callable[[str], bytes | None]) -> bytes:
    """Return inline SVG with the pictures that its page names written into it.

    `read` gives the bytes of a file; of one that cannot be had nothing is left.
    """
    if not _PICTURES.search(markup):
        return markup.encode()
    root = _parse(markup.encode())
    for element in root.iter(f"{{{_SVG}}}image", f"{{{_SVG}}}feImage"):
        for name in [key for key in element.attrib if str(key).rpartition("}")[2] == "href"]:
            target = str(element.get(name)).strip()
            if not target or target.startswith("#") or target[:5].lower() == "data:":
                continue
            data = read(target)
            if data is None:
                del element.attrib[name]
                continue
            kind = "svg+xml" if sniff(data) == "SVG" else "png"
            element.set(name, f"data:image/{kind};base64,{base64.b64encode(data).decode()}")
    return bytes(etree.tostring(root, encoding="utf-8"))


def at_fragment(data: bytes, fragment: str) -> bytes:
    """Return a file as the fragment of its address shows it: by a `<view>`, `svgView()` or `:target`."""
    function = fragment.startswith("svgView(")
    if not function and not _NAME.fullmatch(fragment):
        return data
    root = _parse(data)
    places = dict(_VIEW.findall(fragment[:_LONGEST_NUMBERS])) if function else {}
    if not function:
        views = (view for view in root.iter(f"{{{_SVG}}}view") if view.get("id") == fragment)
        view = next(views, None)
        places = {str(name): str(value) for name, value in view.items()} if view is not None else {}
        for sheet in root.iter(f"{{{_SVG}}}style"):
            sheet.text = (sheet.text or "").replace(":target", f'[id="{fragment}"]')
    for name in ("viewBox", "preserveAspectRatio"):
        if name in places:
            root.set(name, places[name])
    return bytes(etree.tostring(root, encoding="utf-8"))


def _size_symbols(root: etree._Element) -> None:
    """Give uses of symbols the sizes that their symbols say, which the rasteriser does not look at."""
    sizes = {
        f"#{element.get('id')}": [
            (side, value) for side in ("width", "height") if (value := element.get(side))
        ]
        for element in root.iter(f"{{{_SVG}}}symbol")
        if element.get("id")
    }
    for use in root.iter(f"{{{_SVG}}}use") if any(sizes.values()) else ():
        for side, value in sizes.get(use.get("href") or use.get(_XLINK_HREF) or "", ()):
            if use.get(side, "auto") == "auto":
                use.set(side, value)


def _parse(data: bytes) -> etree._Element:
    # Well-formed attribute values hold no "<", so that each part holds the attributes of at most one element.
    for part in data.split(b"<"):
        if len(part) > 4 * _MAX_ATTRIBUTES and len(_ASSIGNMENT.findall(part)) > _MAX_ATTRIBUTES:
            raise AssetError(f"the SVG image has an element with more than {_MAX_ATTRIBUTES} attributes")
    parser = etree.XMLParser(
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise AssetError(f"the SVG image is not well-formed: {str(error)[:200]}") from error
    if etree.QName(root).localname != "svg":
        raise AssetError("not an SVG image")
    if etree.QName(root).namespace is None:
        # Files without a namespace are common; browsers do not draw them as images, inline ones are.
        for element in root.iter():
            if isinstance(element.tag, str) and not element.tag.startswith("{"):
                element.tag = f"{{{_SVG}}}{element.tag}"
    return root


_REASONS = {
    "foreignObject": "HTML inside SVG is not drawn",
    "script": "scripts are not run",
    **dict.fromkeys(_MOVING, "nothing moves: it is drawn as without"),
}


def _clean(root: etree._Element, nesting: int, notes: list[str]) -> None:
    """Remove what may not be drawn, in place; `notes` takes what a browser would have drawn."""
    _check_depth(root)
    ids: set[str] = set()
    for count, element in enumerate(list(root.iter())):
        if count >= _MAX_ELEMENTS:
            raise AssetError(f"the SVG image has more than {_MAX_ELEMENTS} elements")
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if not name or name in _DROPPED:
            if not element.get("requiredExtensions"):  # else a browser would not take it either
                notes.append(f"<{name}>: {_REASONS.get(name, 'it is not drawn')}")
            _remove(element)
            continue
        if (own := element.get("id")) is not None:
            if own in ids:  # browsers take the first, the rasteriser the last
                del element.attrib["id"]
            ids.add(own)
        if name == "style" and element.text:
            _note_style(element.text, notes)
            element.text = clean_css(element.text)
        for key, value in list(element.attrib.items()):
            if not _clean_attribute(element, str(key), str(value), nesting):
                notes.append(
                    f"<{name}>: {value[:60]!r} is not read: SVG files hold their pictures as data: URLs"
                )


def _drop_lost_filters(root: etree._Element) -> None:
    """Take away filters that refer to nothing: browsers draw without them, the rasteriser not at all.

    Shapes without an outline are not drawn, so that nothing of theirs is filtered either.
    """
    ids = {element.get("id") for element in root.iter(f"{{{_SVG}}}filter")}

    def known(match: re.Match[str]) -> str:
        return match[0] if match[2] in ids else f"{match[1]}none"

    for element in root.iter(etree.Element):
        if element.get("filter") is not None and is_empty(element):
            del element.attrib["filter"]
        if (value := element.get("filter")) is not None and "#" in value:
            element.set("filter", _FILTER.sub(known, f"filter:{value}").removeprefix("filter:"))
        if (style := element.get("style")) is not None and "filter" in style:
            element.set("style", _FILTER.sub(known, style))


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


def _clean_attribute(element: etree._Element, name: str, value: str, nesting: int) -> bool:
    """Make an attribute safe; return False where that takes a picture away."""
    local = name.rpartition("}")[2]
    if local.lower().startswith("on") or name == _XML_BASE:
        del element.attrib[name]
    elif local == "href":
        target = value.strip()
        if not target.startswith("#"):
            safe = _safe_data(target, nesting)
            if safe is None:
                del element.attrib[name]
                return etree.QName(element).localname not in ("image", "feImage", "use")
            element.attrib[name] = safe
    elif local == "numOctaves":
        if (_number(value) or 0.0) > _MAX_OCTAVES:
            element.attrib[name] = str(_MAX_OCTAVES)
    elif "(" in value and "url(" in value.lower():
        element.attrib[name] = clean_css(value)
    return True


def _note_style(text: str, notes: list[str]) -> None:
    lowered = text.lower()
    if "@import" in lowered:
        notes.append("@import: style sheets elsewhere are not read")
    if "@keyframes" in lowered:
        notes.append("@keyframes: nothing moves: it is drawn as without")


def clean_css(text: str) -> str:
    """Return CSS without @import, and with `none` for every url() that leads out of the document."""
    lowered = text.lower()
    if len(lowered) != len(text):  # positions would not be the same
        text = lowered
    kept: list[str] = []
    at = 0
    while True:
        url, rule = lowered.find("url(", at), lowered.find("@import", at)
        if url < 0 and rule < 0:
            return "".join([*kept, text[at:]])
        if rule >= 0 and (url < 0 or rule < url):
            kept.append(text[at:rule])
            end = text.find(";", rule)
        else:
            end = text.find(")", url)
            inside = text[url + 4 : end if end >= 0 else len(text)].strip().strip("'\"").lstrip()
            kept.append(text[at:url])
            kept.append(text[url : end + 1] if end >= 0 and inside.startswith("#") else "none")
        if end < 0:
            return "".join(kept)
        at = end + 1


def _safe_data(target: str, nesting: int) -> str | None:
    """Return an image's data: URL if it is one of a known format and of bounded size, cleaned; else None."""
    if target[:5].lower() != "data:":
        return None
    data = parse_data_url(target).data
    kind = sniff(data)
    if kind == "SVG":
        if nesting >= _MAX_NESTING:
            return None
        inner = parse_svg(data, nesting=nesting + 1).markup.encode()
        return "data:image/svg+xml;base64," + base64.b64encode(inner).decode()
    if kind not in FORMATS:
        return None
    for width, height in declared_sizes(kind, data):
        check_size(width, height, MAX_CANVAS_PIXELS)
    if kind in ("AVIF", "ICO", "BMP") or (kind == "JPEG" and b"Exif" in data[:64]):
        kind, data = "PNG", _as_png(data)  # the rasteriser knows neither these nor which way is up
    return f"data:image/{kind.lower()};base64," + base64.b64encode(data).decode()


def _as_png(data: bytes) -> bytes:
    out = io.BytesIO()
    image = decode_image(data).image
    (image.convert("RGBA") if image.mode == "RGBa" else image).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _check_depth(root: etree._Element) -> None:
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _MAX_DEPTH:
            raise AssetError(f"the SVG image is nested deeper than {_MAX_DEPTH}")
        level = [child for element in level for child in element]


def _length(value: str | None) -> float | None:
    """Return an absolute length in px; None for percentages, `auto` and nonsense."""
    match = _LENGTH.fullmatch(value) if value and len(value) <= _LONGEST_NUMBERS else None
    if match is None:
        return None
    size = float(match.group(1)) * _UNITS[(match.group(2) or "px").lower()]
    return size if 0 <= size < float("inf") else None


def _number(value: str) -> float | None:
    try:
        return float(value[:_LONGEST_NUMBERS])
    except ValueError:
        return None


def view_box(root: etree._Element) -> tuple[float, float, float, float] | None:
    """Return the root's viewBox."""
    text = root.get("viewBox") or ""
    if len(text) > _LONGEST_NUMBERS:
        return None
    try:
        x, y, w, h = (float(part) for part in text.replace(",", " ").split())
    except ValueError:
        return None
    return (x, y, w, h) if 0 <= w < float("inf") and 0 <= h < float("inf") else None


def work_of(svg: SvgImage, width: int, height: int) -> float:
    """Return the work of drawing an image at a size in device px, in units of `limits.py`."""
    return SvgCost(etree.fromstring(svg.markup, _again()), width * height).total()


def _again() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def draw_svg(
    svg: SvgImage, width: int, height: int, fonts: SvgTextFonts = NO_FONTS, scale: float = 1.0
) -> Image.Image:
    """Rasterise at a size in device px; returns "RGB" or premultiplied "RGBa". Raises AssetError.

    The size becomes the viewport, so that `preserveAspectRatio` works as in a browser. `scale` is that of the
    page, in device px for one px.
    """
    check_size(width, height, MAX_CANVAS_PIXELS)
    root = etree.fromstring(svg.markup, _again())
    box = view_box(root)
    if box is not None and 0.0 in box[2:]:  # which disables it (SVG 2 §8.6)
        return Image.new("RGBa", (width, height))
    if root.get("viewBox") is None and svg.width and svg.height:
        root.set("viewBox", f"0 0 {svg.width:g} {svg.height:g}")
        root.set("preserveAspectRatio", "none")  # without a viewBox of its own, an image is stretched
    root.set("width", str(width))
    root.set("height", str(height))
    if UNGROWN in svg.markup:
        keep_strokes(root, scale)
    if svg.has_text:
        if "letter-spacing" in svg.markup:
            place_spaced_lines(root)
        anchor_right_to_left(root)
        name_fonts(root, fonts)
        # As in HTML, installed fonts keep their default optical size.
        root.set("style", f"font-optical-sizing:none;{root.get('style', '')}")
    if "<feTurbulence" in svg.markup:
        place_noise(root)
    if SvgCost(root, width * height).total() > MAX_WORK:
        raise AssetError("the SVG image takes too much work to draw: it repeats itself or filters too often")
    if "<pattern" in svg.markup:
        fit_patterns(root, lambda tile, across, down, text: _rasterise(tile, across, down, text, fonts))
    image = _rasterise(root, width, height, svg.has_text, fonts)
    if svg.background is not None:
        image = Image.alpha_composite(Image.new("RGBA", image.size, svg.background), image)
    if image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB")
    return image.convert("RGBa")


def _rasterise(
    root: etree._Element, width: int, height: int, has_text: bool, fonts: SvgTextFonts
) -> Image.Image:
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=etree.tostring(root, encoding="unicode"),
            width=width,
            height=height,
            skip_system_fonts=True,
            font_files=list(fonts.files) if has_text else None,
            font_family="Inter",
            sans_serif_family="Inter",
            # The last that it tries; where the document names no serif, its file is not among these.
            serif_family="Source Serif 4" if any("SourceSerif" in name for name in fonts.files) else "Inter",
            monospace_family="JetBrains Mono",
        )
    except ValueError as error:
        raise AssetError(f"the SVG image cannot be drawn: {error}") from error
    except BaseException as error:  # a panic of the rasteriser is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise AssetError("the SVG image cannot be drawn: the rasteriser failed") from error
    with Image.open(io.BytesIO(bytes(png)), formats=["PNG"]) as opened:
        image = opened.convert("RGBA")
    if image.size != (width, height):
        return image.resize((width, height), Image.Resampling.BICUBIC)
    return image
