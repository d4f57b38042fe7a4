"""The manifest that the vectors are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon.contract.manifest import manifest_from_json
from emblazon.contract.schema import Manifest

MANIFEST_FILE = Path(__file__).parents[2] / "vectors" / "manifest.json"


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """`article` with a parameter of every type, and `plain` with none."""
    return manifest_from_json(MANIFEST_FILE.read_bytes())
