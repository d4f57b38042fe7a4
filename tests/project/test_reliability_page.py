"""`docs/reliability.md` names tests that there are, and leaves no fault of the origin out."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ORIGIN_ROWS = {13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 28, 30, 31, 33, 34, 35, 36}


def test_every_test_named_on_the_page_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 80
    assert named - written == set()


def test_every_file_named_on_the_page_exists() -> None:
    named = set(re.findall(r"`([\w/]*test_\w+\.py)`", PAGE))
    assert named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_every_row_that_concerns_the_origin_is_on_the_page() -> None:
    section = PAGE.partition("## The origin")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \|", section, re.MULTILINE)
    assert {int(row) for cell in rows for row in cell.split(",")} >= ORIGIN_ROWS
