"""A/B tests: the SDK and the edge choose the same look for the same page, and a page keeps it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from emblazon import Card
from emblazon.contract.canonical import cache_key, canonical_url
from emblazon.contract.manifest import manifest_from_json, manifest_to_json
from emblazon.contract.problem import Problem
from emblazon.contract.request import choose_variant, parse_request
from emblazon.contract.schema import Experiment, Manifest, ParamSpec, TemplateSpec
from vectors.check_vectors import _load

BASE = "https://og.example.com"


def looks_of(**weights: int) -> Manifest:
    """A template with two variants and an experiment."""
    params = {"title": ParamSpec("title"), "badge": ParamSpec("badge", default="New")}
    spec = TemplateSpec(
        "post", "1", params, variants=("night", "photo"), experiment=Experiment("autumn", weights)
    )
    return Manifest("r", {"post": spec})


def at_the_edge(url: str, manifest: Manifest) -> str:
    path, _, query = url.removeprefix(BASE).partition("?")
    return parse_request("GET", path, query, manifest).variant


@pytest.mark.parametrize("case", _load("variants.json")["chosen"], ids=lambda case: json.dumps(case)[:60])
def test_look_is_as_in_the_vector(case: dict[str, object]) -> None:
    spec = manifest_from_json(
        json.dumps(
            {
                "manifest": 1,
                "renderer": "r",
                "templates": {
                    case["template"]: {
                        "version": "1",
                        "params": [],
                        "variants": case["variants"],
                        "experiment": {"name": case["experiment"], "weights": case["weights"]},
                    }
                },
            }
        )
    ).templates[str(case["template"])]
    assert choose_variant(spec, str(case["page"])) == case["chosen"]


@pytest.mark.parametrize("page", ["", "/posts/1", "/posts/2", "/posts/3", "/posts/4"])
def test_sdk_that_knows_the_template_and_edge_choose_alike(page: str) -> None:
    manifest = looks_of(base=1, night=1, photo=1)
    known = Card(
        "post", base_url=BASE, key="", manifest=manifest, variant="auto", page=page, title="Hi", badge="New"
    )
    query = f"title=Hi&badge=New&_v=auto{f'&_page={page}' if page else ''}"
    assert known.variant == at_the_edge(f"/og/post.png?{query}", manifest)
    assert "auto&" not in known.url(), "what was chosen stands in the URL"
    assert "_page" not in known.url()
    assert at_the_edge(known.url(), manifest) == known.variant


def test_sdk_that_does_not_know_the_template_leaves_the_choice_to_the_edge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMBLAZON_MANIFEST", "off")
    card = Card("post", base_url=BASE, key="", variant="auto", page="/posts/1", title="Hi")
    assert card.variant == "auto"
    manifest = looks_of()
    assert at_the_edge(card.url(), manifest) == choose_variant(manifest.templates["post"], "/posts/1")


def test_sdk_that_learnt_the_template_chooses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    manifest = looks_of()
    file = tmp_path / "manifest.json"
    file.write_bytes(manifest_to_json(manifest))
    monkeypatch.setenv("EMBLAZON_MANIFEST", str(file))
    looks = set()
    for number in range(20):
        card = Card("post", base_url=BASE, key="", variant="auto", page=f"/posts/{number}", title="Hi")
        assert card.variant == choose_variant(manifest.templates["post"], f"/posts/{number}")
        assert card.variant == at_the_edge(card.url(), manifest)
        looks.add(card.variant)
    assert looks == {"", "night", "photo"}


def test_page_keeps_its_look_when_its_title_changes_and_other_pages_have_others() -> None:
    manifest = looks_of()
    of_a_page = {at_the_edge(f"/og/post.png?title=T{n}&_v=auto&_page=/a", manifest) for n in range(40)}
    of_pages = {at_the_edge(f"/og/post.png?title=T&_v=auto&_page=/{n}", manifest) for n in range(40)}
    assert len(of_a_page) == 1
    assert of_pages == {"", "night", "photo"}


def test_looks_are_dealt_by_their_weights_and_a_weight_of_nothing_is_never_chosen() -> None:
    spec = looks_of(base=70, night=30, photo=0).templates["post"]
    dealt = Counter(choose_variant(spec, f"/posts/{number}") for number in range(10_000))
    assert dealt["photo"] == 0
    assert 0.28 < dealt["night"] / 10_000 < 0.32


def test_new_weights_move_as_few_pages_as_they_must() -> None:
    before, after = (
        looks_of(base=50, night=50).templates["post"],
        looks_of(base=60, night=40).templates["post"],
    )
    pages = [f"/posts/{number}" for number in range(5_000)]
    moved = sum(choose_variant(before, page) != choose_variant(after, page) for page in pages)
    assert 0.08 < moved / 5_000 < 0.12


def test_choice_is_part_of_the_key_and_auto_never_is() -> None:
    manifest = looks_of()
    for number in range(6):
        auto = parse_request("GET", "/og/post.png", f"title=T&_v=auto&_page=/{number}", manifest)
        named = parse_request("GET", "/og/post.png", f"title=T&_v={auto.variant}", manifest)
        assert cache_key(auto, manifest) == cache_key(named, manifest)
        assert canonical_url(auto) == canonical_url(named)


def test_template_without_variants_has_one_look() -> None:
    plain = Manifest("r", {"post": TemplateSpec("post", "1", {})})
    assert at_the_edge("/og/post.png?_v=auto", plain) == ""


def test_page_that_is_too_long_is_refused_by_name(manifest: Manifest) -> None:
    with pytest.raises(Problem) as caught:
        parse_request("GET", "/og/article.png", f"title=Hi&_v=auto&_page={'x' * 301}", manifest)
    assert caught.value.param == "_page"
