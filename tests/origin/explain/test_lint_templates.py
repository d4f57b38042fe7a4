"""Lint draws templates with the worst that their schema lets through."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from sweeps import sweep

from emblazon.contract.schema import ParamSpec, TemplateSpec
from emblazon_origin.explain import LintResult, lint_templates
from emblazon_origin.explain.lint import fill, worst_cases
from emblazon_origin.render import Engine
from emblazon_origin.template.brand import Brand
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]

CARD_TOML = """
description = "A card"
alt = "{title}"

[size]
width = 600
height = 315

[params.title]
required = true
max_length = 120
description = "Title"
"""
SOUND = "<style>h1{{margin:60px;font:30px/1.2 Inter;display:-webkit-box;-webkit-box-orient:vertical;\
-webkit-line-clamp:4;overflow:hidden;overflow-wrap:anywhere}}{extra}</style><h1>{{{{ title }}}}</h1>"


PICTURE = TemplateSpec("t", "", {"image": ParamSpec("image", "url")})


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"))


def lint(folder: Path, html: str) -> LintResult:
    template = folder / "plain"
    template.mkdir()
    (template / "card.html").write_text(f"<!doctype html><html lang=en>{html}")
    (template / "card.toml").write_text(CARD_TOML)
    (template / "preview.json").write_text(json.dumps({"params": {"title": "Preview"}}))
    return lint_templates(folder, engine())


def test_a_sound_template_has_no_errors(tmp_path: Path) -> None:
    result = lint(tmp_path, SOUND.format(extra=""))
    assert [entry.finding.message for entry in result.findings] == []
    assert not result.has_errors
    assert result.cards == 1 + len(worst_cases(TemplateSpec("plain", "", {}), {}))


def test_css_that_is_ignored_is_an_error_told_once(tmp_path: Path) -> None:
    result = lint(tmp_path, SOUND.format(extra="h1{{colour:red}}".replace("{{", "{").replace("}}", "}")))
    (entry,) = result.findings
    assert entry.finding.code == "css-unknown-property"
    assert len(entry.cases) == result.cards
    assert result.has_errors
    assert "1 error," in result.to_text()


def test_titles_that_overflow_are_errors_of_the_long_case(tmp_path: Path) -> None:
    result = lint(tmp_path, "<h1 style='margin:60px;font:90px Inter;white-space:nowrap'>{{ title }}</h1>")
    cases = {case for e in result.findings if e.finding.code == "text-overflow" for case in e.cases}
    assert {"worst-long", "worst-unbreakable"} <= cases
    assert "worst-short" not in cases


def test_a_picture_that_is_lost_on_purpose_is_no_error(tmp_path: Path) -> None:
    template = tmp_path / "plain"
    template.mkdir()
    (template / "card.html").write_text(
        "{% if image %}<img src='{{ image }}'>{% endif %}{{ card.failed|join }}"
    )
    (template / "card.toml").write_text('[params.image]\ntype = "url"\n')
    result = lint_templates(tmp_path, engine())
    assert not result.has_errors, result.to_text()
    assert {"worst-no-picture", "worst-lost-picture"} <= {case.name for case in worst_cases(PICTURE, {})}


@pytest.mark.parametrize("accent", sweep(["#0f5c4d", "#ffd84d"], quick=1))
def test_brand_of_any_darkness_is_read_on_a_film(tmp_path: Path, accent: str) -> None:
    (tmp_path / "podcast").symlink_to(ROOT / "templates" / "podcast")
    result = lint_templates(tmp_path, engine(), Brand(accent=accent))
    assert not result.findings, result.to_text()


def test_worst_cases_stay_inside_the_schema() -> None:
    spec = TemplateSpec("t", "", {
        "title": ParamSpec("title", required=True, max_length=40),
        "note": ParamSpec("note", type="text", max_length=500),
        "tags": ParamSpec("tags", type="list", max_length=60),
        "count": ParamSpec("count", type="integer"),
    })  # fmt: skip
    for case in worst_cases(spec, {"title": "Shown", "count": 3}):
        assert len(str(case.params["title"])) <= 40
        assert case.params.get("count", 3) == 3
    names = {case.name for case in worst_cases(spec, {})}
    assert {"worst-long", "worst-short", "worst-empty", "worst-rtl", "worst-cjk", "worst-emoji"} <= names


@pytest.mark.parametrize("length", [1, 7, 1000])
def test_samples_fill_a_length(length: int) -> None:
    assert 0 < len(fill("ab cd ", length)) <= length
