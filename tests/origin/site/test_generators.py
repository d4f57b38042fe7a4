"""The example sites are built by their generators, and an independent client finds each page's card."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
BASE = "https://meridian.example/"
pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Generator:
    """How a site is built, where its pages are then, and the template that each of them got."""

    name: str
    out: str
    pages: dict[str, str]
    command: str = ""  # empty: what the example's README says
    needs: str = ""  # a program, or a folder of npm packages


POSTS = {"index.html": "article", "posts/tides/index.html": "article", "posts/caches/index.html": "docs"}
GENERATORS = (
    Generator("mkdocs", "site", {"index.html": "docs", "tides/index.html": "docs"}, "mkdocs build --strict"),
    Generator("sphinx", "out", {"index.html": "docs", "tides.html": "docs"}, "sphinx-build -q -b html . out"),
    Generator("pelican", "output", {"reading-a-tide-table.html": "article"}, "pelican content"),
    Generator("hugo", "public", POSTS, needs="hugo"),
    Generator("jekyll", "_site", POSTS, needs="jekyll"),
    Generator("eleventy", "_site", POSTS, needs="node_modules"),
    Generator("astro", "dist", POSTS, needs="node_modules"),
)


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.name)
def test_generator_builds_pages_with_cards(generator: Generator, tmp_path: Path) -> None:
    project = tmp_path / generator.name
    example = ROOT / "examples" / generator.name
    shutil.copytree(example, project, ignore=shutil.ignore_patterns("node_modules", ".emblazon"))
    if generator.needs == "node_modules":
        if not (example / "node_modules").is_dir():
            pytest.skip(f"npm ci in examples/{generator.name}; make test does it")
        (project / "node_modules").symlink_to(example / "node_modules")
    elif generator.needs and shutil.which(generator.needs) is None:
        pytest.skip(f"apt-get install {generator.needs}; make test does it")
    build(generator.command or readme_commands(example), project)
    for page, template in generator.pages.items():
        tags = read_by_scraper(project / generator.out / page)
        (image,) = tags["ogImage"]
        assert image["url"].startswith(f"{BASE}og/{template}-")
        assert tags["twitterCard"] == "summary_large_image"
        assert image["alt"]
        with Image.open(project / generator.out / image["url"].removeprefix(BASE)) as picture:
            assert (picture.width, picture.height) == (int(image["width"]), int(image["height"]))
            assert Image.MIME[picture.format or ""] == image["type"]
    before = {path: path.read_bytes() for path in (project / generator.out).rglob("*.html")}
    build(f"emblazon pages {generator.out} --base-url {BASE}", project)
    assert {path: path.read_bytes() for path in (project / generator.out).rglob("*.html")} == before


def readme_commands(example: Path) -> str:
    """Return what the README tells to run; npm's packages are there."""
    blocks = re.findall(r"```sh\n(.*?)```", (example / "README.md").read_text("utf-8"), re.DOTALL)
    return "".join(blocks).replace("npm ci\n", "")


def build(commands: str, project: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}
    environment = {**kept, "PATH": f"{BIN}:{kept['PATH']}", "ASTRO_TELEMETRY_DISABLED": "1"}
    environment["HUGO_CACHEDIR"] = str(project.parent / "hugo-cache")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=project, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def read_by_scraper(page: Path) -> dict[str, Any]:
    """Return what open-graph-scraper finds on a page."""
    script = (
        "const ogs = require('open-graph-scraper'); const fs = require('fs');"
        "ogs({ html: fs.readFileSync(process.argv[1], 'utf8') }).then(({ result }) =>"
        " console.log(JSON.stringify(result)))"
    )
    done = subprocess.run(["node", "-e", script, page], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
