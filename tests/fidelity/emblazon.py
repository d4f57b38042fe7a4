"""The corpus drawn by Emblazon."""

from __future__ import annotations

from functools import cache

from PIL import Image

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.text.fonts.font_library import FontLibrary

from .corpus import HEIGHT, WIDTH, Case


@cache
def engine() -> Engine:
    """Return the engine that draws every case."""
    return Engine(FontLibrary(find_home().fonts), outside=True)


def draw(case: Case) -> Image.Image:
    """Draw one case as RGB on white."""
    request = RenderRequest(
        html=case.path.read_text(encoding="utf-8"),
        base=str(case.path.parent),
        file=str(case.path),
        width=WIDTH,
        height=HEIGHT,
        dpr=case.scale,
    )
    picture = engine().draw(request)
    flat = Image.new("RGBA", picture.size, "white")
    flat.alpha_composite(picture.convert("RGBA"))
    return flat.convert("RGB")
