"""`emblazon manifest` and `emblazon types`: schemas for sites, types for editors."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emblazon.contract.manifest import manifest_from_json
from emblazon_origin.cli import main

ROOT = Path(__file__).parents[3]
OWN = """
description = "A \\"press\\" note"
variants = ["night"]
[params.class]
[params.width]
type = "integer"
[params.headline]
required = true
description = "What it is about"
[params.mood]
type = "choice"
choices = ["calm", "loud"]
[params.day]
type = "date"
[params.tags]
type = "list"
"""
RIGHT = """
from datetime import date
from cards import Card
Card.press_note(headline="Hi", mood="calm", day=date(2026, 11, 27), tags=["a"], variant="night", width=600)
Card.article(title="Hi", author=None, image="https://example.com/a.jpg", lang="ar")
"""
WRONG = {
    "a name": 'Card.article(title="Hi", titel="x")',
    "a type": "Card.article(title=5)",
    "a missing one": 'Card.article(author="Ada")',
    "a choice": 'Card.press_note(headline="Hi", mood="sad")',
    "a variant": 'Card.article(title="Hi", variant="nigth")',
    "an option": 'Card.article(title="Hi", width="600")',
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "templates" / "press-note"
    folder.mkdir(parents=True)
    (folder / "card.toml").write_text(OWN + '[fallback]\nheadline = "News"\n')
    (folder / "card.html").write_text("<p>{{ headline }}")
    (tmp_path / "emblazon.toml").write_text("")
    monkeypatch.setenv("EMBLAZON_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mypy(folder: Path, code: str) -> str:
    (folder / "page.py").write_text(code)
    arguments = ["--strict", "--no-error-summary", "--cache-dir", os.devnull, "page.py"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *arguments],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT / "edge")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_type_checker_knows_every_template(project: Path) -> None:
    assert main(["types"]) == 0
    assert mypy(project, RIGHT) == ""
    told = mypy(project, "\n".join(["from cards import Card", *WRONG.values()]) + "\n")
    for number, call in enumerate(WRONG.values(), 2):
        assert f"page.py:{number}:" in told, (call, told)


def test_typed_cards_are_cards(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["types", "-o", "cards.py"]) == 0
    spec = importlib.util.spec_from_file_location("cards", project / "cards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", "https://og.example.com")
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", "")
    made = module.Card.press_note(headline="Hi", tags=["a", "b"], params={"class": "x"}, width=600)
    assert made.url() == (
        "https://og.example.com/og/press-note.auto-safe?_w=600&class=x&headline=Hi&tags=a%2Cb"
    )
    assert "What it is about" in module.Card.press_note.__doc__


def test_file_that_is_behind_fails_the_check(project: Path) -> None:
    assert main(["types", "--check"]) == 2
    assert main(["types"]) == 0
    assert main(["types", "--check"]) == 0
    toml = project / "templates" / "press-note" / "card.toml"
    toml.write_text(toml.read_text().replace("[fallback]", "[params.badge]\n[fallback]"))
    assert main(["types", "--check"]) == 2


def test_manifest_is_what_the_sdk_reads(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    manifest = manifest_from_json(capsys.readouterr().out)
    assert {"article", "press-note"} <= set(manifest.templates)
    assert main(["manifest", "-o", "schemas.json"]) == 0
    assert manifest_from_json((project / "schemas.json").read_bytes()) == manifest
