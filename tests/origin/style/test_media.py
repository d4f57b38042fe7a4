"""@media against `matchMedia()` of Chromium, and @supports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tinycss2

from emblazon_origin.style import Viewport
from emblazon_origin.style.syntax.conditions import media_query_list, supports

# A card has no screen behind it, runs no scripts and never updates.
DEVIATIONS = {
    "(scripting: enabled)", "(update: fast)", "(inverted-colors: none)", "(width > = 1px)",
    "(overflow-block: scroll)", "(overflow-inline: scroll)", "(device-width: 1200px)",
}  # fmt: skip


def test_media_queries_hold_when_they_hold_in_chromium(recorded: Callable[[str], Any]) -> None:
    data = recorded("media")
    viewport = Viewport(data["width"], data["height"])
    wrong = {
        query: expected
        for query, expected in data["cases"].items()
        if bool(media_query_list(tinycss2.parse_component_value_list(query))(viewport)) is not expected
        and query not in DEVIATIONS
    }
    assert wrong == {}


def test_dark_scheme_and_density_are_the_viewports() -> None:
    viewport = Viewport(100, 200, 2, "dark")
    for query in ("(prefers-color-scheme: dark)", "(min-resolution: 2dppx)", "(orientation: portrait)"):
        assert media_query_list(tinycss2.parse_component_value_list(query))(viewport)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(display: grid)", True), ("(display: nope)", False), ("not (display: nope)", True),
        ("(display: grid) and (color: oklch(0 0 0))", True), ("(nope: 1) or (gap: 1px)", True),
        ("selector(:has(a))", True), ("selector(:nope)", False), ("(--x: 1)", True),
        ("(writing-mode: tb)", True), ("(writing-mode: tb-lr)", False),
        ("((gap: 1px) and (not (gap: red)))", True), ("font-format(woff2)", True),
        ("(display: table)", True), ('font-format("woff2")', False), ("font-format()", False),
        ("font-format(woff2 woff)", False), ("font-format(nope)", False), ("font-tech(variations)", True),
        ('font-tech("variations")', False), ("not font-tech(color-svg)", True),
        ("at-rule(@layer)", True), ("at-rule(@nope)", False), ("at-rule(layer)", False),
    ],
)  # fmt: skip
def test_supports_asks_the_registry(condition: str, expected: bool) -> None:
    assert supports(tinycss2.parse_component_value_list(condition)) is expected
