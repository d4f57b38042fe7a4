"""Break opportunities: UAX #14 against Unicode's recorded cases, Chromium's tailoring, and CSS on top."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.line_model import CloseItem, InlineItem, OpenItem, TextItem
from emblazon_origin.text.lines.break_opportunities import (
    breaks_at_spaces_alone,
    find_breaks,
    icu_breaks,
    tailor_ascii,
)
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


def test_words_known_to_be_whole_break_after_spaces_alone() -> None:
    letters = "".join(map(chr, [*range(0x20, 0x7F), *range(0xC0, 0x180)]))
    beside = [*letters[:95], *"‘’“”éß"]
    pairs = [text for one in letters for other in beside for text in (f"a{one}{other}a", f"{other}{one}")]
    chance = random.Random("words")  # noqa: S311 - no secret
    alphabet = [*letters[:95], *"‘’“”" * 6, *"éàüßñøŁž" * 5, *" " * 12]
    some = ["".join(chance.choices(alphabet, k=chance.randint(2, 9))) for _ in range(4_000)]
    known = 0
    for text in (" ".join(text.split()) for text in [*pairs, *some]):
        language = chance.choice(("", "en", "de", "fi", "fr", "ja", "ko", "sv", "zh", "zh-Hant"))
        if text and breaks_at_spaces_alone(text, language):
            known += 1
            found = {at for at in tailor_ascii(text, icu_breaks(text, language or "en")) if at < len(text)}
            assert found == {at for at, character in enumerate(text, 1) if character == " "}, text
    assert known > 10_000
    assert breaks_at_spaces_alone("“L’été à la mer,” dit-il".replace("-", " "), "fr")
    assert not any(breaks_at_spaces_alone(text, "en") for text in ("a-b", "wait…what", "1–2", "é-a", "東京"))
