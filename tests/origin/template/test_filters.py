"""What a template may do with a value, in any language and on any server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from emblazon_origin.template import brand, filters, fitting
from emblazon_origin.template.brand import Brand


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
    assert fitting.cells("abc") == 3
    assert fitting.cells("日本") == 4
    assert fitting.cells("e\u0301") == 1
    assert fitting.cells("AB") == 2.7


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hello", "latin"), ("Привет", "latin"), ("日本語 with a word", "latin"), ("日本語の文 ok", "cjk"),
        ("한국어", "cjk"), ("مرحبا", "arabic"), ("שלום", "hebrew"), ("हिन्दी", "indic"),
        ("ภาษาไทย", "thai"), ("123 🎉", "latin"), ("", "latin"),
    ],
)  # fmt: skip
def test_script_is_that_of_most_letters(text: str, wanted: str) -> None:
    assert fitting.script(text) == wanted


def test_direction_is_that_of_the_first_strong_character() -> None:
    assert filters.direction("123 مرحبا hello") == "rtl"
    assert filters.direction("hello مرحبا") == "ltr"
    assert filters.direction("123") == "ltr"


def test_contrast_picks_the_readable_colour() -> None:
    assert brand.contrast("#ffe600") == "#111111"
    assert brand.contrast("#1d1d1f") == "#ffffff"
    assert brand.contrast_ratio("#000000", "#ffffff") == 21


@pytest.mark.parametrize("ground", ["#f5f0e6", "#17181b", "#808080"])
@pytest.mark.parametrize("accent", ["#ffe600", "#000000", "#ffffff", "#b3401f", "#80808080"])
def test_readable_shade_has_enough_contrast(accent: str, ground: str) -> None:
    assert brand.contrast_ratio(brand.readable(accent, ground), ground) >= 4.5


def test_readable_colour_stays_as_it_is() -> None:
    assert brand.readable("#b3401f", "#f5f0e6") == "#b3401f"


def test_pick_is_the_same_for_the_same_text() -> None:
    options = ["a", "b", "c"]
    assert filters.pick("x", options) == filters.pick("x", options)
    assert {filters.pick(str(number), options) for number in range(50)} == set(options)


def test_lines_and_paragraphs() -> None:
    assert filters.lines("a\n\n b \n") == ["a", " b"]
    assert filters.paragraphs("a\nb\n\n \nc") == ["a\nb", "c"]


@pytest.mark.parametrize(("text", "lang"), [
    ("手描き地図が帰ってきた", "ja"), ("手绘地图悄然归来", "zh"), ("지도가 돌아왔다", "ko"),
    ("عودة الخرائط", "ar"),
    ("שובה של המפה", "he"), ("नक्शों की वापसी", "hi"), ("แผนที่วาดด้วยมือ", "th"),
    ("Tōkyō 東京 by night", ""), ("", ""),
])  # fmt: skip
def test_language_is_told_by_the_script(text: str, lang: str) -> None:
    assert fitting.language(text) == lang


@pytest.mark.parametrize(("text", "size"), [
    ("Salt", 6), ("The quiet return of the map", 4), ("A " * 60, 2), ("地図" * 40, 2),
    ("Wolfeschlegelsteinhausen", 4),
])  # fmt: skip
def test_a_text_gets_the_largest_size_that_fits(text: str, size: float) -> None:
    fitted = fitting.fit(text, 60, 10, [6, 4, 2])
    assert fitted.size == size
    assert fitted.lines == max(1, int(10 / (size * fitted.leading)))


def test_a_word_longer_than_a_line_is_parted_into_equal_lines() -> None:
    parts = fitting.breakable("x " + "a" * 50, 20).split(" ")[1].split(fitting.SOFT_HYPHEN)
    assert len(parts) == 3
    assert max(map(len, parts)) - min(map(len, parts)) <= 2
    assert fitting.breakable("short words stay", 20) == "short words stay"
    assert (
        fitting.breakable("https://example.com/a/very/long/path", 20)
        == "https://example.com/a/very/long/path"
    )


def test_code_is_marked_by_its_kinds_and_always_escaped() -> None:
    (line,) = filters.highlight('x = "</span><b>"  # <i>', "python")
    assert '<span class="string">' in line
    assert '<span class="comment"># &lt;i&gt;</span>' in line
    assert "<b>" not in line
    assert filters.highlight("a < b\n\nc", "no-such-language") == ["a &lt; b", "", "c"]
    assert filters.highlight("$ ls\n$ cat", "console")[1].endswith("cat")
    assert len(filters.highlight('"""one\ntwo"""\nthree', "python")) == 3


def test_ground_and_ink_are_the_brand_s_where_they_fit() -> None:
    own = Brand(background="#fffbe8", ink="#223344")
    assert brand.ground({"brand": own, "scheme": "light"}, "#ffffff", "#000000") == "#fffbe8"
    assert brand.ground({"brand": own, "scheme": "dark"}, "#ffffff", "#000000") == "#000000"
    assert brand.ground({"brand": Brand(), "scheme": ""}, "#ffffff", "#000000", "dark") == "#000000"
    assert brand.ink({"brand": own}, "#fffbe8") == "#223344"
    assert brand.ink({"brand": own}, "#223355") == "#f6f6f3"


@pytest.mark.parametrize(("variant", "chosen", "background", "scheme"), [
    ("night", "light", "", "dark"), ("", "light", "#000000", "light"), ("", "auto", "#101828", "dark"),
    ("", "auto", "#fffbe8", "light"), ("", None, "", ""), ("light", "dark", "", "light"),
])  # fmt: skip
def test_scheme_is_the_variant_s_then_the_chosen_then_the_brand_s(
    variant: str, chosen: str | None, background: str, scheme: str
) -> None:
    assert brand.color_scheme(variant, chosen, Brand(background=background)) == scheme


@pytest.mark.parametrize(("lang", "texts", "locale"), [
    ("ar", ["إبريق", "١٢٩ €"], "ar-u-nu-arab"), ("ar", ["129 €"], "ar-u-nu-latn"),
    ("hi", ["५ मिनट"], "hi-u-nu-deva"),
    ("ar", ["إبريق"], "ar"), ("", ["4.2"], "en-u-nu-latn"), ("", [], ""),
])  # fmt: skip
def test_numbers_take_the_digits_of_the_texts_beside_them(lang: str, texts: list[str], locale: str) -> None:
    assert fitting.with_digits(lang, texts) == locale


def test_dates_and_numbers_are_written_in_those_digits() -> None:
    assert filters.number(4.5, "ar-u-nu-arab") == "٤٫٥"
    assert filters.date("2026-11-22", "number", "ar-u-nu-arab") == "٢٢"
    assert filters.date("2026-12-03", "number", "ja") == "3"
    assert filters.date("2026-12-03", "monthname", "de") == "Dezember"
