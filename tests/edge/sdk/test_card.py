"""The SDK: what a site puts into its pages is what the edge accepts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from local_server import LocalServer, Quiet

from emblazon import ApiError, Card, Client, InvalidCard, Keyring
from emblazon.contract.manifest import manifest_from_json, template_to_dict
from emblazon.contract.request import parse_request
from emblazon.contract.schema import ParamSpec, TemplateSpec
from emblazon.sdk.meta import alt_text

BASE = "https://og.example.com"
KEY = "k2:fedcba9876543210,k1:0123456789abcdef"
MANIFEST_FILE = Path(__file__).parents[2] / "vectors" / "manifest.json"


def card(**params: Any) -> Card:
    return Card("article", base_url=BASE, key="", params={"title": "Hi", **params})


class MetaParser(HTMLParser):
    """Collects the meta elements of a page as a browser would read them."""

    def __init__(self) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.other: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = dict(attrs)
        if tag != "meta":
            self.other.append(tag)
        self.metas[members.get("property") or members.get("name") or ""] = members.get("content") or ""


def test_url_names_the_card_and_the_edge_reads_it_back() -> None:
    manifest = manifest_from_json(MANIFEST_FILE.read_bytes())
    made = card(count=3, price=2.50, sale=True, authors=["Ada", "B, C"], date=date(2026, 1, 2), body="a\nb")
    parts = urlsplit(made.url())
    request = parse_request("GET", parts.path, parts.query, manifest)
    assert request.params == {
        "authors": ("Ada", "B, C"), "body": "a\nb", "count": 3, "date": "2026-01-02",
        "price": 2.5, "sale": True, "title": "Hi",
    }  # fmt: skip


def test_values_that_are_not_given_are_left_out() -> None:
    assert card(body=None).url() == f"{BASE}/og/article.auto-safe?title=Hi"
    assert Card("plain", base_url=BASE + "/", key="").url() == f"{BASE}/og/plain.auto-safe"


def test_objects_with_a_text_of_their_own_are_taken_by_it() -> None:
    made = card(price=Decimal("2.50"), date=datetime(2026, 1, 2, 23, 0), count=4.0)
    assert made.url().endswith("?count=4&date=2026-01-02&price=2.50&title=Hi")


def test_signed_url_verifies_with_any_key_of_the_ring() -> None:
    signed = Card("article", base_url=BASE, key="k1:0123456789abcdef", title="Hi & bye").url()
    parts = urlsplit(signed)
    Keyring.parse(KEY).verify(parts.path, parts.query, 0)
    assert "_kid=k1" in signed


def test_keys_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", KEY)
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", BASE)
    made = Card("article", title="Hi")
    assert made.url().startswith(f"{BASE}/og/article.auto-safe?_kid=k2&title=Hi&_sig=")
    assert made.unsigned_url() == f"{BASE}/og/article.auto-safe?title=Hi"


def test_expiring_urls_made_shortly_after_each_other_are_the_same() -> None:
    made = Card("article", base_url=BASE, key=KEY, title="Hi")
    first = made.signed_url(expires_in=3600, now=1_000_001)
    assert first == made.signed_url(expires_in=3600, now=1_000_070)
    expiry = int(first.split("_exp=")[1].split("&")[0])
    assert 1_003_601 <= expiry <= 1_003_961
    parts = urlsplit(first)
    Keyring.parse(KEY).verify(parts.path, parts.query, 1_003_601)


def test_meta_elements_survive_any_text() -> None:
    title = "\"><script>alert(1)</script> & 'quotes' <b>"
    parser = MetaParser()
    made = Card("article", base_url=BASE, key="", title=title, width=600, dpr=2, format="png")
    parser.feed(made.meta_tags())
    assert parser.other == []
    assert parser.metas == {
        "og:image": made.url(),
        "og:image:secure_url": made.url(),
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
        "twitter:image": made.url(),
        "twitter:image:alt": title,
    }
    assert made.__html__() == made.meta_tags()


def test_negotiated_card_states_no_type() -> None:
    assert (
        "og:image:type" not in Card("article", base_url=BASE, key="", format="auto", title="Hi").meta_tags()
    )


def test_manifest_checks_the_card_here_and_now() -> None:
    made = Card("article", base_url=BASE, key="", manifest=MANIFEST_FILE, title="Hi", accent="B3401F")
    assert made.url() == f"{BASE}/og/article.auto-safe?title=Hi"
    assert made.alt == "Hi"
    square = Card("plain", base_url=BASE, key="", manifest=str(MANIFEST_FILE), version="6b86b273")
    assert (square.width, square.height) == (800, 800)
    assert square.url().endswith("?_tv=6b86b273")


@pytest.mark.parametrize(
    ("template", "arguments", "said"),
    [
        ("article", {"titel": "Hi"}, "Did you mean 'title'"),
        ("articel", {"title": "Hi"}, "Did you mean 'article'"),
        ("article", {}, "'title' is required"),
        ("article", {"title": "Hi", "count": "many"}, "whole number"),
        ("article", {"title": "x" * 121, "strict": True}, "longer than 120"),
        ("article", {"title": "Hi", "width": 9}, "width="),
        ("article", {"title": "Hi", "variant": "nigth"}, "Did you mean 'night'"),
    ],
)
def test_card_that_the_manifest_does_not_allow_says_why(
    template: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidCard, match=said):
        Card(template, base_url=BASE, key="", manifest=MANIFEST_FILE, **arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"base_url": "og.example.com"}, "EMBLAZON_PUBLIC_URL"),
        ({"format": "gif"}, "png"),
        ({"key": "nokid"}, "kid:secret"),
        ({"params": {"_w": 3}}, "reserved"),
        ({"title": b"Hi"}, "'title' is a bytes"),
        ({"title": {"en": "Hi"}}, "'title' is a dict"),
        ({"title": object()}, "'title' is a object"),
        ({"title": (letter for letter in "Hi")}, "generator"),
        ({"minutes": float("inf")}, "finite"),
        ({"params": {"": "x"}}, "name"),
        ({"params": {"a\ud800": "x"}}, "name"),
        ({"params": {1: "x"}}, "name"),
        ({"width": 63}, "width= takes a whole number from 64"),
        ({"width": "wide"}, "width="),
        ({"dpr": float("nan")}, "'dpr' is nan"),
        ({"dpr": 1.3333}, "dpr="),
        ({"quality": 900}, "quality="),
        ({"max_bytes": 1}, "max_bytes="),
        ({"lang": "english"}, "lang="),
        ({"version": "v1"}, "version="),
        ({"width": 4096, "height": 4096}, "pixels"),
        ({"base_url": "https://"}, "base_url"),
        ({"base_url": "https://og.example.com/?x=1"}, "base_url"),
        ({"base_url": "https://og example.com"}, "base_url"),
        ({"base_url": "https://[::1"}, "base_url"),
        ({"title": "\ud800"}, "surrogate"),
        ({"names": [1]}, "list of text"),
        ({"manifest": "/nowhere/manifest.json"}, "manifest"),
        ({"manifest": {"manifest": 9}}, "manifest"),
    ],
)
def test_wrong_argument_is_named(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidCard, match=said):
        Card("article", **{"base_url": BASE, "key": "", **arguments})


def test_card_too_long_for_a_url_can_still_be_posted() -> None:
    made = Card("article", base_url=BASE, key="", title="x" * 4000, subtitle="x" * 4000, site="x" * 400)
    with pytest.raises(InvalidCard, match=r"8192.*Client\.create"):
        made.url()
    assert len(str(made.payload())) > 8192


@pytest.mark.parametrize("expires_in", [0, -5, float("nan"), float("inf"), timedelta(days=-1)])
def test_life_that_is_no_time_to_come_is_refused(expires_in: float | timedelta) -> None:
    with pytest.raises(InvalidCard, match="expires_in"):
        Card("article", base_url=BASE, key=KEY, title="Hi").signed_url(expires_in=expires_in)


def test_life_is_seconds_or_a_timedelta() -> None:
    made = Card("article", base_url=BASE, key=KEY, title="Hi")
    day = made.signed_url(expires_in=86_400, now=1_800_000_000)
    assert made.signed_url(expires_in=timedelta(days=1), now=1_800_000_000) == day


def test_signing_without_a_key_says_what_to_set() -> None:
    with pytest.raises(InvalidCard, match="EMBLAZON_SIGNING_KEYS"):
        Card("article", base_url=BASE, key="", title="Hi").signed_url()


def test_alt_text_leaves_out_what_was_not_given() -> None:
    params = {name: ParamSpec(name) for name in ("title", "author", "site")}
    spec = TemplateSpec("a", "1", params, alt="{title}[, by {author}][ – {site}]")
    assert alt_text(spec, {"title": "T", "site": "S"}) == "T – S"
    assert alt_text(spec, {"title": "T", "author": "{title}"}) == "T, by {title}"
    assert alt_text(TemplateSpec("a", "1", params), {"site": "S"}) == "S"
    assert len(alt_text(spec, {"title": "x" * 999})) == 420
    assert template_to_dict(spec)["alt"] == spec.alt


def test_importing_the_package_loads_nothing_but_itself() -> None:
    code = "import sys, emblazon; print([m for m in sys.modules if m.startswith('emblazon')])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "['emblazon']"


class Edge(Quiet):
    """Answers POST /api/cards as the edge does, or with a problem."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = self.headers["Authorization"] == "Bearer a-long-token"
        answer = (
            b'{"id": "x", "url": "u", "image_url": "%s", "meta_tags": "m"%s}'
            % (str(len(body)).encode(), b', "storage_url": "s"' if b'"store": true' in body else b"")
            if good
            else b'{"status": 401, "detail": "No."}'
        )
        self.send_response(201 if good else 401)
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def edge() -> Iterator[str]:
    with LocalServer(Edge) as server:
        yield server.url


async def test_client_creates_a_short_url_in_sync_and_async_code(edge: str) -> None:
    client = Client(edge, "a-long-token")
    created = client.create(card())
    assert created.id == "x"
    assert await client.create_async(card()) == created
    assert "a-long-token" not in repr(client)


def test_client_has_a_card_stored_on_demand(edge: str) -> None:
    client = Client(edge, "a-long-token")
    assert client.create(card()).storage_url == ""
    assert client.create(card(), store=True).storage_url == "s"


def test_client_passes_on_the_reason_of_a_refusal(edge: str) -> None:
    with pytest.raises(ApiError, match=r"No\.") as caught:
        Client(edge, "wrong").create(card())
    assert caught.value.status == 401


def test_client_names_an_edge_that_is_not_there() -> None:
    with pytest.raises(ApiError, match="cannot be reached") as caught:
        Client("http://127.0.0.1:9", "x", timeout=1).create(card())
    assert caught.value.status == 0
