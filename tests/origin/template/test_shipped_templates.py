"""The shipped templates: nothing in a parameter is ever markup, and missing fields leave nothing behind."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon.contract.params import check_params
from emblazon.contract.problem import Problem
from emblazon.contract.schema import ParamSpec, ParamValue
from emblazon_origin.template import TemplateLibrary
from emblazon_origin.template.fitting import SOFT_HYPHEN

TEMPLATES = Path(__file__).parents[3] / "templates"
LIBRARY = TemplateLibrary(TEMPLATES, lambda families: "|".join(families))
NAMES = tuple(LIBRARY.specs)
HOSTILE = "</style><script>alert(1)</script>{{7*7}}{% if x %}\"'><b>&amp; */ } \\"


class Shape(HTMLParser):
    """The tags of a document with their attribute names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def value_for(spec: ParamSpec, text: str) -> ParamValue:
    """A value of the parameter's type with as much of `text` as its schema lets through."""
    values: dict[str, ParamValue] = {
        "number": 4.5, "integer": 7, "boolean": True, "color": "#b3401f", "date": "2026-11-22",
        "url": "https://example.com/a.png", "list": (text[:30] or "x",),
    }  # fmt: skip
    return values.get(spec.type, text[: spec.max_length] or "x")


def filled(name: str, text: str) -> dict[str, ParamValue]:
    return {param: value_for(spec, text) for param, spec in LIBRARY.specs[name].params.items()}


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_in_every_parameter_is_drawn_literally(name: str) -> None:
    plain = Shape(LIBRARY.bind(name, filled(name, "a" * len(HOSTILE))).html)
    hostile = Shape(LIBRARY.bind(name, filled(name, HOSTILE)).html)
    assert hostile.tags == plain.tags
    assert HOSTILE in [text.replace(SOFT_HYPHEN, "") for text in hostile.text]


@settings(max_examples=examples(40))
@given(st.sampled_from(NAMES), st.text(max_size=80), st.sampled_from(["", "ar", "ja", "th", "xx-Latn"]))
def test_any_text_that_the_edge_lets_through_binds(name: str, text: str, lang: str) -> None:
    try:
        params = check_params(LIBRARY.specs[name], filled(name, text))
    except Problem:
        return
    shape = Shape(LIBRARY.bind(name, params, lang=lang).html)
    assert not [tag for tag, _ in shape.tags if tag in ("script", "b", "iframe")]


@pytest.mark.parametrize("name", NAMES)
def test_every_optional_parameter_may_be_missing_alone(name: str) -> None:
    spec = LIBRARY.specs[name]
    everything = filled(name, "Words")
    for missing in [param for param, schema in spec.params.items() if not schema.required]:
        given_params = {param: value for param, value in everything.items() if param != missing}
        html = LIBRARY.bind(name, given_params).html
        assert "None" not in html
        assert "Words" in html


class Empties(HTMLParser):
    """The elements of a document that hold neither text nor another element."""

    MATTER = frozenset({"header", "footer", "p", "figure", "pre", "ul", "ol", "svg"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = ""  # the element that has just begun
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag

    def handle_data(self, data: str) -> None:
        self._open = "" if data.strip() else self._open

    def handle_endtag(self, tag: str) -> None:
        if self._open == tag and tag in self.MATTER:
            self.found.append(tag)
        self._open = ""


@pytest.mark.parametrize("name", NAMES)
def test_bare_card_has_no_empty_elements(name: str) -> None:
    spec = LIBRARY.specs[name]
    required = {param: "Words" for param, schema in spec.params.items() if schema.required}
    html = LIBRARY.bind(name, required).html
    assert Empties(html).found == []
    assert "<img" not in html
