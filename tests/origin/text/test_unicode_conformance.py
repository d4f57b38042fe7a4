"""Unicode's own test files, whole, from Debian's unicode-data: bidi (UAX #9), line breaking (UAX #14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bidi_line_ends import reset_levels

from emblazon_origin.text.lines.break_opportunities import icu_breaks
from emblazon_origin.text.shaping.bidi import paragraph_level, resolve_levels, visual_order

pytestmark = pytest.mark.e2e  # the files come with the packages that make installs for these tests

UNICODE = Path("/usr/share/unicode")
# What later versions of Unicode changed in the rules of 15.0: quotes (LB15a, LB19a), hyphens (LB20a,
# LB21a) and numbers (LB25).
REVISED = re.compile('^-|\u05d0-\u05d0|[.,]\u0308?\\d|"\u0308? [\u2329(]|[\u00ab\u00bb]')
FEW_REVISED = 400


def rows(name: str) -> Iterator[str]:
    """Yield a file's lines without comments."""
    for line in (UNICODE / name).read_text("utf-8").splitlines():
        if text := line.partition("#")[0].strip():
            yield text


def is_right(expected: list[str], order: list[int], levels: list[int]) -> bool:
    """Compare levels, and the visual order of what is not removed."""
    if len(expected) != len(levels):
        return False
    if any(want != "x" and int(want) != level for want, level in zip(expected, levels, strict=True)):
        return False
    kept = [i for i, want in enumerate(expected) if want != "x"]
    return [kept[i] for i in visual_order([levels[i] for i in kept])] == order


def test_every_case_of_bidi_characters() -> None:
    count, failures = 0, []
    for row in rows("BidiCharacterTest.txt"):
        codes, direction, base, expected, order = row.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        level = paragraph_level(text) if direction == "2" else int(direction)
        levels = reset_levels(text, resolve_levels(text, level), level)
        count += 1
        if level != int(base) or not is_right(expected.split(), [int(i) for i in order.split()], levels):
            failures.append(row)
    assert failures == []
    assert count > 90_000


def test_every_case_of_bidi_classes() -> None:
    count, failures = 0, []
    expected: list[str] = []
    order: list[int] = []
    for row in rows("BidiTest.txt"):
        if row.startswith("@Levels:"):
            expected = row.partition(":")[2].split()
        elif row.startswith("@Reorder:"):
            order = [int(i) for i in row.partition(":")[2].split()]
        else:
            names, _, bits = row.partition(";")
            classes = names.split()
            for bit, base in ((1, None), (2, 0), (4, 1)):
                if int(bits, 16) & bit:
                    level = paragraph_level("", classes) if base is None else base
                    levels = reset_levels("", resolve_levels("", level, classes), level, classes)
                    count += 1
                    if not is_right(expected, order, levels):
                        failures.append((row, bit))
    assert failures == []
    assert count > 700_000


def test_every_case_of_line_breaks() -> None:
    count = revised = 0
    failures = []
    for row in rows("auxiliary/LineBreakTest.txt"):
        text, expected = "", []
        for mark in row.split():
            if mark == "÷":
                expected.append(len(text))
            elif mark != "×":
                text += chr(int(mark, 16))
        count += 1
        if REVISED.search(text):
            revised += 1
        elif list(icu_breaks(text)) != expected:
            failures.append(row)
    assert failures == []
    assert count > 7_000
    assert revised < FEW_REVISED
