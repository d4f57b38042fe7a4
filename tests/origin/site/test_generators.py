"""The example sites are built by their generators, and an independent client finds each page's card."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
pytestmark = pytest.mark.e2e
COMMANDS = {
    "mkdocs": ([BIN / "mkdocs", "build", "--strict"], "site", ("index.html", "tides/index.html")),
    "sphinx": ([BIN / "sphinx-build", "-q", "-b", "html", ".", "out"], "out", ("index.html", "tides.html")),
    "pelican": ([BIN / "pelican", "content"], "output", ("reading-a-tide-table.html",)),
}


@pytest.mark.parametrize("generator", COMMANDS)
def test_generator_builds_pages_with_cards(generator: str, tmp_path: Path) -> None:
    command, out, pages = COMMANDS[generator]
    project = tmp_path / generator
    shutil.copytree(ROOT / "examples" / generator, project)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for page in pages:
        tags = read_by_scraper(project / out / page)
        assert tags["url"].startswith("https://meridian.example/og/")
        with Image.open(project / out / tags["url"].removeprefix("https://meridian.example/")) as picture:
            assert (str(picture.width), str(picture.height)) == (tags["width"], tags["height"])
            assert Image.MIME[picture.format or ""] == tags["type"]


def read_by_scraper(page: Path) -> dict[str, str]:
    """Read the picture of a page with open-graph-scraper."""
    script = (
        "const ogs = require('open-graph-scraper'); const fs = require('fs');"
        "ogs({ html: fs.readFileSync(process.argv[1], 'utf8') }).then(({ result }) =>"
        " console.log(JSON.stringify(result.ogImage[0])))"
    )
    done = subprocess.run(["node", "-e", script, page], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r'"(\w+)":"?([^",}]+)', done.stdout))
