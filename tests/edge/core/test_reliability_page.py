"""`docs/reliability.md` names only tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_test_named_on_the_page_exists() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`(test_[a-z0-9_]+)", page))
    written: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        written.add(path.stem)
        written |= set(re.findall(r"def (test_\w+)", path.read_text()))
    missing = {name for name in named if not any(known.startswith(name) for known in written)}
    assert missing == set()
