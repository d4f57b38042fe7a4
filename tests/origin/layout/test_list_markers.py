"""Markers of list items take the text properties of `::marker`."""

from __future__ import annotations

from functools import cache

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.text.fonts.font_library import FontLibrary


@cache
def engine() -> Engine:
    return Engine(FontLibrary(find_home().fonts))


def drawn(css: str) -> bytes:
    html = f"<style>ol {{ font: 30px Inter; {css} }}</style><ol><li>first<li>second</ol>"
    return engine().draw(RenderRequest(html, "", width=300, height=200)).tobytes()


def test_a_marker_outside_is_written_as_its_own_text_transform_says() -> None:
    upper = drawn("list-style: upper-roman outside")
    assert drawn("list-style: lower-roman outside } ::marker { text-transform: uppercase") == upper
    assert (
        drawn("list-style: upper-roman outside; text-transform: lowercase } li { text-transform: none")
        == upper
    )
