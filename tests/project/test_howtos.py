"""The how-to pages are followed to the letter: their code does what they say."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.cli import main
from emblazon_origin.report import Report
from emblazon_origin.style import Viewport, style_document
from emblazon_origin.style.syntax import registry
from emblazon_origin.style.values.calculation import angle
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import Element

ROOT = Path(__file__).parents[2]


def blocks(page: str, language: str) -> list[str]:
    """Return a page's code blocks of a language, without the list's indentation."""
    text = (ROOT / "docs" / "howto" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block) for block in found]


def test_template_of_the_page_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "templates" / "notice"
    folder.mkdir(parents=True)
    (tmp_path / "fonts").symlink_to(ROOT / "fonts")
    for name, language in (("card.toml", "toml"), ("card.html", "html"), ("preview.json", "json")):
        (folder / name).write_text(blocks("template.md", language)[0], encoding="utf-8")
    monkeypatch.setenv("EMBLAZON_HOME", str(tmp_path))
    assert main(["render", "notice", "--preview", "-o", str(tmp_path / "card.png")]) == 0
    with Image.open(tmp_path / "card.png") as picture:
        colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20) or []}
    assert {(0x11, 0x22, 0x33), (255, 255, 255)} <= colors


def test_row_of_the_page_is_a_property(monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = blocks("css-property.md", "python")
    rows = dict(registry.PROPERTIES), dict(registry.LONGHANDS)
    try:
        exec(row, {"longhand": registry.longhand, "angle": angle})  # noqa: S102 - the page's own line
        monkeypatch.setattr(ComputedStyle, "tilt", None, raising=False)
        html = "<style>p { --turn: 5deg; tilt: var(--turn) } i { tilt: inherit }</style><p><i></i></p><b></b>"
        document = style_document(html, base="", viewport=Viewport(100, 100), report=Report())
    finally:
        for name in registry.PROPERTIES.keys() - rows[0].keys():
            del registry.PROPERTIES[name]
        for key in registry.LONGHANDS.keys() - rows[1].keys():
            del registry.LONGHANDS[key]
    tilts = {element.tag: vars(element.style).get("tilt") for element in elements(document.root)}
    assert (tilts["p"], tilts["i"], tilts["b"]) == (5.0, 5.0, None)


def elements(root: Element) -> list[Element]:
    return [root] + [e for child in root.children if isinstance(child, Element) for e in elements(child)]
