"""What is hostile, huge or odd is refused or cleaned in bounded time, and errors say what to do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from emblazon.contract import problem as problems
from emblazon.contract.canonical import canonical_query
from emblazon.contract.params import ParamRules
from emblazon.contract.problem import BadParameter, Forbidden, Gone, Problem, UriTooLong
from emblazon.contract.request import (
    build_request,
    expand_short,
    fallback_request,
    parse_request,
    parse_short,
)
from emblazon.contract.route import ApiRoute, OgRoute, ShortRoute, match_route, negotiate
from emblazon.contract.schema import Format, Manifest, ParamSpec
from emblazon.contract.signing import Keyring, KeyringError
from emblazon.contract.text import clean_text
from emblazon.contract.values import check_value

STRICT = ParamRules(strict=True)


@pytest.mark.parametrize(
    "hostile",
    [
        "a" + "\u0301\u0316" * 5_000,
        "\u200d" * 1_000_000,
        "\u202e" * 1_000_000,
        "\U000e0041" * 300_000,
        "a\u0344" * 300_000,
    ],
    ids=["combining marks", "joiners", "bidi overrides", "tags", "decomposing marks"],
)
def test_hostile_text_is_cleaned_in_bounded_time(hostile: str) -> None:
    start = time.process_time()
    cleaned = clean_text(hostile)
    assert time.process_time() - start < 2
    assert len(cleaned) <= 600_000


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u202eb\u2066c", "abc"),
        ("x\ufeffy\u00ad", "xy\u00ad"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
        ("a\U000e0067b", "ab"),
        ("e\u0301", "é"),
        ("a\tb\u2028c", "a b c"),
        ("a\x07b\x9bc", "abc"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f"),
        ("\u200ftext\u200e", "\u200ftext\u200e"),
    ],
)
def test_text_loses_only_what_the_table_lists(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_multiline_text_keeps_its_lines_and_tabs() -> None:
    assert clean_text("a\r\nb\tc\u2029d\u0085e", multiline=True) == "a\nb\tc\nd\ne"


def test_huge_value_is_refused_before_it_is_normalised() -> None:
    with pytest.raises(BadParameter) as caught:
        check_value(ParamSpec("title"), "\u0301" * 10_000_000)
    assert caught.value.to_dict()["max_length"] == 300


def test_long_url_is_refused_before_the_signature_is_looked_at() -> None:
    keyring = Keyring.parse("k1:0123456789abcdef")
    with pytest.raises(UriTooLong):
        keyring.verify("/og/article.png", f"title={'é' * 4095}&_sig=wrong", 0)


def test_retired_key_still_verifies_and_the_newest_signs() -> None:
    old = Keyring.parse("k1:0123456789abcdef")
    rotated = Keyring.parse("k2:fedcba9876543210, k1:0123456789abcdef")
    rotated.verify("/og/article.png", old.sign("/og/article.png", "title=Hi"), 0)
    assert "_kid=k2" in rotated.sign("/og/article.png", "title=Hi")
    with pytest.raises(Forbidden):
        old.verify("/og/article.png", rotated.sign("/og/article.png", "title=Hi"), 0)


def test_expiry_has_a_minute_of_leeway_and_ends_after_it() -> None:
    keyring = Keyring.parse("k1:0123456789abcdef")
    query = keyring.sign("/og/article.png", "title=Hi", expires_at=1_000)
    keyring.verify("/og/article.png", query, 1_060)
    with pytest.raises(Gone):
        keyring.verify("/og/article.png", query, 1_060.5)


def test_forged_url_that_has_expired_is_forbidden_not_gone() -> None:
    with pytest.raises(Forbidden):
        Keyring.parse("k1:0123456789abcdef").verify("/og/a.png", "_exp=1&_kid=k1&_sig=" + "A" * 22, 10**10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "k1:short",
        "k1:0123456789abcdef,k1:0123456789abcdeg",
        "a b:0123456789abcdef",
    ],
)
def test_wrong_keys_are_named_without_showing_a_secret(text: str) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring.parse(text)
    assert "0123456789" not in str(caught.value)
    assert "0123456789" not in repr(Keyring.parse("k1:0123456789abcdef"))


@pytest.mark.parametrize(
    ("accept", "default", "wanted"),
    [
        ("image/avif,image/webp,image/apng,*/*;q=0.8", "png", "avif"),
        ("image/webp,*/*", "png", "webp"),
        ("*/*", "png", "png"),
        ("*/*", "jpg", "jpg"),
        ("", "jpg", "jpg"),
        ("image/*", "png", "png"),
        ("image/avif;q=0,image/webp;q=0,*/*", "png", "png"),
        ("image/avif;q=0.1,image/jpeg;q=0.9", "png", "jpg"),
        ("image/png;q=0,image/*", "png", "jpg"),
        ("image/jpg", "png", "jpg"),
        ("IMAGE/WEBP ; q=1.0", "png", "webp"),
        ("text/html", "png", "png"),
        ("image/gif", "jpg", "jpg"),
        ("*/*;q=0", "png", "png"),
        ("image/webp;q=2", "png", "png"),
        ("garbage,,;;q=", "png", "png"),
        ("image/avif;level=1;q=0.5,image/png;q=0.4", "png", "avif"),
        ("*/*", "avif", "avif"),
        ("," * 1_000_000, "png", "png"),
    ],
)  # fmt: skip
def test_accept_header_chooses_the_format(accept: str, default: Format, wanted: Format) -> None:
    assert negotiate(accept, default) == wanted


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/og/article.png", OgRoute("article", "png")),
        ("/og/article.jpeg", OgRoute("article", "jpg")),
        ("/og/article.auto", OgRoute("article", "auto")),
        ("/api/og/my-post", ApiRoute("my-post", None)),
        ("/api/og/my.post.avif", ApiRoute("my.post.avif", "avif")),
        ("/c/abcdefgh.webp", ShortRoute("abcdefgh", "webp")),
        ("/c/short.png", None),
        ("/c/abcdefgh", None),
        ("/og/a/b.png", None),
        ("/api/og/", None),
        ("/", None),
        ("/og/article.png\n", None),
    ],
)
def test_path_matches_its_route(path: str, route: object) -> None:
    assert match_route(path) == route


def test_short_url_stands_for_the_card_stored_under_it(manifest: Manifest) -> None:
    short = parse_short("GET", "/c/abcdefgh.webp", "_exp=50&_kid=k1&_sig=x")
    payload = {"template": "article", "params": {"title": "Hi", "count": 3}, "options": {"w": 600}}
    request = expand_short(short, payload, manifest)
    assert (request.format, request.width, request.params) == ("webp", 600, {"title": "Hi", "count": 3})
    with pytest.raises(BadParameter):
        parse_short("GET", "/c/abcdefgh.webp", "_w=600", rules=STRICT)


@pytest.mark.parametrize(
    ("payload", "param"),
    [
        ({}, "template"),
        ({"template": "article"}, "title"),
        ({"template": "article", "params": []}, "params"),
        ({"template": "article", "params": {"title": "x"}, "option": {}}, "option"),
        ({"template": "article", "params": {"title": "x", "_w": 1}}, "_w"),
        ({"template": "article", "params": {"title": "x"}, "options": {"w": 1}}, "_w"),
        ({"template": "article", "params": {"title": ["x"]}}, "title"),
        ({"template": "article", "params": {"title": True}}, "title"),
    ],
)
def test_posted_card_is_refused_naming_the_member(
    payload: dict[str, object], param: str, manifest: Manifest
) -> None:
    with pytest.raises(BadParameter) as caught:
        build_request(payload, manifest, rules=STRICT)
    assert caught.value.param == param


def test_fallback_look_has_the_size_and_format_of_the_card(manifest: Manifest) -> None:
    request = parse_request("GET", "/og/article.webp", "title=Hi&_w=600&_q=3", manifest)
    fallback = fallback_request(request.template, request)
    assert canonical_query(fallback) == "_h=315&_v=fallback&_w=600"
    again = parse_request("GET", "/og/article.webp", canonical_query(fallback), manifest)
    assert again == fallback


def test_pinned_url_is_immutable_until_the_template_changes(manifest: Manifest) -> None:
    request = parse_request("GET", "/og/article.png", "title=Hi&_tv=5feceb66", manifest)
    assert request.immutable
    redeployed = replace(request.template, version="0" * 64)
    assert not replace(request, template=redeployed).immutable


def test_problems_are_rfc_9457_objects() -> None:
    problem = BadParameter("Parameter 'x' is odd.", param="x", extra={"known": ["y"]})
    assert json.loads(problem.to_json()) == {
        "type": "urn:emblazon:problem:bad-parameter",
        "title": "A parameter is wrong",
        "status": 400,
        "detail": "Parameter 'x' is odd.",
        "param": "x",
        "known": ["y"],
    }
    statuses = {
        kind.status
        for kind in vars(problems).values()
        if isinstance(kind, type) and issubclass(kind, Problem)
    }
    assert statuses >= {400, 401, 403, 404, 405, 410, 413, 414, 429}
    assert all(400 <= status < 600 for status in statuses)


def test_problem_with_odd_characters_is_still_json() -> None:
    assert json.loads(BadParameter("\ud800 “x”").to_json())["status"] == 400


def test_contract_imports_neither_the_network_nor_the_host() -> None:
    code = (
        "import sys, emblazon.contract.request, emblazon.contract.signing, emblazon.contract.manifest, "
        "emblazon.contract.canonical; "
        "print({'socket', 'ssl', 'asyncio', 'urllib.request', 'random', 'difflib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "set()"
