"""UAX #9 against cases recorded from Unicode's own test files, and by rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from bidi_line_ends import reset_levels

from emblazon_origin.text.shaping.bidi import (
    MAX_DEPTH,
    paragraph_level,
    resolve_levels,
    visual_order,
)

DATA = Path(__file__).parent / "data"


def _rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split(";") for line in lines if line and not line.startswith("#")]


def _order_of_kept(expected: list[str], levels: list[int]) -> list[int]:
    kept = [i for i, level in enumerate(expected) if level != "x"]
    return [kept[i] for i in visual_order([levels[i] for i in kept])]


def _same(expected: list[str], levels: list[int]) -> bool:
    return all(want == "x" or int(want) == level for want, level in zip(expected, levels, strict=True))


def test_unicode_character_cases() -> None:
    failures = []
    for codes, direction, base, expected, order in _rows("bidi_character_sample.txt"):
        text = "".join(chr(int(code, 16)) for code in codes.split())
        level = paragraph_level(text) if direction == "2" else int(direction)
        levels = reset_levels(text, resolve_levels(text, level), level)
        good = (
            level == int(base)
            and _same(expected.split(), levels)
            and _order_of_kept(expected.split(), levels) == [int(i) for i in order.split()]
        )
        if not good:
            failures.append(codes)
    assert failures == []


def test_unicode_class_cases() -> None:
    failures = []
    for classes_text, bits, expected, order in _rows("bidi_class_sample.txt"):
        classes = classes_text.split()
        for bit, base in ((1, None), (2, 0), (4, 1)):
            if not int(bits) & bit:
                continue
            level = paragraph_level("", classes) if base is None else base
            levels = reset_levels("", resolve_levels("", level, classes), level, classes)
            if not _same(expected.split(), levels) or _order_of_kept(expected.split(), levels) != [
                int(i) for i in order.split()
            ]:
                failures.append((classes_text, bit))
    assert failures == []


@pytest.mark.parametrize(
    ("rule", "text", "base", "levels"),
    [
        ("P2 skips isolates", "\u2067א\u2069a", 0, [0, 1, 0, 0]),
        ("X4 override", "\u202eab\u202c", 0, [0, 1, 1, 1]),
        ("X5c first strong isolate", "a\u2068א1\u2069b", 0, [0, 0, 1, 2, 0, 0]),
        ("W2 number after Arabic", "ع1", 0, [1, 2]),
        ("W4 separator between numbers", "א1,2", 1, [1, 2, 2, 2]),
        ("W5 terminator beside a number", "א5%", 1, [1, 2, 2]),
        ("N0 brackets follow the embedding", "א(a)ב", 1, [1, 1, 2, 1, 1]),
        ("N1 neutral between equals", "א ב", 0, [1, 1, 1]),
        ("N2 neutral between different", "a ב", 0, [0, 0, 1]),
        ("I1 number in a left-to-right paragraph", "ab12", 0, [0, 0, 0, 0]),
    ],
)
def test_rule(rule: str, text: str, base: int, levels: list[int]) -> None:
    assert resolve_levels(text, base) == levels, rule


def test_deep_embedding_stays_within_the_depth_limit() -> None:
    levels = resolve_levels("\u202b" * 100_000 + "a", 0)
    assert max(levels) <= MAX_DEPTH + 1


def test_visual_order_reverses_runs_from_the_highest_level_down() -> None:
    assert visual_order([0, 1, 1, 2, 2, 1, 0]) == [0, 5, 3, 4, 2, 1, 6]


def test_a_separator_inside_an_isolate_ends_it() -> None:
    assert resolve_levels("\u20661\u2029א\u2069", 0) == [0, 2, 0, 1, 0]


def test_many_separators_are_many_paragraphs() -> None:
    assert resolve_levels("א\u2029" * 50_000, 0) == [1, 0] * 50_000
