"""What layout does not do as a browser would is said of the box that it happens to."""

from __future__ import annotations

from functools import cache

import pytest

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.text.fonts.font_library import FontLibrary


@cache
def engine() -> Engine:
    return Engine(FontLibrary(find_home().fonts))


def findings(html: str) -> list[tuple[str, str]]:
    report = Report()
    engine().draw(RenderRequest(html, base="", file="", width=300, height=200), report)
    return [(finding.code, finding.where) for finding in report.diagnostics]


COLUMNS = "<div style='columns: 2'>{}</div>"


@pytest.mark.parametrize(
    ("html", "where"),
    [
        (COLUMNS.format("<div style='columns: 2'>a<br>b</div>c"), "columns"),
        ("<div style='columns: 2; text-box: trim-both cap alphabetic'>a<br>b</div>", "text-box-trim"),
        (COLUMNS.format("<div style='height: 90px; align-content: end'>a</div>b"), "align-content"),
        (
            COLUMNS.format("<div style='height: 90px'>a<p style='column-span: all'>b</p>c</div>"),
            "column-span",
        ),
        (COLUMNS.format("<div style='display: flex'><p style='height: 90px'>a</p></div>b"), "columns"),
        (
            COLUMNS.format("<div style='height: 90px; background: linear-gradient(red, blue)'></div>"),
            "background",
        ),
        (COLUMNS.format("<div style='height: 90px; transform: rotate(9deg)'></div>"), "transform"),
    ],
)
def test_what_columns_do_not_do_is_said_once(html: str, where: str) -> None:
    assert findings(html) == [("css-unsupported-value", where)]


def test_plain_columns_have_nothing_to_say() -> None:
    inside = "<p style='height: 40px'>a</p><h2 style='column-span: all'>b</h2><div><p>c<p>d</div>"
    assert findings(COLUMNS.format(inside)) == []


PICTURE = (
    "<div style='display: {}'><img {} src=\"data:image/svg+xml,%3Csvg "
    "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'/%3E\"></div>"
)


def test_pictures_that_take_no_room_are_said() -> None:
    assert findings(PICTURE.format("inline-block", "")) == [("image-without-size", "img")]
    assert findings(PICTURE.format("inline-block", "height=20") + PICTURE.format("flex", "")) == []


TABLE = (
    "<table style='border-collapse: {}'>"
    "<tr><td style='border: 1px solid; position: {}; background: {}'>a</table>"
)


def test_a_positioned_cell_that_hides_collapsed_borders_is_reported() -> None:
    assert findings(TABLE.format("collapse", "relative", "red")) == [
        ("css-unsupported-value", "border-collapse")
    ]


@pytest.mark.parametrize(
    "values",
    [
        ("separate", "relative", "red"),
        ("collapse", "static", "red"),
        ("collapse", "relative", "none"),
    ],
)
def test_borders_that_show_have_nothing_to_say(values: tuple[str, str, str]) -> None:
    assert findings(TABLE.format(*values)) == []


OVERLAPPING = (
    "<table style='border-collapse: {}'><style>td {{ border: 1px solid }}</style>"
    "<tr><td>a<td rowspan={}>b<tr><td colspan={}>c</table>"
)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (("collapse", 2, 2), [("css-unsupported-value", "border-collapse")]),
        (("separate", 2, 2), []),
        (("collapse", 2, 1), []),
        (("collapse", 1, 2), []),
    ],
)
def test_collapsed_borders_of_cells_over_each_other_are_told(
    values: tuple[str, int, int], told: list[tuple[str, str]]
) -> None:
    assert findings(OVERLAPPING.format(*values)) == told


ANCHORED = "<i style='position: absolute; left: anchor(--a right)'>x</i>"


@pytest.mark.parametrize(
    "around",
    [
        "<div style='transform: scale(2); width: 9px; anchor-name: --a'>a</div>",
        "<div style='rotate: 9deg'><p style='anchor-name: --a'>a</p></div>",
        "<div style='columns: 2'><p style='anchor-name: --a'>a</p></div>",
    ],
)
def test_an_anchor_that_is_seen_elsewhere_is_told(around: str) -> None:
    assert findings(around + ANCHORED) == [("css-unsupported-value", "anchor-name")]


def test_a_plain_anchor_has_nothing_to_say() -> None:
    assert findings("<p style='anchor-name: --a'>a</p>" + ANCHORED) == []
