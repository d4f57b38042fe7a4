"""Which characters stand upright in vertical text is what Unicode says (UAX #50)."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.text.shaping.orientation import orientation_parts, stands_upright

UNICODE = Path("/usr/share/unicode/VerticalOrientation.txt")


@pytest.mark.e2e
def test_orientation_of_every_character_is_unicodes() -> None:
    upright = [False] * 0x110000
    for line in UNICODE.read_text(encoding="utf-8").splitlines():
        entry = line.partition("#")[0].split(";")
        if len(entry) == 2 and entry[1].strip() != "R":
            low, _, high = entry[0].strip().partition("..")
            for point in range(int(low, 16), int(high or low, 16) + 1):
                upright[point] = True
    assert [point for point in range(0x110000) if stands_upright(chr(point)) != upright[point]] == []


def test_marks_go_along_with_what_they_are_attached_to() -> None:
    style = ComputedStyle.of({"writing_mode": "vertical-rl"})
    text = "か\u3099b\u0301。"
    assert orientation_parts(text, 0, len(text), style) == [(0, 2, True), (2, 4, False), (4, 5, True)]


@pytest.mark.parametrize(
    ("orientation", "mode", "upright"),
    [("upright", "vertical-lr", True), ("sideways", "vertical-rl", False), ("upright", "sideways-rl", False)],
)
def test_orientation_can_be_the_same_for_all(orientation: str, mode: str, upright: bool) -> None:
    style = ComputedStyle.of({"writing_mode": mode, "text_orientation": orientation})
    assert orientation_parts("aあ", 0, 2, style) == [(0, 2, upright)]
