"""Inline SVG over a copy of the pixels below it: blend modes in it mix with the page (Compositing 1 §3)."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

from lxml import etree

from ...assets.svg import view_box
from ..raster.geometry import IntRect
from ..raster.surface import Surface

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def data_url(surface: Surface) -> str:
    """Return a surface's pixels as a PNG in a data: URL."""
    buffer = io.BytesIO()
    surface.image().save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def svg_document(width: int, height: int, content: str) -> str:
    """Return an SVG document whose user space is device pixels."""
    return (
        f'<svg xmlns="{NAMESPACE}" xmlns:xlink="{XLINK}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{content}</svg>'
    )


def over_backdrop(markup: str, below: Surface, box: IntRect) -> str:
    """Return an inline SVG, as large as `box`, with what is `below` as the first thing that it draws."""
    root = etree.fromstring(markup)
    across, down = viewport_transform(root, *box.size)
    root.set("width", str(box.width))
    root.set("height", str(box.height))
    back = (
        f"matrix({1 / across.scale} 0 0 {1 / down.scale} "
        f"{across.origin - across.shift / across.scale} {down.origin - down.shift / down.scale})"
    )
    place = {"x": below.box.left - box.left, "y": below.box.top - box.top}
    place |= {"width": below.box.width, "height": below.box.height}
    group = etree.Element(f"{{{NAMESPACE}}}g", transform=back)
    image = etree.SubElement(group, f"{{{NAMESPACE}}}image", preserveAspectRatio="none")
    for name, value in place.items():
        image.set(name, str(value))
    image.set(f"{{{XLINK}}}href", data_url(below))
    root.insert(0, group)
    return str(etree.tostring(root, encoding="unicode"))


class ViewportAxis(NamedTuple):
    """user → device along one axis: (value − origin) · scale + shift."""

    origin: float
    scale: float
    shift: float


def viewport_transform(
    root: etree._Element, width: float, height: float
) -> tuple[ViewportAxis, ViewportAxis]:
    """Return how an SVG's user space lies in a viewport, by viewBox and preserveAspectRatio (SVG 2 §8.2)."""
    view = view_box(root)
    if view is None or view[2] <= 0 or view[3] <= 0:
        natural = [number(root.get(name)) for name in ("width", "height")]
        view = (0.0, 0.0, natural[0] or width, natural[1] or height)
        words = ["none"]
    else:
        words = (root.get("preserveAspectRatio") or "xMidYMid").split()
    scales = width / view[2], height / view[3]
    if words[0] == "none":
        return ViewportAxis(view[0], scales[0], 0.0), ViewportAxis(view[1], scales[1], 0.0)
    scale = max(scales) if "slice" in words else min(scales)
    across = {"xMin": 0.0, "xMax": 1.0}.get(words[0][:4], 0.5) * (width - view[2] * scale)
    down = {"YMin": 0.0, "YMax": 1.0}.get(words[0][4:8], 0.5) * (height - view[3] * scale)
    return ViewportAxis(view[0], scale, across), ViewportAxis(view[1], scale, down)


def number(text: str | None) -> float | None:
    """Return a size in px; None where there is none, or a percentage."""
    try:
        value = float((text or "").strip().removesuffix("px"))
    except ValueError:
        return None
    return value if value > 0 else None
