"""docs/deploy.md tells of every variable and binding that the edge reads, and of its true default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emblazon.edge.config import EdgeConfig

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "deploy.md").read_text()
CONFIG = (ROOT / "edge" / "emblazon" / "edge" / "config.py").read_text()
ADAPTER = (ROOT / "edge" / "emblazon" / "cloudflare" / "host.py").read_text()
NUMBERS = dict(re.findall(r'"(EMBLAZON_\w+)": \("(\w+)"', CONFIG))


@pytest.mark.parametrize("name", sorted(set(re.findall(r"EMBLAZON_\w+", CONFIG + ADAPTER))))
def test_every_name_is_described(name: str) -> None:
    assert f"`{name}`" in PAGE or name == "EMBLAZON_KV"


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_defaults_are_the_codes_own(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| `([^`]+)` \|", PAGE, re.MULTILINE)
    assert row, f"{name} has no row with a default"
    assert float(row[1]) == float(getattr(EdgeConfig(), NUMBERS[name]))


def test_options_of_wrangler_toml_are_the_pages() -> None:
    bindings = set(re.findall(r'(?:binding|name) = "(EMBLAZON_\w+)"', (ROOT / "wrangler.toml").read_text()))
    assert bindings >= {"EMBLAZON_KV", "EMBLAZON_BLOBS", "EMBLAZON_ANALYTICS", "EMBLAZON_JOBS"}
    assert all(name in PAGE for name in bindings)
