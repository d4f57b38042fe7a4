"""Which file an `<img>` shows: `src`, `srcset` with `sizes`, `<source>`s of a `<picture>` (HTML §4.8.4).

And what is drawn as one: a video's poster, pictures in `<object>` and `<embed>`.

`onerror` of an `<img>` whose file could not be had: the few words that authors write there, no scripts.

| `onerror="…"` | what happens |
|---|---|
| `this.remove()` | the element is gone, and what it leaves closes up |
| `this.parentElement.remove()` | so is what it stands in |
| `this.hidden = true`, `this.style.display = 'none'` | it is not displayed |
| `this.src = 'other.png'` | another file is shown |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from ...report import Report
from ..syntax.conditions import media_query_list
from ..values.budget import BUDGET, Exhausted
from ..values.calculation import length_px
from ..values.dom import HtmlNode
from ..values.image_values import KNOWN_TYPES, resolve_url
from ..values.tokens import Cursor, InvalidValue, resolve, tokenize
from ..values.units import Context, Viewport

_CANDIDATE = re.compile(r"(data:\S++|[^\s,]\S*[^\s,]|[^\s,])(?:\s++([^,]*+))?+(?:,|\Z)")
_DESCRIPTOR = re.compile(r"(\d*+\.\d++|\d++)([wx])")

_NO_LOOP = re.compile(r"(?<!\s)\s*+this\.onerror\s*+=\s*+(?:null|''|\"\")\s*;?", re.IGNORECASE)
_REMOVE = re.compile(
    r"this\.remove\(\)|this\.outerHTML=(?:''|\"\")|this\.parent(?:Node|Element)\.removeChild\(this\)"
)
_REMOVE_PARENT = re.compile(r"this\.parent(?:Node|Element)\.remove\(\)")
_HIDE = re.compile(r"this\.hidden=(?:true|1)|this\.style\.display=(?:'none'|\"none\")")
_SOURCE = re.compile(r"""\s*this\.src\s*=\s*(?:'([^']*)'|"([^"]*)")\s*;?\s*""")


def image_source(node: HtmlNode, viewport: Viewport) -> str:
    """Return the URL, as written, that the image shows on this canvas."""
    parent = node.parent
    if parent is not None and parent.tag == "picture":
        for sibling in _before(node):
            if sibling.tag == "source" and _applies(sibling, viewport):
                chosen = _from_set(sibling.attributes, viewport)
                if chosen:
                    return chosen
    return _from_set(node.attributes, viewport) or node.attributes.get("src", "")


def _before(node: HtmlNode) -> list[HtmlNode]:
    """Return the elements before one under the same parent, where they are not too many to look at."""
    try:
        BUDGET.step(node.index)
    except Exhausted:
        return []
    return node.siblings[: node.index]


def _applies(source: HtmlNode, viewport: Viewport) -> bool:
    kind = source.attributes.get("type", "").strip().lower()
    media = source.attributes.get("media", "")
    if kind and kind not in KNOWN_TYPES:
        return False
    tokens = tokenize(media)
    return bool(media_query_list(tokens)(viewport)) if media.strip() else True


def _from_set(attributes: dict[str, str], viewport: Viewport) -> str:
    """Return the candidate nearest above the device's density, the densest where none reaches it."""
    candidates = []
    for match in _CANDIDATE.finditer(attributes.get("srcset", "")):
        density = _density(match[2] or "", attributes.get("sizes", ""), viewport)
        if density is not None:
            candidates.append((density, match[1]))
    if attributes.get("src") and candidates and all(density > 1 for density, _ in candidates):
        candidates.append((1.0, attributes["src"]))
    candidates.sort(key=lambda c: c[0])
    enough = [href for density, href in candidates if density >= viewport.dpr]
    return enough[0] if enough else candidates[-1][1] if candidates else ""


def _density(descriptor: str, sizes: str, viewport: Viewport) -> float | None:
    if not descriptor.strip():
        return 1.0
    match = _DESCRIPTOR.fullmatch(descriptor.strip())
    if match is None:
        return None
    number = float(match[1])
    if match[2] == "x":
        return number
    width = _source_size(sizes, viewport)
    return number / width if width else None


def _source_size(sizes: str, viewport: Viewport) -> float:
    """Return the px of the first entry of `sizes` whose media condition holds; the viewport's width else."""
    context = Context(viewport)
    for entry in sizes.split(","):
        tokens = Cursor(tokenize(entry)).tokens
        if not tokens:
            continue
        try:
            cursor = Cursor(tokens[-1:])
            px: float = resolve(length_px(cursor, 0), context)
        except InvalidValue:
            continue
        if len(tokens) == 1 or media_query_list(tokens[:-1])(viewport):
            return px
    return viewport.width


_PICTURES = frozenset(("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "bmp", "ico"))
_FILES = {"video": "poster", "embed": "src", "object": "data"}


def picture_of(node: HtmlNode) -> str:
    """Return the picture, as written, that a poster, an `<object>` or an `<embed>` is; "" for none."""
    name = _FILES.get(node.tag)
    href = node.attributes.get(name, "").strip() if name is not None else ""
    if not href or node.tag == "video":
        return href
    kind = _type_of(node, href)
    return href if kind in KNOWN_TYPES or kind in _PICTURES else ""


def is_svg_frame(node: HtmlNode) -> bool:
    """Return whether an `<object>` or `<embed>` is an SVG file, which lies in it as in a window."""
    href = picture_of(node)
    return bool(href) and node.tag != "video" and _type_of(node, href) in ("image/svg+xml", "svg")


def _type_of(node: HtmlNode, href: str) -> str:
    """Return the type that the element or a data URL says, else the ending of the file's name."""
    kind = node.attributes.get("type", "").strip().lower()
    if not kind and href.startswith("data:"):
        kind = re.split("[;,]", href[5:], maxsplit=1)[0].strip().lower()
    return kind or urlsplit(href).path.rpartition(".")[2].lower()


def with_source(node: HtmlNode, viewport: Viewport, base: str) -> dict[str, str]:
    """Return attributes of an `<img>` with the chosen file as `src`, against the `<base>` if there is one."""
    source = picture_of(node) or image_source(node, viewport)
    if base:
        source = resolve_url(source, base)
    return node.attributes if source == node.attributes.get("src", "") else {**node.attributes, "src": source}


def apply_lost_images(
    root: HtmlNode, lost: frozenset[str], viewport: Viewport, base: str, report: Report
) -> None:
    """Do what `onerror` says where an image is `lost`; report what it says that is not understood."""
    for node in list(_images(root)):
        action = _action(node.attributes["onerror"])
        if action is None:
            message = (
                f"onerror of an image: {node.attributes['onerror'][:60]!r} is a script; see docs/templates.md"
            )
            report.add("warning", "html-unsupported-element", message, line=node.line, where="img")
        elif with_source(node, viewport, base).get("src", "") in lost:
            action(node)


def has_fallback(attributes: dict[str, str]) -> bool:
    """Tell whether an `<img>` says what to do without its file."""
    return "onerror" in attributes and _action(attributes["onerror"]) is not None


def _images(root: HtmlNode) -> Iterator[HtmlNode]:
    for node in root.subtree():
        if node.tag == "img" and node.attributes.get("onerror", "").strip():
            yield node


def _action(script: str) -> Callable[[HtmlNode], None] | None:
    script = _NO_LOOP.sub("", script)
    source = _SOURCE.fullmatch(script)
    if source is not None:
        href = source[1] or source[2] or ""
        return lambda node: _show(node, href)
    words = re.sub(r"\s+|;\s*$", "", script)
    if _REMOVE.fullmatch(words):
        return _remove
    if _REMOVE_PARENT.fullmatch(words):
        return lambda node: _remove(node.parent or node)
    return _hide if _HIDE.fullmatch(words) else None


def _remove(node: HtmlNode) -> None:
    parent = node.parent
    if parent is None or node not in parent.elements:
        return
    parent.children.remove(node)
    parent.elements.remove(node)
    for index, child in enumerate(parent.elements):
        child.index = index


def _hide(node: HtmlNode) -> None:
    style = node.attributes.get("style", "")
    node.attributes["style"] = f"{style};display:none" if style else "display:none"


def _show(node: HtmlNode, href: str) -> None:
    node.attributes["src"] = href
    node.attributes.pop("onerror")
