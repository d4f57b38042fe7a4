"""`[brand]` of emblazon.toml: seen by every template, part of its version, checked with its key named."""

from __future__ import annotations

from pathlib import Path

import pytest

from emblazon_origin.cli.project.settings import apply_settings
from emblazon_origin.errors import TemplateError
from emblazon_origin.home import Home
from emblazon_origin.project import ProjectError, read_project
from emblazon_origin.template.brand import NO_BRAND, Brand, read_brand
from emblazon_origin.template.library import TemplateLibrary

CARD = '<p style="color: {{ accent }}">{{ card.brand.name }} {{ title }}</p>'
SCHEMA = """[params.title]
required = true
[params.accent]
type = "color"
default = "#000000"
brand = "accent"
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates" / "note"
    folder.mkdir(parents=True)
    (folder / "card.html").write_text(CARD)
    (folder / "card.toml").write_text(SCHEMA + "[fallback]\ntitle = ''\n")
    return tmp_path / "templates"


def library(templates: Path, brand: Brand) -> TemplateLibrary:
    return TemplateLibrary(templates, lambda families: "", brand)


def test_template_shows_the_brand_and_takes_its_default_from_it(templates: Path) -> None:
    html = library(templates, Brand(name="Meridian", accent="#c2410c")).bind("note", {"title": "Salt"}).html
    assert html == '<p style="color: #c2410c">Meridian Salt</p>'


def test_value_of_a_card_goes_before_the_brand(templates: Path) -> None:
    html = (
        library(templates, Brand(accent="#c2410c")).bind("note", {"title": "Salt", "accent": "#00ff00"}).html
    )
    assert "#00ff00" in html


def test_new_brand_is_a_new_version_of_every_template(templates: Path) -> None:
    versions = {library(templates, Brand(name=name)).specs["note"].version for name in ("", "One", "Two")}
    assert len(versions) == 3
    assert library(templates, NO_BRAND).specs["note"].version in versions


def test_logo_travels_with_the_card_and_serves_dark_grounds_too(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    brand = read_brand({"logo": "logo.svg", "font": "Inter"}, tmp_path, tmp_path / "emblazon.toml")
    assert brand.logo.startswith("data:image/svg+xml;base64,")
    assert (brand.logo_dark, brand.heading_font) == (brand.logo, "Inter")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"acent": "#fff"}, ("brand.acent", "'accent'")),
        ({"accent": "blurple"}, ("brand.accent", "blurple")),
        ({"logo": "missing.png"}, ("brand.logo", "missing.png")),
        ({"logo": "notes.txt"}, ("brand.logo", ".svg")),
        ({"corners": "wavy"}, ("brand.corners", "sharp")),
        ({"name": 7}, ("brand.name", "text")),
    ],
)
def test_wrong_value_is_named_with_what_would_be_right(
    tmp_path: Path, table: dict[str, object], words: tuple[str, ...]
) -> None:
    with pytest.raises(TemplateError) as caught:
        read_brand(table, tmp_path, tmp_path / "emblazon.toml")
    assert all(word in str(caught.value) for word in words)


def project(root: Path, text: str) -> Home:
    (root / "emblazon.toml").write_text(text)
    return Home(root, root)


def test_settings_of_the_file_stand_below_the_environment(tmp_path: Path) -> None:
    home = project(
        tmp_path,
        '[settings]\npublic_url = "https://og.example.com"\nworkers = 3\nfetch_hosts = ["a.org", "b.org"]\n',
    )
    environment = {"EMBLAZON_WORKERS": "1"}
    apply_settings(read_project(home), environment)
    assert environment == {
        "EMBLAZON_WORKERS": "1",
        "EMBLAZON_PUBLIC_URL": "https://og.example.com",
        "EMBLAZON_FETCH_HOSTS": "a.org,b.org",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[settings]\nsigning_key = 'k1:x'", ("signing_key", "'signing_keys'")),
        ("[setings]\n", ("setings", "'settings'")),
        ("settings = 3", ("settings", "table")),
        ("[settings]\nworkers = {a = 1}", ("settings.workers", "expected")),
        ("[settings\n", ("emblazon.toml", "line 1")),
    ],
)
def test_mistake_in_the_file_is_named(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ProjectError) as caught:
        apply_settings(read_project(project(tmp_path, text)), {})
    assert all(word in str(caught.value) for word in words)
