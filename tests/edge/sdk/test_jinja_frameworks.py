"""Flask, Starlette and aiohttp, through themselves."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from flask import Flask, render_template_string
from jinja2 import DictLoader, Environment
from markupsafe import escape
from starlette.requests import Request

from emblazon import Card, InvalidCard
from emblazon.aiohttp import card as aiohttp_card
from emblazon.aiohttp import context, set_up
from emblazon.flask import Emblazon
from emblazon.starlette import Cards

BASE = "https://og.example.com"
PAGE = "{{ og_card('article', title=title, image='/a.jpg') }}|{{ og_image('article', title=title) }}"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMBLAZON_MANIFEST", raising=False)  # the repository's own templates
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", "")


def assert_page(shown: str, site: str) -> None:
    elements, _, image = shown.partition("|")
    assert elements.startswith(
        '<meta property="og:image" content="https://og.example.com/og/article.auto-safe?'
    )
    assert f"image={site}%2Fa.jpg" in elements
    assert 'content="&lt;Hi&gt; &amp; bye"' in elements
    assert image.startswith("https://og.example.com/og/article.auto-safe?")


def test_flask_template_writes_the_card() -> None:
    app = Flask("site")
    app.config["EMBLAZON"] = {"base_url": BASE}
    Emblazon(app)
    with app.test_request_context("/", base_url="https://example.com"):
        assert_page(render_template_string(PAGE, title="<Hi> & bye"), "https%3A%2F%2Fexample.com")


def test_flask_refuses_wrong_settings_at_the_start() -> None:
    app = Flask("site")
    app.config["EMBLAZON"] = {"base_url": "og.example.com"}
    with pytest.raises(InvalidCard, match="EMBLAZON_PUBLIC_URL"):
        Emblazon(app)


def test_starlette_template_writes_the_card() -> None:
    scope = {
        "type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"example.com")],
        "scheme": "https", "server": ("example.com", 443), "query_string": b"", "root_path": "",
    }  # fmt: skip
    environment = Environment(loader=DictLoader({"page": PAGE}), autoescape=True)
    values = Cards(base_url=BASE).context(Request(scope))
    assert_page(
        environment.get_template("page").render(title="<Hi> & bye", **values), "https%3A%2F%2Fexample.com"
    )


async def test_aiohttp_template_writes_the_card() -> None:
    app = web.Application()
    set_up(app, base_url=BASE)
    request = make_mocked_request("GET", "/", headers={"Host": "example.com"}, app=app)
    environment = Environment(loader=DictLoader({"page": PAGE}), autoescape=True)
    values = await context(request)
    assert_page(
        environment.get_template("page").render(title="<Hi> & bye", **values), "http%3A%2F%2Fexample.com"
    )
    assert aiohttp_card(request, "article", title="Hi", site_url="https://x.example").url().startswith(BASE)


def test_own_site_url_wins_over_the_request() -> None:
    cards = Cards(base_url=BASE, site_url="https://www.example.com")
    assert "www.example.com" in cards("article", title="Hi", image="/a.jpg").url()


def test_markup_is_not_escaped_again() -> None:
    made = Card("article", base_url=BASE, title="<Hi>")
    assert str(escape(made)) == made.meta_tags()
    assert str(escape(made.html)) == made.meta_tags()
