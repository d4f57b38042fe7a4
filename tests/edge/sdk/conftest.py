"""What the SDK knows in its tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def nothing_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK knows what a test tells it, not this repository's own templates."""
    monkeypatch.setenv("EMBLAZON_MANIFEST", "off")
