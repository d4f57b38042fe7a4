"""Every command that prints facts prints them as JSON of a documented shape, and nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from json_shapes import check_shape

from emblazon_origin.cli import main, reference
from emblazon_origin.cli.main import COMMANDS, parser
from emblazon_origin.cli.outputs import OUTPUTS, WITHOUT_JSON

PAGE = "<!doctype html><html><head><title>Tides</title></head><body><h1>Tides</h1></body></html>"
KEYS = "k1:an-example-of-a-signing-key"
TITLE = ["-p", "title=Hello"]
# One line of each command that needs no server.
LINES = {
    "render": ["render", "article", *TITLE, "-p", "image=http://127.0.0.1/none.png", "-o", "card.png"],
    "explain": ["explain", "card.html"],
    "lint": ["lint", "templates"],
    "export": ["export", "cards.jsonl", "-o", "out"],
    "pages": ["pages", "public", "--base-url", "https://meridian.example", "--processes", "1"],
    "sign": ["sign", "/og/article.png?title=Hi", "--keys", KEYS, "--expires-in", "60"],
    "url": ["url", "article", *TITLE],
    "meta": ["meta", "article", *TITLE],
    "init": ["init", "site", "--yes"],
    "new": ["new", "other"],
    "eject": ["eject", "docs"],
    "worker": ["worker"],
    "fonts": ["fonts"],
    "config": ["config", "--all"],
    "doctor": ["doctor"],
}
OF_SERVERS = {"audit", "purge", "stats", "warm"}  # tests/origin/cli/test_warm.py runs one


@pytest.fixture
def project(folder: Path) -> Path:
    (folder / "public").mkdir()
    (folder / "public" / "index.html").write_text(PAGE)
    (folder / "card.html").write_text("<body style='bogus: 1'><p>Hello</p><p style='color: #eee'>Pale</p>")
    (folder / "cards.jsonl").write_text('{"template": "article", "params": {"title": "Hello"}}\n')
    (folder / "emblazon.toml").write_text('[settings]\npublic_url = "https://og.example.com"\n')
    assert main(["new", "notice"]) == 0
    (folder / "fonts").mkdir()
    (folder / "fonts" / "fonts.toml").write_text("")
    return folder


def test_every_command_prints_json_or_says_why_not() -> None:
    assert set(COMMANDS) == OUTPUTS.keys() | WITHOUT_JSON.keys()
    assert set(OUTPUTS) == LINES.keys() | OF_SERVERS
    takes = {
        name
        for action in parser()._actions
        for name, command in (getattr(action, "choices", None) or {}).items()
        if "--json" in command.format_help()
    }
    assert takes == set(OUTPUTS)


@pytest.mark.parametrize("command", LINES)
def test_json_has_the_documented_shape(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    capsys.readouterr()
    assert main([*LINES[command], "--json"]) in (0, 1 if command == "doctor" else 0)
    printed = check_shape(command, capsys.readouterr().out)
    assert printed
    assert printed != [[]]


def test_json_of_a_render_holds_the_findings_that_are_told_otherwise(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*LINES["render"], "--json"]) == 0
    printed = capsys.readouterr()
    (told,) = check_shape("render", printed.out)
    assert printed.err == ""
    assert "image-failed" in {finding["code"] for finding in told["findings"]}
    assert told["bytes"] == (project / "card.png").stat().st_size


def test_picture_and_json_do_not_share_stdout(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "article", *TITLE, "-o", "-", "--json"]) == 2
    assert "-o" in capsys.readouterr().err


def test_signed_url_says_when_it_ends(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*LINES["sign"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert f"_exp={told['expires_at']}" in told["url"]


def test_reference_of_the_commands_is_current() -> None:
    assert reference.PAGE.read_text("utf-8") == reference.page(), (
        "run python -m emblazon_origin.cli.reference"
    )
