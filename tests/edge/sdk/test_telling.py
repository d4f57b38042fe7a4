"""The SDK speaks before the crawler does: what is wrong with a card is told where the page is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from local_server import LocalServer, Quiet

from emblazon import Card, CardWarning, InvalidCard
from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import Manifest, ParamSpec, TemplateSpec
from emblazon.sdk import known_templates, telling
from emblazon.starlette import Cards

BASE = "https://og.example.com"
ROOT = Path(__file__).parents[3]
CARD_TOML = """
alt = "{title}[, by {author}]"
variants = ["night"]
safe_format = "jpg"
[size]
width = 1000
height = 500
[params.title]
required = true
max_length = 20
[params.author]
[params.day]
type = "date"
default = 2026-11-27
[params.picture]
type = "url"
max_length = 500
[fallback]
title = "Read on"
"""


@pytest.fixture(autouse=True)
def learning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A project of its own, in a process that runs no tests."""
    monkeypatch.delenv("EMBLAZON_MANIFEST")
    monkeypatch.setattr(telling, "tests_run", lambda: False)
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", BASE)
    monkeypatch.setattr(known_templates, "FIRST_WAIT", 0.0)
    (tmp_path / "templates" / "post").mkdir(parents=True)
    (tmp_path / "templates" / "post" / "card.toml").write_text(CARD_TOML)
    monkeypatch.chdir(tmp_path)
    known_templates.forget()
    telling.forget()
    yield
    known_templates.forget()
    telling.forget()


TOLD = [
    ({"titel": "Hi", "title": "Hi"}, "Did you mean 'title'"),
    ({"title": "Hi", "day": "27.11."}, "takes a date"),
    ({"title": "Hi", "variant": "nigth"}, "Did you mean 'night'"),
    ({"author": "Ada"}, "'title' is required"),
    ({"title": "x" * 21}, "longer than 20"),
]


@pytest.mark.parametrize(("arguments", "said"), TOLD)
def test_wrong_card_is_told_once_and_made_all_the_same(arguments: dict[str, Any], said: str) -> None:
    with pytest.warns(CardWarning, match=said) as caught:
        url = Card("post", **arguments).url()
    assert url.startswith(f"{BASE}/og/post.auto-safe?")
    told = [warning for warning in caught if warning.category is CardWarning]
    assert [Path(warning.filename).name for warning in told] == [Path(__file__).name]
    with warnings.catch_warnings():
        warnings.simplefilter("error", CardWarning)
        assert Card("post", **arguments).url() == url


@pytest.mark.parametrize(("arguments", "said"), TOLD)
def test_strict_card_raises(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidCard, match=said):
        Card("post", **arguments, strict=True)


def test_strictness_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBLAZON_STRICT", "1")
    with pytest.raises(InvalidCard):
        Card("post", title="x" * 21)
    Card("post", title="x" * 20)


def test_names_raise_where_tests_run_and_long_text_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "tests_run", lambda: True)
    with pytest.raises(InvalidCard, match="titel"):
        Card("post", titel="Hi", title="Hi")
    with pytest.raises(InvalidCard, match="Did you mean 'post'"):
        Card("posst", title="Hi")
    with pytest.warns(CardWarning):
        Card("post", title="x" * 21)


def test_this_process_is_known_to_run_tests() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from emblazon.sdk.telling import tests_run; print(tests_run())"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
    )
    assert done.stdout.strip() == "False"
    assert "PYTEST_CURRENT_TEST" in os.environ


def test_long_text_is_cut_between_characters() -> None:
    with pytest.warns(CardWarning):
        made = Card("post", title="👩‍🚀" * 30)
    assert "%F0%9F%9A%80%E2%80%A6" in made.url()
    assert made.alt.endswith("🚀…")


def test_what_is_learnt_makes_the_elements_complete() -> None:
    made = Card("post", title="Hi", author="Ada")
    assert made.dict == {
        "og:image": made.url(),
        "og:image:secure_url": made.url(),
        "og:image:type": "image/jpeg",
        "og:image:width": "1000",
        "og:image:height": "500",
        "og:image:alt": "Hi, by Ada",
        "twitter:card": "summary_large_image",
        "twitter:image": made.url(),
        "twitter:image:alt": "Hi, by Ada",
    }
    assert made.jsonld_image == {
        "@type": "ImageObject", "url": made.url(), "contentUrl": made.url(), "width": 1000, "height": 500,
        "encodingFormat": "image/jpeg", "caption": "Hi, by Ada",
    }  # fmt: skip
    assert str(made) == made.html == made.__html__() == made.meta_tags()
    assert hasattr(str(made), "__html__"), "Django takes the text first"


def test_edited_template_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(CardWarning, match="badge"):
        Card("post", title="Hi", badge="New")
    telling.forget()
    (tmp_path / "templates" / "post" / "card.toml").write_text(CARD_TOML + "\n[params.badge]\n")
    monkeypatch.setattr(known_templates, "LOOK_EVERY", 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", CardWarning)
        Card("post", title="Hi", badge="New")


def test_template_can_be_called_by_its_name(tmp_path: Path) -> None:
    assert Card.post(title="Hi").url() == Card("post", title="Hi").url()
    (tmp_path / "templates" / "press-note").mkdir()
    (tmp_path / "templates" / "press-note" / "card.toml").write_text("[params.title]\n")
    known_templates.forget()
    assert Card.press_note(title="Hi").path == "/og/press-note.auto-safe"
    with pytest.raises(AttributeError):
        Card.Post  # noqa: B018
    assert not hasattr(Card, "_repr_html_")


class Picture:
    """A file that knows its address, as Django's ImageField gives it."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __bool__(self) -> bool:
        return bool(self._url)

    @property
    def url(self) -> str:
        if not self._url:
            raise ValueError("The 'photo' attribute has no file associated with it.")
        return self._url


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        (Picture("/media/a b.jpg"), "https%3A%2F%2Fexample.com%2Fmedia%2Fa%20b.jpg"),
        (Picture("https://cdn.example.com/a.jpg"), "https%3A%2F%2Fcdn.example.com%2Fa.jpg"),
        ("/static/a.jpg", "https%3A%2F%2Fexample.com%2Fstatic%2Fa.jpg"),
        ("//cdn.example.com/a.jpg", "https%3A%2F%2Fcdn.example.com%2Fa.jpg"),
    ],
)
def test_relative_address_is_joined_with_the_sites(given: Any, joined: str) -> None:
    url = Card("post", title="Hi", picture=given, site_url="https://example.com").url()
    assert (
        f"picture={joined.replace('%20', '%2520') if 'a%20b' in joined else joined}" in url or joined in url
    )


def test_relative_address_without_a_site_says_what_to_set() -> None:
    with pytest.raises(InvalidCard, match="EMBLAZON_SITE_URL"):
        Card("post", title="Hi", picture="/static/a.jpg")
    assert "picture" not in Card("post", title="Hi", picture=Picture("")).url()


# --- the edge's manifest -------------------------------------------------------------------------------


class ManifestHost:
    """An edge that answers `/manifest.json` and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        params = {"headline": ParamSpec("headline", required=True, max_length=10)}
        self.manifest = Manifest("", {"remote": TemplateSpec("remote", "", params)})
        host = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                host.asked += 1
                self.send_response(host.status if self.path == "/manifest.json" else 404)
                self.end_headers()
                self.wfile.write(manifest_to_json(host.manifest))

        self.server = LocalServer(Handler)
        self.url = self.server.url


@pytest.fixture
def edge() -> Iterator[ManifestHost]:
    host = ManifestHost()
    with host.server:
        yield host


def learn_from(host: ManifestHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_templates, "FIRST_WAIT", 20.0)
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", host.url)


def test_template_that_is_not_on_disk_is_asked_of_the_edge(
    edge: ManifestHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn_from(edge, monkeypatch)
    with pytest.warns(CardWarning, match="Did you mean 'headline'"):
        Card("remote", headine="Hi", headline="Hi")
    with pytest.warns(CardWarning, match="Did you mean 'remote'"):
        Card("remoote", headline="Hi")
    assert edge.asked == 1


def test_what_a_stale_manifest_does_not_know_stays_in_the_url(
    edge: ManifestHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn_from(edge, monkeypatch)
    with pytest.warns(CardWarning):
        assert "&new=1" in Card("remote", headline="Hi", new="1").url()


def test_dead_edge_says_nothing_and_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:9")
    with warnings.catch_warnings():
        warnings.simplefilter("error", CardWarning)
        began = time.monotonic()
        for _ in range(50):
            assert Card("remote", anything="Hi").url()
    assert len(known_templates._edges) == 1
    assert time.monotonic() - began < 50 * known_templates.FIRST_WAIT + 20


def test_manifest_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    params = {"headline": ParamSpec("headline", required=True)}
    (tmp_path / "manifest.json").write_bytes(
        manifest_to_json(Manifest("", {"filed": TemplateSpec("filed", "", params)}))
    )
    monkeypatch.setenv("EMBLAZON_MANIFEST", str(tmp_path / "manifest.json"))
    with pytest.warns(CardWarning, match="'headline' is required"):
        Card("filed")
    monkeypatch.setenv("EMBLAZON_MANIFEST", str(tmp_path / "none.json"))
    with pytest.raises(InvalidCard, match=r"none\.json"):
        Card("filed")


def test_broken_template_on_disk_costs_no_page(tmp_path: Path) -> None:
    (tmp_path / "templates" / "broken").mkdir()
    (tmp_path / "templates" / "broken" / "card.toml").write_text("[params.title]\ntype = 'strin'\n")
    assert Card("broken", title="Hi").url()


@pytest.mark.parametrize(
    ("given", "type_"),
    [
        ({}, "image/png"),
        ({"picture": "https://example.com/a.jpg"}, "image/jpeg"),
        ({"picture": None, "author": "Ada"}, "image/png"),
        ({"picture": ""}, "image/png"),
    ],
)
def test_type_is_stated_where_a_picture_decides_it(
    tmp_path: Path, given: dict[str, str | None], type_: str
) -> None:
    rule = CARD_TOML.replace('safe_format = "jpg"', 'safe_format = "jpg if picture"')
    (tmp_path / "templates" / "post" / "card.toml").write_text(rule)
    assert Card("post", title="Hi", params=given).dict["og:image:type"] == type_


def test_disk_and_renderer_read_the_same_schemas() -> None:
    from emblazon.sdk.known_templates import read_template
    from emblazon_origin.template.card_file import read_card_file

    paths = sorted((ROOT / "templates").glob("*/card.toml"))
    assert len(paths) > 10
    for path in paths:
        ours = read_template(path, path.parent.name)
        theirs = read_card_file(path, path.parent.name).spec
        assert ours is not None
        for fact in (
            "params",
            "width",
            "height",
            "variants",
            "alt",
            "safe_format",
            "fallback",
            "default_format",
        ):
            assert getattr(ours, fact) == getattr(theirs, fact), (path, fact)


def test_given_manifest_is_certain_and_drops_what_it_does_not_know() -> None:
    params = {"title": ParamSpec("title", max_length=5)}
    manifest = json.loads(manifest_to_json(Manifest("", {"post": TemplateSpec("post", "", params)})))
    with pytest.warns(CardWarning):
        made = Card("post", manifest=manifest, title="Hello there", other="x")
    assert made.url() == f"{BASE}/og/post.auto-safe?title=Hell%E2%80%A6"


def test_warning_names_the_template_that_asked_through_a_framework(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<head>\n{{ og_card('post', title='x', autor='y') }}</head>")
    page = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), autoescape=True).get_template(
        "page.html"
    )
    with pytest.warns(CardWarning, match="Did you mean 'author'") as caught:
        page.render(og_card=Cards())
    assert Path(caught[0].filename) == tmp_path / "page.html"
