"""Which doctypes put a document in quirks mode, as Chromium's `document.compatMode` and its lines tell."""

from __future__ import annotations

import pytest

from emblazon_origin.report import Report
from emblazon_origin.style.cascade import quirks
from emblazon_origin.style.document.doctype import quirks_of
from emblazon_origin.style.style_document import style_document
from emblazon_origin.style.values.dom import Element, Text
from emblazon_origin.style.values.units import Viewport

DTD = '"-//W3C//DTD '


@pytest.mark.parametrize(
    ("doctype", "mode"),
    [
        ("", "full"),
        ("<!DOCTYPE html>", "none"),
        ("<!-- a --> <!doctype HTML >", "none"),
        ("<!DOCTYPE quirks>", "full"),
        ('<!DOCTYPE html SYSTEM "about:legacy-compat">', "none"),
        (f'<!DOCTYPE html PUBLIC {DTD}HTML 4.01//EN">', "none"),
        (f'<!DOCTYPE HTML PUBLIC {DTD}HTML 4.01 Transitional//EN">', "full"),
        (f'<!DOCTYPE HTML PUBLIC {DTD}HTML 4.01 Transitional//EN" "http://www.w3.org/TR/x.dtd">', "limited"),
        (f'<!DOCTYPE html PUBLIC {DTD}XHTML 1.0 Transitional//EN" "x.dtd">', "limited"),
        (f'<!DOCTYPE html PUBLIC {DTD}XHTML 1.0 Strict//EN" "x.dtd">', "none"),
        (f'<!DOCTYPE html PUBLIC {DTD}HTML 3.2 Final//EN">', "full"),
    ],
)
def test_mode_of_a_document(doctype: str, mode: str) -> None:
    assert quirks_of(f"{doctype}<p>text") == mode


@pytest.mark.parametrize(("doctype", "lines"), [("", 0), ("<!doctype html>", 1)])
def test_a_table_without_a_doctype_has_no_lines_from_around(doctype: str, lines: int) -> None:
    html = f"{doctype}<div style='text-decoration: underline'><table><tr><td>x</table></div>"
    document = style_document(html, base="", viewport=Viewport(300, 200), report=Report())
    stack = [document.root]
    while (element := stack.pop()).tag != "td":
        stack += [child for child in element.children if isinstance(child, Element)]
    assert len(element.style.text_decorations) == lines


def test_what_a_body_begins_with_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    is_nothing = quirks._is_nothing

    def counted(sibling: Element | Text) -> bool:
        nonlocal looks
        looks += 1
        return is_nothing(sibling)

    monkeypatch.setattr(quirks, "_is_nothing", counted)
    count = 300
    html = "<i style='float:left'>x</i>" * count + "<p>y</p>" * count
    style_document(html, base="", viewport=Viewport(300, 200), report=Report())
    assert count < looks < 3 * count
