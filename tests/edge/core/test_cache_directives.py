"""Which life an answer has: Cache-Control, CDN-Cache-Control, Expires, Age."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emblazon.edge.http.cache_control import (
    MAX_DELTA,
    Life,
    format_date,
    life_of,
    parse_date,
    parse_directives,
    parse_targeted,
)
from emblazon.edge.http.structured_fields import InvalidField, parse_dictionary

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
LATER = "Fri, 15 Jan 2027 08:10:00 GMT"
EARLIER = "Fri, 15 Jan 2027 07:00:00 GMT"

LIVES: dict[str, tuple[dict[str, str], Life]] = {
    "9111-5.2.2.1 max-age": ({"Cache-Control": "max-age=60"}, Life(60, explicit=True)),
    "9111-5.2.2.10 s-maxage wins": (
        {"Cache-Control": "max-age=60, s-maxage=90"},
        Life(90, explicit=True, must_revalidate=True),
    ),
    "9111-5.3 Expires minus Date": ({"Expires": LATER, "Date": DATE}, Life(600, explicit=True)),
    "9111-5.3 max-age wins over Expires": (
        {"Cache-Control": "max-age=60", "Expires": LATER, "Date": DATE},
        Life(60, explicit=True),
    ),
    "9111-5.3 bad Expires is past": ({"Expires": "0", "Date": DATE}, Life(0, explicit=True)),
    "9111-5.3 past Expires": ({"Expires": EARLIER, "Date": DATE}, Life(0, explicit=True)),
    "9111-4.2.1 malformed max-age is stale": ({"Cache-Control": "max-age=1m"}, Life(0, explicit=True)),
    "9111-4.2.1 negative max-age is stale": ({"Cache-Control": "max-age=-5"}, Life(0, explicit=True)),
    "9111-1.2.2 huge delta": ({"Cache-Control": "max-age=99999999999999"}, Life(MAX_DELTA, explicit=True)),
    "9111-5.2 names ignore case": ({"Cache-Control": "MAX-AGE=60"}, Life(60, explicit=True)),
    "9111-5.2 quoted value": ({"Cache-Control": 'max-age="60"'}, Life(60, explicit=True)),
    "9111-5.2 comma inside a quoted string": (
        {"Cache-Control": 'ext="a, max-age=5", max-age=60'},
        Life(60, explicit=True),
    ),
    "9111-4.2.1 first of two counts": ({"Cache-Control": "max-age=60, max-age=5"}, Life(60, explicit=True)),
    "5861-3": (
        {"Cache-Control": "max-age=60, stale-while-revalidate=30, stale-if-error=90"},
        Life(60, 30, 90, explicit=True),
    ),
    "9111-5.2.2.2 must-revalidate forbids stale": (
        {"Cache-Control": "max-age=60, stale-if-error=90, must-revalidate"},
        Life(60, must_revalidate=True, explicit=True),
    ),
    "9111-5.2.2.8 proxy-revalidate likewise": (
        {"Cache-Control": "max-age=60, stale-while-revalidate=90, proxy-revalidate"},
        Life(60, must_revalidate=True, explicit=True),
    ),
    "9111-5.2.2.4 no-cache is never fresh": (
        {"Cache-Control": "no-cache, max-age=60"},
        Life(0, must_revalidate=True, explicit=True),
    ),
    "9111-5.2.2.5 no-store": ({"Cache-Control": "no-store"}, Life(0, storable=False)),
    "9111-5.2.2.7 private": (
        {"Cache-Control": "private, max-age=60"},
        Life(60, storable=False, explicit=True),
    ),
    "9213 targeted wins": (
        {"CDN-Cache-Control": "max-age=90", "Cache-Control": "no-store"},
        Life(90, explicit=True),
    ),
    "9213 targeted hides Expires": (
        {"CDN-Cache-Control": "max-age=90", "Expires": EARLIER, "Date": DATE},
        Life(90, explicit=True),
    ),
    "9213 invalid falls back": (
        {"CDN-Cache-Control": "max-age=90,,", "Cache-Control": "max-age=60"},
        Life(60, explicit=True),
    ),
    "9213 empty falls back": (
        {"CDN-Cache-Control": "", "Cache-Control": "max-age=60"},
        Life(60, explicit=True),
    ),
    "9213 upper case is no structured field": (
        {"CDN-Cache-Control": "Max-Age=90", "Cache-Control": "max-age=60"},
        Life(60, explicit=True),
    ),
    "9213 number of the wrong type is ignored": (
        {"CDN-Cache-Control": 'max-age="90", foo', "Cache-Control": "max-age=60"},
        Life(0),
    ),
    "9213 parameters are ignored": ({"CDN-Cache-Control": "max-age=90;a=b"}, Life(90, explicit=True)),
    "9111-5.1 Age": ({"Cache-Control": "max-age=60", "Age": "20"}, Life(60, age=20, explicit=True)),
    "9111-5.1 first Age counts": (
        {"Cache-Control": "max-age=60", "Age": "20, 40"},
        Life(60, age=20, explicit=True),
    ),
    "9111-5.1 malformed Age": ({"Cache-Control": "max-age=60", "Age": "-7"}, Life(60, explicit=True)),
    "9111-4.2.3 old Date counts as age": (
        {"Cache-Control": "max-age=60", "Date": EARLIER},
        Life(60, age=3600, explicit=True),
    ),
    "nothing said": ({}, Life(0)),
}


@pytest.mark.parametrize(("headers", "expected"), LIVES.values(), ids=LIVES.keys())
def test_life_of_an_answer(headers: dict[str, str], expected: Life) -> None:
    assert life_of(tuple(headers.items()), NOW) == expected


def test_default_counts_only_where_nothing_is_said() -> None:
    default = Life(300, 600, 900)
    assert life_of((), NOW, default=default).fresh == 300
    assert life_of((("Cache-Control", "max-age=5"),), NOW, default=default) == Life(5, explicit=True)
    assert life_of((("Cache-Control", "no-store"),), NOW, default=default).fresh == 0


def test_heuristic_is_a_tenth_of_the_age_of_the_content() -> None:
    headers = (("Last-Modified", EARLIER), ("Date", DATE))
    assert life_of(headers, NOW, heuristic=True).fresh == pytest.approx(360)
    assert life_of(headers, NOW).fresh == 0
    assert life_of(headers, NOW, status=500, heuristic=True).fresh == 0


@given(st.text(max_size=80))
def test_of_any_cache_control_only_what_stands_in_it_is_read(text: str) -> None:
    for name, value in parse_directives(text).values.items():
        assert name == name.lower() != ""
        assert name in text.lower()
        assert value.replace("\\", "") in text.replace("\\", "")


@given(st.text(max_size=80))
def test_any_targeted_field_parses_or_falls_back(text: str) -> None:
    parsed = parse_targeted(text)
    assert parsed is None or parsed.targeted


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_life_is_never_negative(cache_control: str, expires: str, age: str) -> None:
    life = life_of((("Cache-Control", cache_control), ("Expires", expires), ("Age", age)), NOW)
    assert min(life.fresh, life.stale_while_revalidate, life.stale_if_error, life.age) >= 0
    assert life.fresh <= MAX_DELTA


DICTIONARIES: dict[str, dict[str, object]] = {
    "a=1, b=?0, c": {"a": 1, "b": False, "c": True},
    'a="x\\"y", b=tok/en, c=:aGk=:': {"a": 'x"y', "b": "tok/en", "c": ":aGk=:"},
    "a=1.5, a=2": {"a": 2},
    "a=(1 2);x, b;y=1": {"a": True, "b": True},
    "a=1,\tb=2": {"a": 1, "b": 2},
    "": {},
}


@pytest.mark.parametrize(("text", "expected"), DICTIONARIES.items())
def test_structured_dictionary(text: str, expected: dict[str, object]) -> None:
    assert parse_dictionary(text) == expected


@pytest.mark.parametrize(
    "text", ["a=1,", "A=1", "a=1 b=2", 'a="x', "a=(1", "a=1.2345", "a=", ",a", "a=1;", "ü"]
)
def test_malformed_dictionary(text: str) -> None:
    with pytest.raises(InvalidField):
        parse_dictionary(text)


@pytest.mark.parametrize(
    "text",
    [
        DATE,
        "Friday, 15-Jan-27 08:00:00 GMT",
        "Fri Jan 15 08:00:00 2027",
        "fri, 15 JAN 2027 08:00:00 gmt",
    ],
    ids=["imf", "850", "asctime", "9111-4.2 names ignore case"],
)
def test_three_forms_of_a_date(text: str) -> None:
    assert parse_date(text) == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "tomorrow",
        "Fri, 15 Jan 2027 08:00:00 UTC",
        "Fri, 32 Jan 2027 08:00:00 GMT",
        "Fri, 29 Feb 2027 08:00:00 GMT",
        "Fri, 15 Foo 2027 08:00:00 GMT",
        "Fri, 15 Jan 2027 24:00:00 GMT",
        "Fri, 15 Jan 2027 08:00:00 GMTT",
        "Fri, \u0661\u0665 Jan 2027 08:00:00 GMT",
    ],
)
def test_no_date(text: str) -> None:
    assert parse_date(text) is None


@given(st.integers(0, 4_000_000_000))
def test_dates_survive_being_written_and_read(moment: int) -> None:
    assert parse_date(format_date(moment)) == moment
