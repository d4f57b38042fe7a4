"""Options that the whole suite shares."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--refresh-scores`."""
    parser.addoption(
        "--refresh-scores",
        action="store_true",
        help="record the closeness to Chromium of this run instead of checking it",
    )
