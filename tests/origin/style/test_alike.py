"""Elements that are alike are styled once, and elements that only look alike are not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sweeps import examples

from emblazon_origin.report import Report
from emblazon_origin.style.cascade.alike import Matching
from emblazon_origin.style.cascade.sheets import Loaded, build_cascade
from emblazon_origin.style.cascade.winners import cascaded_values
from emblazon_origin.style.document.html import parse_html
from emblazon_origin.style.syntax.stylesheet import parse_stylesheet
from emblazon_origin.style.values import budget
from emblazon_origin.style.values.budget import BUDGET
from emblazon_origin.style.values.units import Viewport

STYLE = "<!doctype html><style>.a { margin: 1px } .b > i { color: red } details > p { color: blue }</style>"


@pytest.mark.parametrize(
    "item", ["<p class=a><i>x</i></p>", "<p style='margin: 2px'><i>x</i></p>", "<p class=b><i>x</i></p>"]
)
def test_however_many_are_alike_their_declarations_are_merged_once(
    style: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, item: str
) -> None:
    merged = 0

    def counted(*given: Any) -> Any:
        nonlocal merged
        merged += 1
        return cascaded_values(*given)

    monkeypatch.setattr("emblazon_origin.style.cascade.walk.cascaded_values", counted)
    style(STYLE + item)
    of_one, merged = merged, 0
    page = style(STYLE + item * 300)
    assert merged == of_one
    assert len({id(element.style) for element in page.all("p")}) == 1


def test_a_rule_that_looks_at_the_parent_tells_elements_of_a_kind_apart(style: Callable[..., Any]) -> None:
    page = style(STYLE + "<p class=b><i>x</i></p><p class=a><i>x</i></p><p class=b><i>x</i></p>")
    assert [i.style.color.r for i in page.all("i")] == [1.0, 0.0, 1.0]


SELECTORS = (
    ".a", "div", "#x", ".a.b", ".a > .b", "div .b", "div > p .a", ".a p > .b", "p + .a", ".b ~ p",
    ":first-child", "div:has(.a)", ".a :nth-child(2n)", "[title=t]", "[title] .a", ".b[title] > p", "* .a",
    "* > p", "p:not(.a)", ".a::before", "div > .b::after", ".a .b { & { top: 0 } } .z",
    ".a { & > p, .b & { top: 0 } } .z",
)  # fmt: skip


def test_kinds_of_elements_match_what_each_of_them_would() -> None:
    random = Random(4)  # noqa: S311
    for _ in range(examples(60)):
        sheet = "".join(f"{selector} {{ left: 0 }}" for selector in random.sample(SELECTORS, 8))
        tags = random.choices(("<div{}>", "<p{}>", "<span{}>", "</div>"), k=25)
        shapes = (" class=a", " class=b", " class='b a'", " title=t class=b", " title=u", " id=x", "")
        html = "<!doctype html>" + "".join(tag.format(random.choice(shapes)) + "." for tag in tags)
        rules = build_cascade([Loaded(parse_stylesheet(sheet))], Viewport(100, 100)).rules
        matching = Matching(rules, lambda *_: False)
        BUDGET.reset()
        for node in parse_html(html, Report()).root.subtree():
            for pseudo in ("", "before", "after"):
                assert matching.match(node, pseudo) == rules.match(node, pseudo), (sheet, html)


def test_beyond_so_many_styles_of_their_own_elements_have_the_user_agents(
    style: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "OWN_STYLES", 20)
    page = style("<!doctype html>" + "".join(f"<p style=top:{n}px>x" for n in range(40)))
    tops = [p.style.top for p in page.all("p")]
    assert (tops[0].px, tops[-1]) == (0, "auto")
    assert {p.style.display for p in page.all("p")} == {"block"}
    assert [finding.code for finding in page.diagnostics] == ["limit"]
    assert style("<!doctype html>" + "<p style=top:1px>x" * 40).diagnostics == []


def test_what_is_inside_of_a_closed_details_stays_hidden(style: Callable[..., Any]) -> None:
    page = style(STYLE + "<p>x</p><details><summary>s</summary><p>y</p></details><details open><p>z</p>")
    assert [p.children[0].data for p in page.all("p")] == ["x", "z"]


def test_what_an_element_is_alone_is_not_handed_to_those_of_its_rules(style: Callable[..., Any]) -> None:
    page = style("<!doctype html><style>p { width: attr(data-w type(<length>)) }</style>"
                 "<p data-w=1px>a</p><p data-w=2px>b</p><p lang=de data-w=3px>c</p>")  # fmt: skip
    assert [p.style.width.px for p in page.all("p")] == [1, 2, 3]
    page = style("<!doctype html><p>a</p><p lang=de>b</p><p>c</p>")
    assert [p.style.lang for p in page.all("p")] == [page["html"].lang, "de", page["html"].lang]
