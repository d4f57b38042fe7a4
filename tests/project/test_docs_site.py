"""The documentation builds as a site, strictly, with cards of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.e2e
def test_every_page_of_the_documentation_has_a_card(tmp_path: Path) -> None:
    command = [
        Path(sys.executable).with_name("mkdocs"),
        "build",
        "--strict",
        "--quiet",
        "-d",
        tmp_path / "site",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT / "deploy" / "docs",
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    pages = [page for page in (tmp_path / "site").rglob("index.html") if "overrides" not in page.parts]
    assert len(pages) > 20
    for page in pages:
        assert 'property="og:image" content="https://emblazon.example/og/' in page.read_text("utf-8"), page


def test_every_page_is_in_the_navigation() -> None:
    menu = (ROOT / "deploy" / "docs" / "mkdocs.yml").read_text("utf-8")
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if f": {page}" not in menu} == set()
