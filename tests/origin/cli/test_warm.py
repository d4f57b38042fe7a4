"""`emblazon warm`: which addresses it reads out of what, how it asks, and how a stopped run goes on."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from json_shapes import check_shape
from local_server import LocalServer, Quiet
from ports import free_port
from waiting import wait_until

from emblazon.contract.signing import Keyring
from emblazon_origin.cli import main
from emblazon_origin.cli.many.warm_run import og_image

KEYS = "k1:an-example-of-a-signing-key"
PNG = {"Content-Type": "image/png"}
ATOM = "http://www.w3.org/2005/Atom"


@dataclass
class Site:
    """A server with pages, lists and cards; `answers` are taken in turn, the last one again and again."""

    url: str = ""
    answers: dict[str, list[tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)

    def has(self, path: str, text: str | bytes = b"", status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = text.encode() if isinstance(text, str) else text
        self.answers.setdefault(path, []).append((status, named, data))

    def page(self, path: str, image: str) -> None:
        self.has(path, f'<head><meta property="og:image" content="{image}"></head>', content_type="text/html")

    def paths(self) -> Counter[str]:
        return Counter(urlsplit(target).path for _, target in self.asked)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    for name in ("EMBLAZON_HOME", "EMBLAZON_SIGNING_KEYS", "EMBLAZON_PUBLIC_URL", "EMBLAZON_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    here = Site()

    class Handler(Quiet):
        def do_GET(self) -> None:
            here.asked.append((time.monotonic(), self.path))
            waiting = here.answers.get(urlsplit(self.path).path, [(404, {}, b"")])
            status, headers, data = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    with LocalServer(Handler) as server:
        here.url = server.url
        yield here


def warm(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0, rate: str = "1000"
) -> list[dict[str, object]]:
    """Warm; return the rows, each held against its documented shape."""
    assert main(["warm", *arguments, "--json", "--rate", rate]) == code
    return check_shape("warm", capsys.readouterr().out)


def test_card_is_signed_with_the_key_that_is_known_and_asked_for_once(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", KEYS)
    site.has("/og/article.png", b"x", content_type="image/png", cache_status="emblazon; fwd=uri-miss; stored")
    (row,) = warm(capsys, "/og/article.png?title=Hi", "--edge", site.url)
    assert (row["state"], row["url"]) == ("drawn", f"{site.url}/og/article.png?title=Hi")
    ((_, target),) = site.asked
    Keyring.parse(KEYS).verify("/og/article.png", urlsplit(target).query, 0.0)
    site.has("/og/docs.png", b"x", content_type="image/png", cache_status="emblazon; hit; ttl=9")
    signed = Keyring.parse(KEYS).sign("/og/docs.png", "title=Hi")
    assert warm(capsys, f"{site.url}/og/docs.png?{signed}")[0]["state"] == "hit"
    assert site.asked[-1][1] == f"/og/docs.png?{signed}", "what is signed stays as it was published"


def test_sitemap_that_is_not_there_is_told_with_its_status(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.has("/sitemap.xml", status=404)
    assert main(["warm", "--sitemap", f"{site.url}/sitemap.xml"]) == 1
    assert capsys.readouterr().err == f"emblazon: {site.url}/sitemap.xml is answered with 404.\n"


def test_pages_of_a_sitemap_name_their_cards(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    locations = "".join(f"<url><loc>{site.url}/{name}</loc></url>" for name in ("a", "b", "c", "d", "e"))
    urlset = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>'
    index = f"<sitemapindex><sitemap><loc>{site.url}/pages.xml.gz</loc></sitemap></sitemapindex>"
    site.has("/sitemap.xml", index)
    site.has("/pages.xml.gz", gzip.compress(urlset.encode()))
    site.page("/a", "/og/article.png?title=A&amp;author=I")
    site.page("/b", f"{site.url}/og/article.png?title=A&amp;author=I")
    site.page("/c", "/harbour.jpg")
    site.has("/d", "<p>nothing", content_type="text/html")
    site.has("/og/article.png", b"x", content_type="image/png")
    rows = warm(capsys, "--sitemap", f"{site.url}/sitemap.xml", "--jobs", "1", code=1)
    assert [row["state"] for row in rows] == ["drawn", "skipped", "skipped", "skipped", "failed"]
    notes = " / ".join(str(row["note"]) for row in rows[1:])
    assert all(word in notes for word in ("already", "harbour.jpg", "no og:image", "cannot be had"))
    assert ("/og/article.png?title=A&author=I") in [target for _, target in site.asked]
    assert site.paths()["/og/article.png"] == 1


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel><link>/</link><item><link>/a</link></item>"
        "<item><link> /b </link></item></channel></rss>",
        f'<feed xmlns="{ATOM}"><entry><link rel="self" href="/self"/><link href="/a"/></entry>'
        '<entry><link rel="alternate" href="/b"/></entry></feed>',
    ],
    ids=["RSS", "Atom"],
)
def test_feed_names_its_pages(site: Site, capsys: pytest.CaptureFixture[str], feed: str) -> None:
    site.has("/feed", feed)
    for name in "ab":
        site.page(f"/{name}", f"/og/article.png?title={name}")
    site.has("/og/article.png", b"x", content_type="image/png")
    rows = warm(capsys, "--feed", f"{site.url}/feed")
    assert {row["url"] for row in rows} == {f"{site.url}/a", f"{site.url}/b"}


def test_entities_and_files_are_left_alone(
    site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{site.url}/stolen")
    bomb = f'<!DOCTYPE u [<!ENTITY x SYSTEM "{secret.as_uri()}">]><urlset><url><loc>&x;</loc></url></urlset>'
    site.has("/sitemap.xml", bomb)
    assert warm(capsys, "--sitemap", f"{site.url}/sitemap.xml") == []
    assert "/stolen" not in site.paths()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<html><body>", "page"),
        ("<svg/>", "neither a sitemap"),
        ("<sitemapindex><sitemap><loc>index.xml</loc></sitemap></sitemapindex>", "one level"),
        (b"\x1f\x8bnot gzip", "gzip"),
        ("ftp://x", "ftp://x"),
    ],
)
def test_list_that_is_none_is_told(
    site: Site, capsys: pytest.CaptureFixture[str], text: str | bytes, word: str
) -> None:
    site.has("/index.xml", text)
    assert main(["warm", "--list", f"{site.url}/index.xml"]) == 2
    assert word in capsys.readouterr().err


def test_nothing_to_warm_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warm"]) == 2
    assert "--sitemap" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [
        ({"content_type": "image/png", "x_emblazon_fallback": "origin-timeout"}, 200, "origin-timeout"),
        ({"content_type": "text/html"}, 200, "no picture"),
        ({}, 403, "not signed"),
        ({}, 500, "Internal Server Error"),
    ],
)
def test_card_that_is_not_there_afterwards_has_failed(
    site: Site, capsys: pytest.CaptureFixture[str], headers: dict[str, str], status: int, word: str
) -> None:
    site.has("/og/article.png", b"x", status, **headers)
    (row,) = warm(capsys, f"{site.url}/og/article.png?title=x", code=1)
    assert (row["state"], word in str(row["note"])) == ("failed", True)


def test_busy_server_is_asked_again_when_it_says(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.has("/og/article.png", b"", 429, retry_after="0")
    site.has("/og/article.png", b"", 503, retry_after="0")
    site.has("/og/article.png", b"x", content_type="image/png")
    assert warm(capsys, f"{site.url}/og/article.png?title=x")[0]["state"] == "drawn"
    assert site.paths()["/og/article.png"] == 3


def test_rate_bounds_the_requests(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.has("/og/article.png", b"x", content_type="image/png")
    urls = [f"{site.url}/og/article.png?title={number}" for number in range(6)]
    begun = time.monotonic()
    warm(capsys, *urls, "--jobs", "6", rate="20")
    assert max(when for when, _ in site.asked) - begun >= 5 / 20


def test_stopped_run_goes_on_and_tries_again_what_failed(
    site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = [f"{site.url}/og/{name}.png?title=x" for name in ("article", "docs", "product")]
    (tmp_path / "urls.txt").write_text("# cards\n\n" + "\n".join(lines))
    site.has("/og/article.png", b"x", content_type="image/png")
    site.has("/og/docs.png", b"x", content_type="image/png")
    site.has("/og/product.png", b"", 500)
    site.has("/og/product.png", b"x", content_type="image/png")
    assert len(warm(capsys, "--list", "urls.txt", code=1)) == 3
    (journal,) = (tmp_path / ".emblazon" / "warm").iterdir()
    journal.write_text(f"{lines[0]}\n{lines[1][:-2]}")  # as a crash would leave it
    assert {row["url"] for row in warm(capsys, "--list", "urls.txt", "--resume")} == set(lines[1:])
    assert not journal.exists(), "nothing is left to do"
    assert len(warm(capsys, "--list", "urls.txt", "--resume")) == 3


@pytest.mark.parametrize(
    ("html", "image"),
    [
        ('<META CONTENT="/a.png" PROPERTY=og:image>', "/a.png"),
        ("<meta property='og:image' content='/a.png?x=1&amp;y=2'>", "/a.png?x=1&y=2"),
        ('<meta property="og:image:width" content="1200"><meta name="og:image" content="/b.png">', "/b.png"),
        ("<meta property=og:image content=/c.png>", "/c.png"),
        ("<p>og:image", ""),
    ],
)
def test_og_image_is_found_however_it_is_written(html: str, image: str) -> None:
    assert og_image(html) == image


@pytest.mark.e2e
def test_running_server_is_warm_afterwards_and_counts_who_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole of it on `emblazon serve`: signed cards drawn, hits afterwards; then `stats` and `purge`."""
    port = free_port()
    monkeypatch.chdir(tmp_path)
    environment = {
        "EMBLAZON_SIGNING_KEYS": KEYS,
        "EMBLAZON_PURGE_TOKEN": "a-token-of-sixteen-or-more",
        "EMBLAZON_WORKERS": "1",
        "EMBLAZON_PORT": str(port),
        "EMBLAZON_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "EMBLAZON_HOME": str(tmp_path),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [sys.executable, "-m", "emblazon_origin.cli", "serve"],
        env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:

        def is_up() -> bool:
            assert server.poll() is None
            try:
                return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(is_up, seconds=120)
        cards = [f"/og/article.png?title=Tide+{number}" for number in range(3)]
        assert {row["state"] for row in warm(capsys, *cards)} == {"drawn"}
        assert {row["state"] for row in warm(capsys, *cards)} == {"hit"}
        assert main(["purge", "--template", "article", "--json"]) == 0
        check_shape("purge", capsys.readouterr().out)
        assert main(["purge", "--template", "article"]) == 0
        assert "Forgotten: template article." in capsys.readouterr().out
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    assert main(["stats", "--json"]) == 0
    (report,) = check_shape("stats", capsys.readouterr().out)
    assert report["template"] == {"article": 6}
