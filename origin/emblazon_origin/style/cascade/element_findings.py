"""What is said of elements that are drawn otherwise than browsers draw them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...report import Report
from ..document.html import UNSUPPORTED_ELEMENTS
from ..document.image_source import picture_of
from ..values import value_types as v
from ..values.computed import ComputedStyle
from ..values.dom import FontFaceRule, HtmlNode
from .font_properties import Computed

_PARTS_WITHOUT_CONTAINMENT = (
    "table-caption", "table-row-group", "table-header-group", "table-footer-group",
)  # fmt: skip
_BUTTON_FACES = (0xEF, 0x6B)  # in a light and in a dark scheme


@dataclass(slots=True)
class ElementFindings:
    """The findings of one document's elements."""

    report: Report

    def of_faces(self, faces: Iterable[FontFaceRule]) -> None:
        """Say where a face for a range of slopes stands beside others of its family."""
        styles: dict[str, set[str]] = {}
        for face in faces:
            styles.setdefault(face.family.lower(), set()).add(face.style)
        for face in faces:
            if " " in face.style and len(styles[face.family.lower()]) > 1:
                message = f"which face of {face.family[:60]!r} fits is not told by its range of angles"
                self.report.add(
                    "warning", "css-unsupported-value", message, line=face.line, where="font-style"
                )

    def of(self, node: HtmlNode, *, shown: bool) -> None:
        """Look at an element for itself, whether it makes a box or not."""
        tag = node.tag
        if tag == "template" and "shadowrootmode" in node.attributes:
            self._of_element(node, "<template shadowrootmode>: shadow trees are not drawn")
        if shown and tag in UNSUPPORTED_ELEMENTS and tag != "script" and not picture_of(node):
            self._of_element(node, f"<{tag}>: {UNSUPPORTED_ELEMENTS[tag]}")

    def of_style(self, node: HtmlNode, computed: Computed) -> None:
        """Look at what an element that makes a box is styled with."""
        style = computed.style
        if node.tag == "button" and _looks_native(style):
            self._of_element(
                node, "<button>: the native look is not drawn; give it a border and a background of its own"
            )
        if computed.values.get("_webkit_line_clamp") and style.line_clamp is None:
            message = (
                "-webkit-line-clamp needs -webkit-box and -webkit-box-orient: vertical; line-clamp neither"
            )
            self._of_value(node, message, node.tag)
        if style.contain and style.display in _PARTS_WITHOUT_CONTAINMENT:
            message = f"contain does not work on {style.display}; put it on a box inside"
            self._of_value(node, message, "contain")

    def of_image(self, node: HtmlNode, attributes: Mapping[str, str]) -> None:
        """Say that an image without a source shows no alternative text; lazy ones are told of elsewhere."""
        waits = any(name.startswith("data-") for name in node.attributes)
        if not attributes.get("src") and node.attributes.get("alt") and not waits:
            self._of_element(node, "<img> has no src, and its alternative text is not drawn", "img")

    def of_cut_image(self, node: HtmlNode, style: ComputedStyle) -> None:
        """Say that a picture larger than its box is cut there, whatever margin it is given."""
        cuts = style.overflow_x == style.overflow_y == "clip" and style.object_fit in ("cover", "none")
        if cuts and style.overflow_clip_margin is not None:
            message = "a picture is cut at its content box; overflow: visible leaves it whole"
            self._of_value(node, message, "overflow-clip-margin")

    def of_svg_frame(self, node: HtmlNode, style: ComputedStyle) -> None:
        """Say that an SVG file in a frame of its own is not fitted as an image is."""
        if style.object_fit != "fill":
            message = f"object-fit of an SVG file in <{node.tag}> is not drawn; show the file in an <img>"
            self._of_value(node, message, "object-fit")

    def of_svg(self, node: HtmlNode, style: ComputedStyle) -> None:
        """Say where an inline SVG is cut on an axis on which it should not be, and what of it is left out."""
        if "visible" in (style.overflow_x, style.overflow_y) and style.overflow_x != style.overflow_y:
            self._of_value(node, "an <svg> is cut on both axes or on none", "overflow")
        for inner in node.subtree():
            if inner.tag == "foreignobject":
                message = "<foreignObject>: HTML inside SVG is not drawn"
                self._of_element(inner, message, "foreignObject")

    def of_replacement(self, node: HtmlNode, part: v.ContentImage) -> None:
        """Say that an element is replaced by files alone."""
        if not isinstance(part.image, v.Url):
            message = "an element is replaced by the picture of a file alone, not by a gradient"
            self._of_value(node, message, "content")

    def of_counted_items(self, node: HtmlNode, content: object) -> None:
        """Say where the number of a reversed list's item is asked for in `content`."""
        parts = content if isinstance(content, tuple) else ()
        if any(isinstance(part, tuple) and "list-item" in part[1:2] for part in parts) and _is_reversed(node):
            message = "counter(list-item) counts down in a reversed list; Chromium counts it down from 0"
            self._of_value(node, message, "content")

    def _of_element(self, node: HtmlNode, message: str, where: str = "") -> None:
        self.report.add(
            "warning", "html-unsupported-element", message, line=node.line, where=where or node.tag
        )

    def _of_value(self, node: HtmlNode, message: str, where: str) -> None:
        self.report.add("warning", "css-unsupported-value", message, line=node.line, where=where)


def _is_reversed(node: HtmlNode) -> bool:
    """Whether an element is in a reversed list, or is one."""
    lists = (node, node.parent)
    return any(item is not None and item.tag == "ol" and "reversed" in item.attributes for item in lists)


def _looks_native(style: ComputedStyle) -> bool:
    """Whether a button has the user agent's border and background: browsers draw it their own way."""
    top, right = style.border_top_style, style.border_right_style
    borders = {top, right, style.border_bottom_style, style.border_left_style}
    red, green, blue, _ = (round(channel * 255) for channel in style.background_color)
    return borders == {"outset"} and red == green == blue in _BUTTON_FACES and not style.background_layers
