"""What a template may do with a value, in any language and on any server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from emblazon_origin.template import filters


@pytest.mark.parametrize(
    ("style", "lang", "wanted"),
    [
        ("long", "", "November 22, 2026"),
        ("long", "de", "22. November 2026"),
        ("medium", "en", "Nov 22, 2026"),
        ("long", "ja", "2026年11月22日"),
        ("long", "ar", "22 نوفمبر 2026"),
        ("month", "fr", "novembre 2026"),
        ("long", "xx", "November 22, 2026"),
    ],
)
def test_date_is_written_out_in_the_language(style: str, lang: str, wanted: str) -> None:
    assert filters.date("2026-11-22", style, lang) == wanted


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
def test_date_is_the_same_wherever_the_server_stands(zone: str) -> None:
    code = "from emblazon_origin.template.filters import date; print(date('2026-01-01'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "January 1, 2026\n"


def test_no_date_is_no_text_and_an_unknown_style_is_an_error() -> None:
    assert filters.date("") == ""
    with pytest.raises(ValueError, match="long, medium"):
        filters.date("2026-01-01", "huge")


def test_numbers_and_prices_follow_the_language() -> None:
    assert filters.number(1234567.5, "de") == "1.234.567,5"
    assert filters.compact(12_345) == "12K"
    assert filters.price(49, "EUR", "de") == "49\u00a0€"
    assert filters.price(49.5, "usd") == "$49.50"
    with pytest.raises(ValueError, match="ISO 4217"):
        filters.price(1, "EUR} {x")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Ada Lovelace", "AL"),
        ("Ada Byron King Lovelace", "AL"),
        ("ada", "A"),
        ("山田 花子", "山花"),
        ("🦊 Fox", "F"),
        ("e\u0301lodie", "E\u0301"),
        ("(Ada) Lovelace", "AL"),
        ("", ""),
        ("🎈", ""),
    ],
)
def test_initials_are_whole_letters_of_the_first_and_last_word(name: str, wanted: str) -> None:
    assert filters.initials(name) == wanted


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://www.example.com/a?b", "example.com"),
        ("HTTP://Example.com:8080", "Example.com"),
        ("example.org", "example.org"),
        ("", ""),
    ],
)
def test_domain_of_a_url(url: str, wanted: str) -> None:
    assert filters.domain(url) == wanted


def test_reading_time_counts_words_and_han() -> None:
    assert filters.reading_time("") == 1
    assert filters.reading_time("word " * 2200) == 10
    assert filters.reading_time("字" * 5000) == 10


@pytest.mark.parametrize(
    ("text", "length", "wanted"),
    [
        ("short", 10, "short"),
        ("The quick brown fox", 17, "The quick brown…"),
        ("👩\u200d🚀" * 5, 3, "👩\u200d🚀" * 2 + "…"),
        ("一二三四五六", 4, "一二三…"),
        ("abc", 1, "…"),
    ],
)
def test_truncation_keeps_whole_words_and_clusters(text: str, length: int, wanted: str) -> None:
    assert filters.truncate(text, length) == wanted


def test_cells_count_what_is_seen() -> None:
    assert filters.cells("abc") == 3
    assert filters.cells("日本") == 4
    assert filters.cells("e\u0301") == 1
    assert filters.cells("AB") == 2.7


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hello", "latin"), ("Привет", "latin"), ("日本語 with a word", "latin"), ("日本語の文 ok", "cjk"),
        ("한국어", "cjk"), ("مرحبا", "arabic"), ("שלום", "hebrew"), ("हिन्दी", "indic"),
        ("ภาษาไทย", "thai"), ("123 🎉", "latin"), ("", "latin"),
    ],
)  # fmt: skip
def test_script_is_that_of_most_letters(text: str, wanted: str) -> None:
    assert filters.script(text) == wanted


def test_direction_is_that_of_the_first_strong_character() -> None:
    assert filters.direction("123 مرحبا hello") == "rtl"
    assert filters.direction("hello مرحبا") == "ltr"
    assert filters.direction("123") == "ltr"


def test_contrast_picks_the_readable_colour() -> None:
    assert filters.contrast("#ffe600") == "#111111"
    assert filters.contrast("#1d1d1f") == "#ffffff"
    assert filters.contrast_ratio("#000000", "#ffffff") == 21


@pytest.mark.parametrize("ground", ["#f5f0e6", "#17181b", "#808080"])
@pytest.mark.parametrize("accent", ["#ffe600", "#000000", "#ffffff", "#b3401f", "#80808080"])
def test_readable_shade_has_enough_contrast(accent: str, ground: str) -> None:
    assert filters.contrast_ratio(filters.readable(accent, ground), ground) >= 4.5


def test_readable_colour_stays_as_it_is() -> None:
    assert filters.readable("#b3401f", "#f5f0e6") == "#b3401f"


def test_pick_is_the_same_for_the_same_text() -> None:
    options = ["a", "b", "c"]
    assert filters.pick("x", options) == filters.pick("x", options)
    assert {filters.pick(str(number), options) for number in range(50)} == set(options)


def test_lines_and_paragraphs() -> None:
    assert filters.lines("a\n\n b \n") == ["a", " b"]
    assert filters.paragraphs("a\nb\n\n \nc") == ["a\nb", "c"]
