"""HTTP fields as others read them: http-sf the structured ones, Werkzeug the rest."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import http_sf
from http_sf.types import DisplayString, Token
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sweeps import examples
from werkzeug import http as werkzeug

from emblazon.edge.http.cache_control import format_date, parse_date, parse_directives
from emblazon.edge.http.cache_status import CacheStatus
from emblazon.edge.http.conditional import Part, Unsatisfiable, WholeBody, etag_matches, single_range
from emblazon.edge.http.structured_fields import InvalidField, parse_dictionary

parse_structured: Any = http_sf.parse  # its result's type is a union of all that there is

# --- structured fields (RFC 9651) -----------------------------------------------------------------------

_KEYS = st.sampled_from(("a", "max-age", "*k", "A", "", "a.b"))
_ITEMS = st.sampled_from((
    "1", "-5", "0.5", "1.", "0.1234", "999999999999999", "9999999999999999", "1234567890123.1",
    "?1", "?0", "?2", '"', '"x"', '"a\\"b"', '"\\n"', "tok", "a/b:c", ":aGk=:", ":aGkh:", ":a:", ":=:",
    ":a?:", "@12", "@1.5", "é",
    '%"%c3%bc"', '%"%C3%BC"', '%"%zz"', '%"%c3"', '%"a', "", " ", "1e3",
))  # fmt: skip
_PARAMETERS = st.sampled_from(("", "", "", ";q=1", "; q", ";Q", ";q=", " ;q"))
_VALUES_OF_MEMBERS = st.one_of(
    _ITEMS, st.lists(_ITEMS, max_size=3).map(lambda items: f"({' '.join(items)})"), st.just("(1")
)
_MEMBERS = st.tuples(_KEYS, st.sampled_from(("=", "=", "=", "", "= ")), _VALUES_OF_MEMBERS, _PARAMETERS).map(
    "".join
)
fields = st.tuples(st.lists(_MEMBERS, max_size=3), st.sampled_from((",", ", ", " \t,\t", ",,", " "))).map(
    lambda parts: parts[1].join(parts[0])
)


def plain(value: object) -> object:
    """Return a member's value as `parse_dictionary` gives it: dates and binary as written."""
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, list):
        return True
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bytes | datetime | DisplayString):
        return type(value)
    return str(value) if isinstance(value, Token) else value


def kind(value: object) -> object:
    """Return `plain` of what is only passed on as it was written."""
    if isinstance(value, str):
        for start, type_ in (("@", datetime), (":", bytes), ('%"', DisplayString)):
            if value.startswith(start) and re.fullmatch(r'@-?\d+|:.*:|%".*"', value):
                return type_
    return value


@settings(max_examples=examples(400))
@given(fields)
def test_dictionaries_are_read_as_http_sf_reads_them(text: str) -> None:
    try:
        theirs = {k: plain(v) for k, v in parse_structured(text.encode(), tltype="dictionary").items()}
    except (ValueError, UnicodeError):
        theirs = None
    try:
        ours = {k: kind(v) for k, v in parse_dictionary(text).items()}
    except InvalidField:
        ours = None
    assert ours == theirs


@given(
    st.booleans(), st.none() | st.floats(-1e6, 1e9), st.sampled_from(("", "uri-miss", "stale")),
    st.none() | st.integers(100, 599), st.booleans(), st.booleans(),
    st.from_regex(r"[a-f0-9]{0,16}", fullmatch=True), st.sampled_from(("", "memory", "builtin-fallback")),
)  # fmt: skip
def test_cache_status_is_read_back_as_it_was_meant(
    hit: bool,
    ttl: float | None,
    fwd: str,
    status: int | None,
    stored: bool,
    collapsed: bool,
    key: str,
    detail: str,
) -> None:
    field = str(CacheStatus(hit, ttl, fwd, status, stored, collapsed, key, detail))
    ((name, found),) = parse_structured(field.encode(), tltype="list")
    wanted: dict[str, object] = {
        "hit": hit, "fwd": fwd, "fwd-status": status, "ttl": None if ttl is None else ttl // 1,
        "stored": stored, "collapsed": collapsed, "key": key, "detail": detail,
    }  # fmt: skip
    assert str(name) == "emblazon"
    assert {k: str(v) if isinstance(v, Token) else v for k, v in found.items()} == {
        k: v for k, v in wanted.items() if v is not None and v is not False and v != ""
    }


# --- dates, directives, entity tags, ranges (RFC 9110, RFC 9111) ----------------------------------------


@given(st.integers(0, 4_000_000_000))
def test_dates_are_written_and_read_as_werkzeug_does(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert format_date(seconds) == werkzeug.http_date(moment)
    for text in (werkzeug.http_date(moment), f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}"):
        assert parse_date(text) == seconds


_PLACES = st.sampled_from((5, 6, 8, 14, 16, 17, 18, 20, 23, 25, 28))  # of "Fri, 15 Jan 2027 08:00:00 GMT"
_SLIPS = st.lists(st.tuples(_PLACES, st.sampled_from("0123456789 :Jt")), max_size=2)


@settings(max_examples=examples(400))
@given(st.integers(0, 4_000_000_000), _SLIPS)
def test_a_date_with_slips_is_to_us_what_it_is_to_werkzeug_or_none(
    seconds: int, slips: list[tuple[int, str]]
) -> None:
    letters = list(format_date(seconds))
    for place, letter in slips:
        letters[place] = letter
    assume(letters[23:25] != ["6", "0"])  # a leap second, which Werkzeug does not know
    found = parse_date("".join(letters))
    assert found is not None or slips
    if found is not None:
        assert werkzeug.parse_date("".join(letters)) == datetime.fromtimestamp(found, UTC)


_NAMES = ("public", "no-store", "private", "max-age", "s-maxage", "stale-if-error", "x-other")
_VALUES = st.none() | st.integers(0, 10**10).map(str) | st.sampled_from(("set-cookie", "a b", "x,y"))


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5))
def test_directives_are_read_as_werkzeug_reads_them(wanted: dict[str, str | None]) -> None:
    text = ", ".join(
        name if value is None else f'{name}="{value}"' if set(value) & set(" ,") else f"{name}={value}"
        for name, value in wanted.items()
    )
    theirs = {name: value or "" for name, value in werkzeug.parse_dict_header(text).items()}
    assert parse_directives(text).values == theirs


_OPAQUE = st.sampled_from(("a", "b", "abc"))
_TAGS = st.lists(st.tuples(st.booleans(), _OPAQUE), min_size=1, max_size=4)


@given(_TAGS, st.booleans(), _OPAQUE)
def test_entity_tags_match_as_werkzeug_matches_them(
    tags: list[tuple[bool, str]], weak: bool, opaque: str
) -> None:
    field = ", ".join(f'{"W/" * is_weak}"{tag}"' for is_weak, tag in tags)
    theirs = werkzeug.parse_etags(field)
    own = f'{"W/" * weak}"{opaque}"'
    assert etag_matches(field, own) == theirs.contains_weak(opaque)
    assert etag_matches(field, own, strong=True) == (not weak and theirs.is_strong(opaque))


@given(st.none() | st.integers(0, 60), st.none() | st.integers(0, 60), st.integers(0, 50))
def test_one_range_is_the_one_of_werkzeug(first: int | None, last: int | None, length: int) -> None:
    field = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    theirs = werkzeug.parse_range_header(field)
    ours = single_range(field, length)
    if theirs is None:  # not a range: the whole body
        assert isinstance(ours, WholeBody | Unsatisfiable)
        return
    assume(
        first is not None or last is None or last <= length
    )  # RFC 9110 §14.1.2: then all; there it is none
    found = theirs.range_for_length(length)
    assert ours == (Unsatisfiable() if found is None else Part(*found))
