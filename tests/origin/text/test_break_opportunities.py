"""Break opportunities: UAX #14 against Unicode's recorded cases, Chromium's tailoring, and CSS on top."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.line_model import CloseItem, InlineItem, OpenItem, TextItem
from emblazon_origin.text.lines.break_opportunities import find_breaks, icu_breaks, tailor_ascii
from emblazon_origin.text.shaping.inline_content import collect

DATA = Path(__file__).parent / "data" / "line_break_sample.txt"


def test_unicode_line_break_cases() -> None:
    failures = []
    for line in DATA.read_text("utf-8").splitlines():
        marks = line.partition("#")[0].replace("÷", "/").replace("×", "x").split()
        if not marks:
            continue
        text, expected = "", []
        for mark in marks:
            if mark == "/":
                expected.append(len(text))
            elif mark != "x":
                text += chr(int(mark, 16))
        if list(icu_breaks(text)) != [at for at in expected if at]:
            failures.append(line)
    assert failures == []


def _pieces(text: str, **properties: object) -> list[str]:
    style = ComputedStyle().replace(**properties)
    content = collect([TextItem(text, style)], style, 10_000)
    offsets = [0, *find_breaks(content).offsets, len(content.text)]
    return [content.text[a:b] for a, b in pairwise(offsets)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("https://a.org/b/c?d=e", ["https://a.org/b/c?", "d=e"]),
        ("well-known 1234-5678 -5", ["well-", "known ", "1234-", "5678 ", "-5"]),
        ("wait !what", ["wait ", "!what"]),
        ("f(x)(y)", ["f(x)", "(y)"]),
        ("a\u00a0b c", ["a\u00a0b ", "c"]),
        ("ภาษาไทยสวยงาม", ["ภาษา", "ไทย", "สวยงาม"]),
        ("日本語、です。", ["日", "本", "語、", "で", "す。"]),
        ("😀 a 😀b", ["😀 ", "a ", "😀", "b"]),
    ],
)
def test_default_opportunities(text: str, pieces: list[str]) -> None:
    assert _pieces(text) == pieces


@pytest.mark.parametrize(
    ("properties", "text", "pieces"),
    [
        ({"word_break": "break-all"}, "abc d.", ["a", "b", "c ", "d."]),
        ({"word_break": "break-all"}, "C++ $5 (a)", ["C", "+", "+ ", "$5 ", "(a)"]),
        ({"word_break": "break-all"}, "é…“a”日", ["é…", "“a”", "日"]),
        ({"word_break": "keep-all"}, "日本語 한국어", ["日本語 ", "한국어"]),
        ({"line_break": "anywhere"}, "a.b", ["a", ".", "b"]),
        ({"text_wrap_mode": "nowrap"}, "a b c", ["a b c"]),
        ({"white_space_collapse": "break-spaces"}, "a   b", ["a ", " ", " ", "b"]),
        ({"hyphens": "manual"}, "hy\u00adphen", ["hy\u00ad", "phen"]),
        ({"hyphens": "none"}, "hy\u00adphen", ["hyphen"]),
        ({"hyphens": "auto", "lang": "en-US"}, "communication", ["com", "mu", "ni", "ca", "tion"]),
        ({"hyphens": "auto", "lang": ""}, "communication", ["communication"]),
        (
            {"hyphens": "auto", "lang": "en", "hyphenate_limit_chars": (14, 2, 2)},
            "communication",
            ["communication"],
        ),
        (
            {"hyphens": "auto", "lang": "en-US", "hyphenate_limit_chars": (5, 4, 5)},
            "communication",
            ["commu", "ni", "cation"],
        ),
        ({"line_break": "strict", "lang": "ja"}, "あっい", ["あっ", "い"]),
        ({"line_break": "loose", "lang": "ja"}, "あっい", ["あ", "っ", "い"]),
    ],
)
def test_css_opportunities(properties: dict[str, object], text: str, pieces: list[str]) -> None:
    assert _pieces(text, **properties) == pieces


def test_a_nowrap_span_breaks_only_at_its_edges() -> None:
    block = ComputedStyle()
    inner = block.replace(text_wrap_mode="nowrap")
    opened = OpenItem(inner, None)
    items: list[InlineItem] = [
        TextItem("a b ", block),
        opened,
        TextItem("c d ", inner),
        CloseItem(opened),
        TextItem("e", block),
    ]
    assert find_breaks(collect(items, block, 100)).offsets == [2, 4, 8]


def test_a_minus_sign_stays_with_its_number() -> None:
    assert tailor_ascii("(-5", icu_breaks("(-5")) - {3} == set()
