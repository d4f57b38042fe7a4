"""`emblazon pages`: every page of a built site gets the card that it says, once, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from selectolax.lexbor import LexborHTMLParser
from waiting import gone, wait_until

from emblazon_origin.cli import main
from emblazon_origin.site.draw_site import with_tags
from emblazon_origin.site.page_rules import RulesError, read_facts, read_rules, without_site

BASE = ["--base-url", "https://meridian.example"]
PAGE = """<!doctype html><html lang="en"><head><title>{title} | Meridian</title>
<meta property="og:site_name" content="Meridian">{more}</head>
<body><article><h1>{title}</h1></article></body></html>
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EMBLAZON_HOME", raising=False)
    return build_site(tmp_path / "public", 3)


def build_site(folder: Path, pages: int) -> Path:
    for number in range(pages):
        page = folder / "blog" / str(number)
        page.mkdir(parents=True, exist_ok=True)
        (page / "index.html").write_text(PAGE.format(title=f"Tide table {number}", more=""))
    return folder


def rows(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, str]]:
    assert main(["pages", *arguments, "--json", "--processes", "1"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_page_gets_its_picture_and_tags(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, str(site), *BASE)
    assert [row["state"] for row in found] == ["drawn"] * 3
    html = (site / "blog" / "1" / "index.html").read_text()
    url = found[1]["url"]
    assert f'<meta property="og:image" content="{url}">' in html
    assert html.index("og:image") < html.index("</head>")
    with Image.open(site / url.removeprefix("https://meridian.example/")) as picture:
        assert picture.size == (1200, 630)


def test_second_run_draws_nothing_and_changes_nothing(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows(capsys, str(site), *BASE)
    before = {path: path.read_bytes() for path in site.rglob("*.html")}
    assert {row["state"] for row in rows(capsys, str(site), *BASE)} == {"kept"}
    assert {path: path.read_bytes() for path in site.rglob("*.html")} == before


def test_rebuilt_site_keeps_its_pictures_and_draws_what_changed(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = rows(capsys, str(site), *BASE)
    build_site(site, 3)
    page = site / "blog" / "2" / "index.html"
    page.write_text(page.read_text().replace("Tide table 2", "Another title"))
    second = rows(capsys, str(site), *BASE)
    assert [row["state"] for row in second] == ["kept", "kept", "drawn"]
    assert [a["url"] == b["url"] for a, b in zip(first, second, strict=True)] == [True, True, False]


def test_shards_share_the_pages_out(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_site(site, 12)
    parts = [
        {row["page"] for row in rows(capsys, str(site), *BASE, "--dry-run", "--shard", f"{n}/3")}
        for n in (1, 2, 3)
    ]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 12


def test_own_elements_and_rules_choose(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site.parent / "emblazon.toml").write_text(
        '[pages]\nbase_url = "https://meridian.example"\n'
        '[[pages.rule]]\npath = "/blog/0/"\nskip = true\n'
        '[[pages.rule]]\npath = "/blog/*/"\ntemplate = "docs"\nparams = { project = "Tides" }\n'
    )
    own = '<meta name="emblazon:template" content="product"><meta name="emblazon:name" content="Own words">'
    (site / "blog" / "2" / "index.html").write_text(PAGE.format(title="x", more=own))
    skipped, ruled, named = rows(capsys, str(site))
    assert skipped["state"] == "skipped"
    assert "/og/docs-" in ruled["url"]
    assert "/og/product-" in named["url"]


def test_picture_of_the_site_is_read_from_its_folder(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (400, 400), (255, 0, 255)).save(site / "harbour.png")
    page = site / "blog" / "0" / "index.html"
    page.write_text(
        PAGE.format(title="With a picture", more='<meta property="og:image" content="/harbour.png">')
    )
    row = rows(capsys, str(site), *BASE)[0]
    assert row["note"] == ""
    with Image.open(site / row["url"].removeprefix("https://meridian.example/")) as picture:
        red, green, blue = picture.convert("RGB").split()
    magenta = ImageChops.multiply(ImageChops.multiply(red, blue), ImageChops.invert(green))
    assert magenta.point(lambda value: 255 * (value > 180)).histogram()[255] > 10_000
    assert rows(capsys, str(site), *BASE)[0]["state"] == "kept", "the page's own picture is remembered"


@pytest.mark.parametrize(
    ("html", "word"),
    [
        ("<p>no title", "no title"),
        ('<title>x</title><meta name="emblazon:template" content="artikel">', "'article'"),
    ],
)
def test_page_without_a_card_says_why(
    site: Path, capsys: pytest.CaptureFixture[str], html: str, word: str
) -> None:
    (site / "blog" / "0" / "index.html").write_text(f"<html><head>{html}</head></html>")
    assert main(["pages", str(site), *BASE, "--json", "--processes", "1"]) in (0, 1)
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("", "windows-1252"), ("iso-8859-1", "windows-1252"), ("shift_jis", "shift_jis"), ("utf-8", "utf-8")],
)
def test_page_in_any_encoding_gets_its_title_and_keeps_its_bytes(
    site: Path, charset: str, codec: str
) -> None:
    title = "潮の表" if codec == "shift_jis" else "Café “Hafen”"
    meta = f'<meta charset="{charset}">' if charset else ""
    page = site / "blog" / "0" / "index.html"
    head = f"<html>\r\n<head>{meta}<title>{title}</title>"
    page.write_bytes(f"{head}</head></html>".encode(codec))
    assert main(["pages", str(site), *BASE, "--json", "--processes", "1"]) == 0
    assert page.read_bytes().startswith(head.encode(codec))
    written = LexborHTMLParser(page.read_bytes().decode(codec))
    alt = written.css_first('meta[property="og:image:alt"]')
    assert alt is not None
    assert alt.attributes["content"] == title


def test_address_that_platforms_could_not_use_is_refused(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pages", str(site)]) == 2
    assert "--base-url" in capsys.readouterr().err


@pytest.mark.e2e
def test_killed_run_loses_nothing(tmp_path: Path) -> None:
    site = build_site(tmp_path / "public", 40)
    command = [sys.executable, "-m", "emblazon_origin.cli", "pages", str(site), *BASE, "--processes", "2"]
    environment = {**os.environ, "EMBLAZON_HOME": str(tmp_path)}
    for wanted in (2, 8):
        run = subprocess.Popen(
            command, cwd=tmp_path, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
        )
        wait_until(lambda: len(pictures(tmp_path)) >= wanted or run.poll() is not None, seconds=120)  # noqa: B023
        os.killpg(run.pid, signal.SIGKILL)
        run.wait(60)
    assert len(pictures(tmp_path)) > 0
    for path in pictures(tmp_path):
        with Image.open(path) as picture:
            picture.load()
    done = subprocess.run(
        [*command, "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    states = [json.loads(line)["state"] for line in done.stdout.splitlines()]
    assert len(states) == 40
    assert set(states) <= {"drawn", "kept"}
    assert "kept" in states
    assert len(list((site / "og").glob("*.png"))) == 40


@pytest.mark.e2e
def test_processes_do_not_outlive_a_killed_run(tmp_path: Path) -> None:
    """The kernel may end the command alone, when memory is short; nobody would end its processes then."""
    site = build_site(tmp_path / "public", 400)
    command = [sys.executable, "-m", "emblazon_origin.cli", "pages", str(site), *BASE, "--processes", "2"]
    environment = {**os.environ, "EMBLAZON_HOME": str(tmp_path)}
    run = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    wait_until(lambda: pictures(tmp_path) or run.poll() is not None, seconds=120)
    started = [int(number) for number in children.read_text().split()]
    run.kill()
    run.wait(60)
    assert len(started) >= 2
    wait_until(lambda: all(gone(number) for number in started))


def pictures(home: Path) -> list[Path]:
    return [path for path in (home / ".emblazon" / "pages").glob("article-*") if path.suffix == ".png"]


# What pages say


@pytest.mark.parametrize(
    ("title", "site", "short"),
    [
        ("Tides | Meridian", "Meridian", "Tides"),
        ("Meridian – Tides", "Meridian", "Tides"),
        ("A - B - Meridian", "meridian", "A - B"),
        ("Well-known | Other", "Meridian", "Well-known | Other"),
        ("Meridian", "Meridian", "Meridian"),
    ],
)
def test_name_of_the_site_is_taken_off_titles(title: str, site: str, short: str) -> None:
    assert without_site(title, site) == short


def test_structured_data_speaks_where_open_graph_is_silent() -> None:
    data = {
        "@graph": [
            {"@type": "WebPage"},
            {"headline": "Ebb", "author": [{"name": "Ines"}], "datePublished": "2026-03-01T10:00Z"},
        ]
    }
    facts = read_facts(f'<script type="application/ld+json">{json.dumps(data)}</script><title>x</title>')
    assert (facts.title, facts.author, facts.date) == ("Ebb", "Ines", "2026-03-01")


def test_broken_structured_data_is_passed_over() -> None:
    assert read_facts('<script type="application/ld+json">{"a": [</script><title>Ebb</title>').title == "Ebb"


def test_tags_replace_those_of_a_theme() -> None:
    html = (
        '<head>\n<meta content="a.png" property="og:image">\n<META NAME=twitter:card CONTENT=summary>\n'
        '<meta name="author" content="I"></head>'
    )
    tagged = with_tags(html, "<meta new>")
    assert tagged is not None
    assert "a.png" not in tagged
    assert "summary" not in tagged
    assert 'name="author"' in tagged
    assert with_tags(tagged, "<meta new>") == tagged
    assert with_tags("<p>no head", "<meta new>") is None


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ({"templat": "x"}, "'template'"),
        ({"format": "bmp"}, "png"),
        ({"rule": [{"template": "x"}]}, "path"),
        ({"rule": [{"path": "/", "skip": "yes"}]}, "true or false"),
        ({"rule": [{"path": "/", "params": {"a": []}}]}, "params"),
    ],
)
def test_wrong_rule_is_named(table: dict[str, object], word: str) -> None:
    with pytest.raises(RulesError, match=word):
        read_rules(table, Path("emblazon.toml"))
