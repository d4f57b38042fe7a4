"""Selectors against `Element.matches()` of Chromium, specificity, and bounded matching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import tinycss2

from emblazon_origin.report import Report
from emblazon_origin.style.document.html import parse_html
from emblazon_origin.style.selectors import InvalidSelector, parse_selector_list
from emblazon_origin.style.values.dom import HtmlNode

# `:scope` and `&` differ in a style sheet; the others follow the specification.
DEVIATIONS = {
    "[type=text s]", "p::before:hover", ":scope", "&", "& p",
}  # fmt: skip


def nodes(root: HtmlNode) -> Iterator[HtmlNode]:
    yield root
    for child in root.elements:
        yield from nodes(child)


@pytest.mark.parametrize("name", ["selectors", "form_states"])
def test_selectors_match_what_chromium_matches(name: str, recorded: Callable[[str], Any]) -> None:
    data = recorded(name)
    document = parse_html(f"<!doctype html><body>{data['body']}<pre></pre><script></script>", Report()).root
    body = document.elements[1]
    elements = list(nodes(body))[1:-2]
    wrong = {}
    for text, expected in data["cases"].items():
        try:
            selectors = parse_selector_list(tinycss2.parse_component_value_list(text))
            got = "".join(
                "1" if any(s.matches(e) and not s.pseudo for s in selectors) else "0" for e in elements
            )
        except InvalidSelector:
            got = "invalid"
        if got != expected and text not in DEVIATIONS:
            wrong[text] = (got, expected)
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "specificity"),
    [
        ("*", (0, 0, 0)), ("p", (0, 0, 1)), (".a.b", (0, 2, 0)), ("#a p::before", (1, 0, 2)),
        (":is(#a, p)", (1, 0, 0)), (":where(#a)", (0, 0, 0)), (":not(.a, p)", (0, 1, 0)),
        ("[a]:hover", (0, 2, 0)), (":nth-child(2 of #a, .b)", (1, 1, 0)), ("a:has(> #b)", (1, 0, 1)),
    ],
)  # fmt: skip
def test_specificity(text: str, specificity: tuple[int, int, int]) -> None:
    (selector,) = parse_selector_list(tinycss2.parse_component_value_list(text))
    assert selector.specificity == specificity


def test_nested_selectors_take_the_specificity_of_their_parents() -> None:
    parents = parse_selector_list(tinycss2.parse_component_value_list("#a, p"))
    (selector,) = parse_selector_list(tinycss2.parse_component_value_list("& > b"), parents)
    assert selector.specificity == (1, 0, 1)


def test_an_ampersand_counts_as_nesting_even_where_its_selector_is_dropped() -> None:
    parents = parse_selector_list(tinycss2.parse_component_value_list("#none"))
    root = parse_html("<!doctype html><body><p class=a>", Report()).root
    (paragraph,) = root.elements[1].elements
    for text in (":is(.a, !&)", ":is(.a, :unknown(div, &))"):
        (selector,) = parse_selector_list(tinycss2.parse_component_value_list(text), parents)
        assert selector.matches(paragraph), text
