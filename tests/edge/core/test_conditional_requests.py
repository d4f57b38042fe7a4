"""Conditional and range requests: RFC 9110 §13 and §14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emblazon.edge.http.conditional import (
    NotModified,
    Part,
    PreconditionFailed,
    Selection,
    Unsatisfiable,
    WholeBody,
    etag_matches,
    select,
    single_range,
)

ETAG = '"abc"'
MODIFIED = "Fri, 15 Jan 2027 08:00:00 GMT"
BEFORE = "Fri, 15 Jan 2027 07:59:59 GMT"

CASES: dict[str, tuple[dict[str, str], Selection]] = {
    "no condition": ({}, WholeBody()),
    "13.1.2 same tag": ({"if-none-match": '"abc"'}, NotModified()),
    "13.1.2 weak comparison": ({"if-none-match": 'W/"abc"'}, NotModified()),
    "13.1.2 list": ({"if-none-match": '"x", W/"y" , "abc"'}, NotModified()),
    "13.1.2 star": ({"if-none-match": "*"}, NotModified()),
    "13.1.2 other tag": ({"if-none-match": '"x"'}, WholeBody()),
    "13.1.2 unquoted tag is none": ({"if-none-match": "abc"}, WholeBody()),
    "13.1.2 comma inside a tag": ({"if-none-match": '"a,b", "abc"'}, NotModified()),
    "13.1.3 unmodified": ({"if-modified-since": MODIFIED}, NotModified()),
    "13.1.3 modified": ({"if-modified-since": BEFORE}, WholeBody()),
    "13.1.3 no date": ({"if-modified-since": "yesterday"}, WholeBody()),
    "13.1.3 loses to If-None-Match": (
        {"if-none-match": '"x"', "if-modified-since": MODIFIED},
        WholeBody(),
    ),
    "13.1.1 If-Match holds": ({"if-match": '"abc"'}, WholeBody()),
    "13.1.1 If-Match is strong": ({"if-match": 'W/"abc"'}, PreconditionFailed()),
    "13.1.1 If-Match star": ({"if-match": "*"}, WholeBody()),
    "13.1.1 If-Match fails": ({"if-match": '"x"'}, PreconditionFailed()),
    "13.1.4 unmodified since": ({"if-unmodified-since": BEFORE}, PreconditionFailed()),
    "14.1.2 first bytes": ({"range": "bytes=0-9"}, Part(0, 10)),
    "14.1.2 open end": ({"range": "bytes=90-"}, Part(90, 100)),
    "14.1.2 suffix": ({"range": "bytes=-10"}, Part(90, 100)),
    "14.1.2 suffix longer than all": ({"range": "bytes=-500"}, Part(0, 100)),
    "14.1.2 end beyond the last": ({"range": "bytes=95-500"}, Part(95, 100)),
    "14.4 beyond the end": ({"range": "bytes=100-"}, Unsatisfiable()),
    "14.4 beyond any number": ({"range": f"bytes={'9' * 5000}-"}, Unsatisfiable()),
    "14.1.2 end beyond any number": ({"range": f"bytes=95-{'9' * 5000}"}, Part(95, 100)),
    "14.1.2 suffix beyond any number": ({"range": f"bytes=-{'9' * 5000}"}, Part(0, 100)),
    "14.1.2 leading zeros": ({"range": f"bytes={'0' * 5000}5-{'0' * 30}9"}, Part(5, 10)),
    "14.1.2 only ASCII digits": ({"range": "bytes=\u0661-"}, WholeBody()),
    "14.4 empty suffix": ({"range": "bytes=-0"}, Unsatisfiable()),
    "14.2 several ranges": ({"range": "bytes=0-1,5-6"}, WholeBody()),
    "14.2 other unit": ({"range": "lines=0-1"}, WholeBody()),
    "14.1.1 backwards": ({"range": "bytes=9-0"}, WholeBody()),
    "13.1.5 If-Range same tag": ({"range": "bytes=0-9", "if-range": ETAG}, Part(0, 10)),
    "13.1.5 If-Range weak tag": ({"range": "bytes=0-9", "if-range": 'W/"abc"'}, WholeBody()),
    "13.1.5 If-Range other tag": ({"range": "bytes=0-9", "if-range": '"x"'}, WholeBody()),
    "13.1.5 If-Range exact date": ({"range": "bytes=0-9", "if-range": MODIFIED}, Part(0, 10)),
    "13.1.5 If-Range earlier date": ({"range": "bytes=0-9", "if-range": BEFORE}, WholeBody()),
    "13.2.2 If-None-Match before Range": (
        {"range": "bytes=0-9", "if-none-match": ETAG},
        NotModified(),
    ),
}


@pytest.mark.parametrize(("headers", "expected"), CASES.values(), ids=CASES.keys())
def test_selection(headers: dict[str, str], expected: Selection) -> None:
    chosen = select(headers, method="GET", etag=ETAG, last_modified=MODIFIED, length=100)
    assert chosen == expected


def test_head_ignores_ranges() -> None:
    chosen = select({"range": "bytes=0-9"}, method="HEAD", etag=ETAG, last_modified=None, length=100)
    assert chosen == WholeBody()


def test_weak_tag_of_ours_never_matches_strongly() -> None:
    assert not etag_matches('"abc"', 'W/"abc"', strong=True)
    assert etag_matches('"abc"', 'W/"abc"')


numbers = st.none() | st.integers(0, 1200)


@given(numbers, numbers, st.integers(0, 1000), st.sampled_from(("", " ", "0", "\u0663", "x")))
def test_ranges_stay_inside_the_body(first: int | None, last: int | None, length: int, more: str) -> None:
    field = f"bytes={'' if first is None else first}-{'' if last is None else last}{more}"
    chosen = single_range(field, length)
    assert isinstance(chosen, Part | Unsatisfiable | WholeBody)
    if isinstance(chosen, Part):
        assert 0 <= chosen.start < chosen.stop <= length
    elif not more.strip() and first is not None and first < length and (last is None or last >= first):
        raise AssertionError(f"{field} of {length} bytes is a part, not {chosen}")


pieces = st.sampled_from(
    ('"a"', '"ab"', '"abcd"', 'W/"ab"', "abc", '"a b"', '""', '"abc', "W/", "*", ETAG, "")
)


@given(st.lists(pieces, max_size=4), st.sampled_from((",", ", ", " ,\t")))
def test_no_list_of_tags_has_one_that_does_not_stand_in_it(found: list[str], between: str) -> None:
    assert etag_matches(between.join(found), ETAG) <= (ETAG in found or found == ["*"])
