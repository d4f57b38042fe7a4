"""Projects of one's own: init, new, eject, config, url and meta, in a folder that is no checkout."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from emblazon.contract.signing import Keyring
from emblazon_origin.cli import main, purge
from emblazon_origin.cli.project import secrets_file
from emblazon_origin.cli.project.settings import setting_defaults


def test_begun_project_draws_its_own_template_with_its_logo(folder: Path) -> None:
    Image.new("RGB", (64, 64), (255, 0, 255)).save(folder / "mark.png")
    arguments = ["init", "site", "--yes", "--name", "Meridian", "--accent", "#204030", "--logo", "mark.png"]
    assert main([*arguments, "--url", "https://og.meridian.example"]) == 0
    site = folder / "site"
    assert stat.S_IMODE((site / ".env").stat().st_mode) == 0o600
    assert ".env" in (site / ".gitignore").read_text()
    assert (site / "wrangler.toml").is_file()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(site)
        assert main(["render", "hello", "-p", "title=Hello", "-o", "card.png"]) == 0
        with Image.open("card.png") as picture:
            colors = {color for _, color in picture.convert("RGB").getcolors(1 << 20) or []}
    assert {(0x20, 0x40, 0x30), (255, 0, 255)} <= colors


def test_worker_is_written_anew_and_alone_in_its_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["worker"]) == 0
    worker = folder / "build" / "worker"
    assert "class Default" in (worker / "worker.py").read_text()
    handler = worker / "emblazon" / "edge" / "handler.py"
    handler.write_text("old")
    assert main(["worker"]) == 0
    assert handler.read_text() != "old"
    assert not (worker / "emblazon" / "django").exists()
    (worker / "mine.py").touch()
    assert main(["worker"]) == 2
    assert "mine.py" in capsys.readouterr().err


def test_worker_of_a_project_is_the_one_of_the_checkout(folder: Path) -> None:
    """`wrangler.toml` of the checkout copies the same modules, which a test compares with the imports."""
    root, theirs = Path(__file__).parents[3], folder / "checkout"
    settings = tomllib.loads((root / "wrangler.toml").read_text("utf-8"))
    shutil.copytree(root / "edge", theirs / "edge", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["sh", "-ec", settings["build"]["command"]], cwd=theirs, check=True, timeout=60)
    assert main(["worker"]) == 0
    assert modules(folder / "build" / "worker") == modules(theirs / "build" / "worker")


def modules(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}


def test_init_leaves_a_project_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--yes"]) == 0
    before = (folder / "emblazon.toml").read_text()
    assert main(["init", "--yes", "--name", "Other"]) == 2
    assert "there already" in capsys.readouterr().err
    assert (folder / "emblazon.toml").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--url", "ftp://x"], "ftp://x"),
        (["--accent", "red"], "#2f5bea"),
        (["--logo", "none.png"], "none.png"),
    ],
)
def test_init_says_what_would_be_right(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    assert main(["init", "--yes", *arguments]) == 2
    assert word in capsys.readouterr().err


def test_new_template_is_drawn_as_it_is(folder: Path) -> None:
    assert main(["new", "notice"]) == 0
    assert main(["render", "notice", "--preview", "-o", "notice.png"]) == 0
    assert main(["lint", "templates"]) == 0


@pytest.mark.parametrize("template", ["notice", "docs", "event", "statistics"])
def test_accents_that_reach_out_of_their_line_are_whole(folder: Path, template: str) -> None:
    assert main(["new", "notice"]) == 0
    if template != "notice":
        assert main(["eject", template]) == 0
    arguments = [template, "-p", "title=Ấ ẨỄ Ü Å"]
    assert main(["render", *arguments, "-o", "cut.png"]) == 0
    card = folder / "templates" / template / "card.html"
    card.write_text(card.read_text() + "<style>h1 { overflow: visible !important }</style>")
    assert main(["render", *arguments, "-o", "whole.png"]) == 0
    assert (folder / "cut.png").read_bytes() == (folder / "whole.png").read_bytes()


def test_ejected_template_goes_before_the_built_in_one(folder: Path) -> None:
    assert main(["eject", "article"]) == 0
    (folder / "templates" / "article" / "card.html").write_text("<body style='margin:0;background:#123456'>")
    assert main(["render", "article", "-p", "title=x", "-o", "a.png"]) == 0
    with Image.open("a.png") as picture:
        assert picture.convert("RGB").getpixel((5, 5)) == (0x12, 0x34, 0x56)
    assert main(["render", "docs", "-p", "title=x", "-o", "d.png"]) == 0


def test_folders_of_other_programs_are_no_templates(folder: Path) -> None:
    (folder / "templates" / "Registration Forms").mkdir(parents=True)
    (folder / "templates" / "base.html").write_text("{% block content %}")
    assert main(["render", "article", "-p", "title=x", "-o", "a.png"]) == 0


def test_eject_names_what_there_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eject", "artikel"]) == 2
    assert "article" in capsys.readouterr().err


def test_url_is_signed_with_the_keys_of_the_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_text("SECRET_OF_ANOTHER=1\nEMBLAZON_SIGNING_KEYS=k9:abcdefghijklmnopqrstuvwxyz\n")
    (folder / "emblazon.toml").write_text('[settings]\npublic_url = "https://og.example.com"\n')
    assert main(["url", "article", "-p", "title=Hello"]) == 0
    url = capsys.readouterr().out.strip()
    assert url.startswith("https://og.example.com/og/article.auto-safe?")
    path, _, query = url.removeprefix("https://og.example.com").partition("?")
    Keyring.parse("k9:abcdefghijklmnopqrstuvwxyz").verify(path, query, 0.0)


def test_url_follows_the_port_that_serve_has(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_PORT", "18431")
    assert main(["url", "article", "-p", "title=Hello"]) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:18431/og/article.auto-safe?")
    monkeypatch.setattr(purge, "_send", lambda edge, *_: pytest.fail(edge))
    with pytest.raises(pytest.fail.Exception, match=r"^http://127\.0\.0\.1:18431$"):
        main(["purge", "--all"])


def test_meta_prints_the_elements(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["meta", "article", "-p", "title=Hello", "--json"]) == 0
    assert 'property="og:image"' in json.loads(capsys.readouterr().out)["html"]


def test_fonts_without_a_list_says_that_none_need_copying(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "emblazon.toml").touch()
    assert main(["fonts"]) == 2
    assert "The built-in fonts need no copying" in capsys.readouterr().err
    assert not (folder / "fonts").exists()


def test_finding_of_no_file_begins_with_its_severity(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", "article", "-p", "title=x", "-p", "image=cover.jpg", "-o", "x.png"]) == 0
    assert capsys.readouterr().err.startswith("warning: Parameter 'image'")


def test_config_says_where_a_setting_came_from(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_WORKERS", "3")
    (folder / ".env").write_text("EMBLAZON_PURGE_TOKEN=abcdefghijklmnopqrstuvwxyz\n")
    (folder / "emblazon.toml").write_text('[settings]\npublic_url = "https://og.example.com"\nworkers = 8\n')
    assert main(["config", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["EMBLAZON_WORKERS"] == {"name": "EMBLAZON_WORKERS", "value": "3", "source": "environment"}
    assert rows["EMBLAZON_PUBLIC_URL"]["source"] == "emblazon.toml"
    assert rows["EMBLAZON_PURGE_TOKEN"]["source"] == ".env"
    assert "abcdef" not in rows["EMBLAZON_PURGE_TOKEN"]["value"]


def test_every_setting_is_shown_with_what_holds(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "emblazon_origin_token").write_text("of-sixteen-letters-or-more\n")
    monkeypatch.setenv("EMBLAZON_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("EMBLAZON_KV_TIMEOUT", "0.2")
    monkeypatch.setenv("EMBLAZON_LEASE", " ")
    assert main(["config", "--all", "--json"]) == 0
    rows = {row["name"]: (row["value"], row["source"]) for row in json.loads(capsys.readouterr().out)}
    assert rows["EMBLAZON_ORIGIN_TOKEN"] == ("(26 characters, hidden)", "secret file")
    assert rows["EMBLAZON_KV_TIMEOUT"] == ("0.2", "environment")
    assert rows["EMBLAZON_LEASE"] == ("30", "default")
    assert rows["EMBLAZON_MEMORY_BUDGET"] == ("1024m", "default")


def test_defaults_are_those_of_the_pages() -> None:
    """Both tables of variables are held to the code by tests of their own; `config` shows the same."""
    known, compared = setting_defaults(), 0
    for page in ("deploy.md", "operations.md"):
        text = (Path(__file__).parents[3] / "docs" / page).read_text("utf-8")
        for name, default in re.findall(r"^\| `(EMBLAZON_\w+)` \| `?([^|`]*?)`? \|", text, re.MULTILINE):
            if name in known and known[name] and not default.startswith("EMBLAZON_"):
                compared += 1
                assert known[name].lower() == {"off": "0"}.get(default, default).lower(), (page, name)
    assert compared > 40


def test_misspelt_setting_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "emblazon.toml").write_text("[settings]\nworkrs = 3\n")
    assert main(["config"]) == 2
    assert "'workers'" in capsys.readouterr().err


def test_key_that_serve_made_signs_what_other_commands_print(folder: Path) -> None:
    state = folder / ".emblazon"
    keys, made = secrets_file.own_signing_keys(state)
    assert made
    assert secrets_file.own_signing_keys(state) == (keys, False)
    assert secrets_file.signing_keys({}, state) == keys
    assert secrets_file.signing_keys({"EMBLAZON_DEV": "1"}, state) == ""
    assert stat.S_IMODE((state / "signing-key").stat().st_mode) == 0o600
