"""Options and habits that the whole suite shares."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# Examples are judged by what they give: how long one takes says how busy the machine is.
settings.register_profile("emblazon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("emblazon")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--refresh-scores`."""
    parser.addoption(
        "--refresh-scores",
        action="store_true",
        help="record the closeness to Chromium of this run instead of checking it",
    )
