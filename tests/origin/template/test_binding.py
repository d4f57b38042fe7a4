"""Binding: values are drawn literally, wherever they stand, and templates stay inside their limits."""

from __future__ import annotations

import gc
import itertools
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import tinycss2

from emblazon_origin.errors import CardError, TemplateError
from emblazon_origin.template import TemplateLibrary
from emblazon_origin.template import environment as template_environment

MakeLibrary = Callable[..., TemplateLibrary]

CARD_TOML = """
variants = ["night"]
[params.title]
required = true
max_length = 100000
[params.accent]
type = "color"
default = "#112233"
[params.font]
[params.size]
type = "number"
[params.names]
type = "list"
[params.sale]
type = "boolean"
"""


@pytest.fixture
def make(tmp_path: Path) -> MakeLibrary:
    """Build a library with one template, `card`, from its HTML."""

    def build(html: str, toml: str = CARD_TOML, **files: str) -> TemplateLibrary:
        folder = tmp_path / "card"
        folder.mkdir(exist_ok=True)
        (folder / "card.html").write_text(html, "utf-8")
        (folder / "card.toml").write_text(toml, "utf-8")
        for name, text in files.items():
            (folder / name.replace("__", ".")).write_text(text, "utf-8")
        return TemplateLibrary(tmp_path, lambda families: "|".join(families))

    return build


def test_a_template_with_macros_leaves_nothing_to_the_collector(make: MakeLibrary) -> None:
    library = make(
        '{% import "emblazon/kit.html" as kit with context %}'
        "{% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}"
        '{% from "part.html" import twice %}{{ kit.face(title, "") }}{{ twice(bold(title)) }}',
        part__html="{% macro once(x) %}{{ x }}{% endmacro %}"
        "{% macro twice(x) %}{{ once(x) }}{{ once(x) }}{% endmacro %}",
    )
    library.bind("card", {"title": "First"})
    gc.collect()
    html = library.bind("card", {"title": "Second"}).html
    assert gc.collect() == 0
    assert html.endswith("<b>Second</b><b>Second</b>")


class Elements(HTMLParser):
    """Tags and text of a document, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "title",
    [
        "{{7*7}}",
        "{% for x in range(9) %}x{% endfor %}",
        "{# gone? #}",
        "</style><script>alert(1)</script>",
        "<b>bold</b> & \"quoted\" 'too'",
        "a%20b &amp; c",
        "\\41 url(x) */ {} ;",
    ],
)
def test_markup_and_template_syntax_in_a_value_are_drawn_literally(make: MakeLibrary, title: str) -> None:
    library = make("<p title='{{ title }}'>{{ title }}</p>")
    document = Elements(library.bind("card", {"title": title}).html)
    assert document.tags == ["p"]
    assert document.text == title


HOSTILE_CSS = [
    "red} body{display:none} p{color:blue",
    "x; background: url(http://evil.example/)",
    '"; } * { color: red',
    "a\\",
    "*/ } x /*",
    "</style><script>alert(1)</script>",
    "<!-- --> url(javascript:1)",
    "a\nb",
]


@pytest.mark.parametrize("value", HOSTILE_CSS)
def test_value_in_a_style_element_cannot_leave_its_declaration(make: MakeLibrary, value: str) -> None:
    library = make("<style>p { font-family: {{ font }}, serif; }</style><p>{{ title }}</p>")
    html = library.bind("card", {"title": "x", "font": value}).html
    assert Elements(html).tags == ["style", "p"]
    css = re.search("<style>(.*)</style>", html, re.DOTALL)
    assert css is not None
    rules = tinycss2.parse_stylesheet(css[1], skip_whitespace=True)
    assert [rule.type for rule in rules] == ["qualified-rule"]
    declarations = tinycss2.parse_blocks_contents(rules[0].content, skip_whitespace=True)
    assert [declaration.name for declaration in declarations] == ["font-family"]
    assert not [token for token in declarations[0].value if token.type in ("url", "function", "error")]


@pytest.mark.parametrize("value", HOSTILE_CSS)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_value_in_a_style_attribute_cannot_leave_its_declaration(
    make: MakeLibrary, value: str, quote: str
) -> None:
    library = make(f"<p style={quote}font-family: {{{{ font }}}}{quote}>{{{{ title }}}}</p>")
    html = library.bind("card", {"title": "<i>", "font": value}).html
    document = Elements(html)
    assert (document.tags, document.text) == (["p"], "<i>")
    style = html.split(quote)[1]
    declarations = tinycss2.parse_blocks_contents(style, skip_whitespace=True)
    assert [declaration.name for declaration in declarations] == ["font-family"]


@pytest.mark.parametrize("value", HOSTILE_CSS)
def test_value_in_a_css_string_or_url_reads_back_as_it_was(make: MakeLibrary, value: str) -> None:
    library = make("<style>p::before { content: \"{{ font }}\"; background: url('{{ font }}') }</style>")
    html = library.bind("card", {"title": "x", "font": value}).html
    rule = tinycss2.parse_one_rule(html.removeprefix("<style>").removesuffix("</style>"))
    content, background = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
    assert [token.value for token in content.value if token.type == "string"] == [value]
    assert [
        token.arguments[0].value if token.type == "function" else token.value
        for token in background.value
        if token.type in ("function", "url")
    ] == [value]


def test_colours_and_numbers_go_into_css_as_they_are(make: MakeLibrary) -> None:
    toml = CARD_TOML + "[fallback]\nsize = 1\n"
    library = make(
        "<style>p { color: {{ accent }}; width: {{ size }}px; height: {{ size * 2 }}px }</style>", toml
    )
    assert (
        "color: #112233; width: 2.5px; height: 5.0px"
        in library.bind("card", {"title": "x", "size": 2.5}).html
    )


def test_escaping_for_css_ends_with_the_style_and_begins_again(make: MakeLibrary) -> None:
    library = make(
        "<style>a{}</style><p>{{ title }}</p><p style='x: {{ title }}'>{{ title }}</p>"
        "<STYLE media=x>{{ title }}</STYLE><!-- <style> -->{{ title }}"
    )
    html = library.bind("card", {"title": "a<b"}).html
    assert re.findall(r"a(?:&lt;|\\3c )b", html) == ["a&lt;b", "a\\3c b", "a&lt;b", "a\\3c b", "a&lt;b"]


def test_author_may_vouch_for_css_with_safe(make: MakeLibrary) -> None:
    library = make("<style>p { margin: {{ '1px 2px'|safe }}; color: {{ 'a b' }} }</style>")
    assert "margin: 1px 2px; color: a\\20 b" in library.bind("card", {"title": "x"}).html


def test_values_that_are_not_given_are_empty_of_their_type(make: MakeLibrary) -> None:
    library = make("[{{ font }}|{{ names|length }}|{{ sale }}|{{ size is none }}|{{ accent }}]")
    assert library.bind("card", {"title": "x"}).html == "[|0|False|True|#112233]"


def test_size_language_direction_and_variant_are_at_hand(make: MakeLibrary) -> None:
    library = make("{{ card.width }}x{{ card.height }} {{ card.lang }} {{ card.dir }} {{ card.variant }}")
    assert library.bind("card", {"title": "x"}).html == "1200x630  ltr "
    bound = library.bind("card", {"title": "x"}, lang="ar", variant="night", width=600, height=315)
    assert bound.html == "600x315 ar rtl night"
    assert (bound.lang, bound.dir, bound.width, bound.height) == ("ar", "rtl", 600, 315)
    assert library.bind("card", {"title": "مرحبا"}).dir == "rtl"
    assert library.bind("card", {"title": "مرحبا"}, lang="en").dir == "ltr"


def test_variant_is_drawn_by_its_own_file_where_there_is_one(make: MakeLibrary) -> None:
    library = make("day", card__night__html="night {{ title }}")
    assert library.bind("card", {"title": "x"}, variant="night").html == "night x"
    with pytest.raises(CardError, match="Did you mean 'night'"):
        library.bind("card", {"title": "x"}, variant="nigth")


def test_fallback_look_needs_no_data(make: MakeLibrary) -> None:
    toml = CARD_TOML + '[fallback]\ntitle = "Read on"\n'
    assert make("{{ title }} {{ card.variant }}", toml).bind_fallback("card").html == "Read on fallback"
    library = make("{{ title }}", toml, fallback__html="Ours")
    assert library.bind("card", {}, variant="fallback").html == "Ours"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "'title' is required"),
        ({"title": ""}, "'title' is required"),
        ({"title": "x", "acent": "#fff"}, "accent"),
    ],
)
def test_wrong_parameters_are_named(make: MakeLibrary, params: dict[str, str], said: str) -> None:
    with pytest.raises(CardError, match=said):
        make("{{ title }}").bind("card", params)


def test_unknown_template_names_the_nearest(make: MakeLibrary) -> None:
    with pytest.raises(CardError, match="Did you mean 'card'"):
        make("x").bind("crad", {})


def test_raw_data_is_checked_against_the_schema(make: MakeLibrary) -> None:
    library = make("x")
    assert library.check("card", {"title": "x", "size": "2.50", "names": ["a"]}) == {
        "names": ("a",),
        "size": 2.5,
        "title": "x",
    }
    with pytest.raises(CardError, match="'size' takes a number"):
        library.check("card", {"title": "x", "size": "big"})


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("a\nb\n{{ titel }}", r"card\.html:3: 'titel' is undefined; parameters: accent, "),
        ("{{ title.__class__.__mro__ }}", "unsafe"),
        ("{{ ''.__class__ }}", "unsafe"),
        ("{% import 'emblazon/kit.html' as kit with context %}{{ kit._body_stream }}", "unsafe"),
        ("{% for name in 'ab' %}{{ loop._iterable }}{% endfor %}", "unsafe"),
        ("a\n{{ title|nofilter }}", r"card\.html:2: No filter named 'nofilter'"),
        ("{% if title %}", r"card\.html:1: "),
        ("{{ 'x' * 1000000000 }}", "numbers only"),
        ("{{ '%1000000000s' % title }}", "numbers only"),
        ("{{ title.ljust(1000000000) }}", "unsafe"),
        ("{{ '{:>1000000000}'.format(title) }}", "unsafe"),
        ("{{ range(100000000)|list }}", "range"),
        ("{{ 9 ** 99999 }}", "large"),
        ("{% include '../../etc/passwd' %}", "etc/passwd"),
        ("{{ size + 1 }}", "TypeError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ '2026-99-99'|date }}", "ValueError"),
        ("{{ title|center(100000000) }}", "No filter named 'center'"),
        ("{{ lipsum(n=1000000) }}", "'lipsum' is undefined"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "RecursionError"),
    ],
)
def test_fault_in_a_template_names_file_and_reason(make: MakeLibrary, html: str, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        make(html).bind("card", {"title": "x"})


def test_html_that_grows_without_end_is_stopped(make: MakeLibrary) -> None:
    library = make("{% for a in range(999) %}{{ title }}{% endfor %}")
    with pytest.raises(CardError, match="larger than"):
        library.bind("card", {"title": "x" * 100_000})


def test_binding_on_a_machine_that_is_busy_elsewhere_is_not_stopped(
    make: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OthersRunLong:
        monotonic = itertools.count(step=60).__next__
        thread_time = staticmethod(time.thread_time)

    monkeypatch.setattr(template_environment, "time", OthersRunLong())
    assert "012" in make("{% for a in range(3) %}{{ a }}{% endfor %}").bind("card", {"title": "x"}).html


def test_binding_that_takes_too_long_is_stopped(make: MakeLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    library = make("{% for a in range(9) %}{{ a }}{% endfor %}")
    monkeypatch.setattr(template_environment, "MAX_SECONDS", -1.0)
    with pytest.raises(CardError, match="takes longer"):
        library.bind("card", {"title": "x"})
