"""The page of the shipped templates says what their card.toml says, and its sheet is small enough to load."""

from __future__ import annotations

import importlib
import runpy
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from emblazon_origin.template.library import TemplateLibrary

ROOT = Path(__file__).parents[2]
LIBRARY = TemplateLibrary(ROOT / "templates", lambda families: "")


def test_the_page_is_current() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "gallery.py"))["page"](LIBRARY)
    assert (ROOT / "docs" / "gallery.md").read_text("utf-8") == written, "run make docs"


def test_the_page_shows_every_template_in_a_sheet_that_loads_fast() -> None:
    sheet = ROOT / "docs" / "pictures" / "gallery.jpg"
    assert sheet.stat().st_size < 400_000
    with Image.open(sheet) as picture:
        rows = -(-len(LIBRARY.specs) // 3)
        assert picture.height // rows > 200, "run make docs"


def test_the_readme_names_every_template() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert not [name for name in LIBRARY.specs if f"{name}," not in readme and f"{name}." not in readme]


def test_the_photographs_of_the_previews_are_drawn_by_our_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    pictures = importlib.import_module("photographs.scenes").PICTURES
    there = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").glob("*/*.jpg")}
    assert there == set(pictures)
    with Image.open(ROOT / "templates" / "podcast" / "cover.jpg") as kept:
        difference = ImageChops.difference(kept.convert("RGB"), pictures["podcast/cover.jpg"]())
    assert max(ImageStat.Stat(difference).mean) < 4
