"""The reliability page names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ORIGIN_ROWS = {13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 28, 30, 31, 33, 34, 35, 36}


def origin_section() -> str:
    return (ROOT / "docs" / "reliability.md").read_text().partition("## The origin")[2].partition("\n## ")[0]


def test_every_test_named_on_the_page_exists() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_\w+)`", origin_section())
    assert len(named) > 20
    for name in named:
        assert f"def {name}(" in source, name


def test_every_row_that_concerns_the_origin_is_on_the_page() -> None:
    listed = {
        int(row)
        for cell in re.findall(r"^\| ([\d, ]+) \|", origin_section(), re.MULTILINE)
        for row in cell.split(",")
    }
    assert listed >= ORIGIN_ROWS
