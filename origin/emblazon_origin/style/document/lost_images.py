"""`onerror` of an `<img>` whose file could not be had: the few words that authors write there, no scripts.

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

from ...report import Report
from ..values.node import HtmlNode
from ..values.units import Viewport
from .image_source import with_source

_NO_LOOP = re.compile(r"(?<!\s)\s*+this\.onerror\s*+=\s*+(?:null|''|\"\")\s*;?", re.IGNORECASE)
_REMOVE = re.compile(
    r"this\.remove\(\)|this\.outerHTML=(?:''|\"\")|this\.parent(?:Node|Element)\.removeChild\(this\)"
)
_REMOVE_PARENT = re.compile(r"this\.parent(?:Node|Element)\.remove\(\)")
_HIDE = re.compile(r"this\.hidden=(?:true|1)|this\.style\.display=(?:'none'|\"none\")")
_SOURCE = re.compile(r"""\s*this\.src\s*=\s*(?:'([^']*)'|"([^"]*)")\s*;?\s*""")


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
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == "img" and node.attributes.get("onerror", "").strip():
            yield node
        stack.extend(node.elements)


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
