"""The vectors beside the JavaScript reference, and the manifest that they are about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emblazon.contract.manifest import manifest_from_json
from emblazon.contract.schema import Manifest

VECTORS = Path(__file__).parents[2] / "vectors"


def load_vectors(name: str) -> dict[str, Any]:
    """One file of vectors."""
    vectors: dict[str, Any] = json.loads((VECTORS / name).read_text("utf-8"))
    return vectors


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """The manifest of the vectors: `article` with a parameter of every type, and `plain` with none."""
    return manifest_from_json((VECTORS / "manifest.json").read_bytes())
