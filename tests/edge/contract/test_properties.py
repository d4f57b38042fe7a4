"""Two spellings of one card share a key, different cards never do, and whatever arrives ends well."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import category
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st
from sweeps import examples

from emblazon.contract.canonical import (
    cache_key,
    canonical_path,
    canonical_query,
    canonical_url,
    card_id,
    card_payload,
)
from emblazon.contract.manifest import manifest_from_json, manifest_to_json
from emblazon.contract.problem import Problem
from emblazon.contract.request import CardRequest, build_request, parse_request
from emblazon.contract.schema import FORMATS, SAFE_FORMATS, CacheLife, Manifest, ParamSpec, TemplateSpec
from emblazon.contract.signing import Keyring
from emblazon.contract.text import clean_text
from emblazon.contract.uri import decode, encode, encode_query, parse_query
from emblazon.contract.values import absent_value, check_value, format_value

SPECS = {
    spec.name: spec
    for spec in (
        ParamSpec("title", required=True, max_length=400),
        ParamSpec("body", "text", max_length=400),
        ParamSpec("badge", default="New"),
        ParamSpec("count", "integer"),
        ParamSpec("price", "number", default=3),
        ParamSpec("sale", "boolean"),
        ParamSpec("shown", "boolean", default=True),
        ParamSpec("accent", "color", default="#b3401f"),
        ParamSpec("tone", "choice", choices=("calm", "loud"), default="calm"),
        ParamSpec("names", "list"),
    )
}
MANIFEST = Manifest("r1", {"article": TemplateSpec("article", "ab" * 32, SPECS, variants=("night",))})

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=40)
VALUES = {
    "title": TEXT.filter(lambda text: any(category(letter)[0] in "LNPS" for letter in clean_text(text))),
    "body": TEXT,
    "badge": TEXT,
    "count": st.integers(-(2**53) + 1, 2**53 - 1).map(str),
    "price": st.floats(-1e15, 1e15).map(repr),
    "sale": st.sampled_from(["true", "0", "YES", "off", ""]),
    "shown": st.sampled_from(["true", "false", "1", ""]),
    "accent": st.sampled_from(["#B3401F", "b3401f", "red", "#f00", "#ff0000ff", "teal", "#0808"]),
    "tone": st.sampled_from(["calm", "loud", ""]),
    "names": st.lists(TEXT, max_size=4).map(lambda items: format_value(tuple(items))),
}
OPTIONS = {
    "_w": st.sampled_from(["1200", "600", "0600"]),
    "_dpr": st.sampled_from(["1", "1.0", "2", "1.50"]),
    "_q": st.sampled_from(["80", "80", "7"]),
    "_lang": st.sampled_from(["ar", "AR", "zh-hant"]),
    "_v": st.sampled_from(["night"]),
}
CARDS = st.fixed_dictionaries({"title": VALUES.pop("title")}, optional={**VALUES, **OPTIONS})


def request_of(pairs: dict[str, str], extension: str = "png") -> CardRequest:
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in pairs.items())
    return parse_request("GET", f"/og/article.{extension}", query, MANIFEST)


def outcome(call: Callable[..., object], *arguments: object) -> int:
    """The status of a problem, whose JSON can be written; 200 where there is none."""
    try:
        call(*arguments)
    except Problem as problem:
        return problem.status if problem.to_json() else 0
    return 200


def every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


@given(CARDS, st.randoms(use_true_random=False))
def test_two_spellings_of_one_card_share_a_key(pairs: dict[str, str], random: object) -> None:
    request = request_of(pairs)
    names = list(pairs)
    random.shuffle(names)  # type: ignore[attr-defined] # hypothesis types it as its own Random
    spelled = "&".join(f"{every_byte(name)}={every_byte(pairs[name])}" for name in names)
    other = parse_request("GET", "/og/article.png", f"&{spelled}&&_tv=abababab&_exp=5", MANIFEST)
    assert cache_key(other, MANIFEST) == cache_key(request, MANIFEST)
    assert card_id(other) == card_id(request)


@given(CARDS)
def test_canonical_url_reads_back_to_the_same_card(pairs: dict[str, str]) -> None:
    request = request_of(pairs)
    again = parse_request("GET", canonical_path(request), canonical_query(request), MANIFEST)
    assert again == request
    assert canonical_url(again) == canonical_url(request)
    assert encode_query(parse_query(canonical_query(request))) == canonical_query(request)


@given(CARDS, CARDS)
def test_different_cards_never_share_a_key(one: dict[str, str], other: dict[str, str]) -> None:
    first, second = request_of(one), request_of(other)
    assert (cache_key(first, MANIFEST) == cache_key(second, MANIFEST)) == (first == second)


@given(CARDS)
def test_what_changes_the_picture_changes_the_key(pairs: dict[str, str]) -> None:
    request = request_of(pairs)
    template = MANIFEST.templates["article"]
    redeployed = TemplateSpec("article", "cd" * 32, template.params, variants=template.variants)
    keys = {
        cache_key(request, MANIFEST),
        cache_key(request_of(pairs, "webp"), MANIFEST),
        cache_key(request, Manifest("r2", MANIFEST.templates)),
        cache_key(request, MANIFEST, {"all": 1}),
        cache_key(request, MANIFEST, {"tag:news": 1}),
        cache_key(
            parse_request(
                "GET", "/og/article.png", canonical_query(request), Manifest("r1", {"article": redeployed})
            ),
            MANIFEST,
        ),
    }
    assert len(keys) == 6


@given(CARDS)
def test_stored_card_reads_back_to_the_same_card(pairs: dict[str, str]) -> None:
    request = request_of(pairs)
    assert build_request(card_payload(request), MANIFEST) == request


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_path_and_query_end_in_a_card_or_a_problem(path: str, query: str) -> None:
    for tried in (path, f"/og/{path}.png", f"/api/og/{path}"):
        status = outcome(parse_request, "GET", tried, f"title=x&{query}", MANIFEST)
        assert status in (200, 400, 404, 414)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n")))
def test_encoding_reads_back(text: str) -> None:
    encoded = encode(text)
    assert encoded.isascii()
    assert encode(decode(encoded, plus=True, where="x")) == encode(decode(encoded, plus=False, where="x"))


@given(st.text())
def test_cleaning_a_text_twice_changes_nothing(text: str) -> None:
    for multiline in (False, True):
        once = clean_text(text, multiline=multiline)
        assert clean_text(once, multiline=multiline) == once


@given(
    st.sampled_from(list(SPECS.values())), st.text(max_size=20) | st.integers() | st.booleans() | st.floats()
)
def test_a_value_reads_back_from_its_canonical_text(spec: ParamSpec, raw: object) -> None:
    try:
        value = check_value(spec, raw)
    except Problem:
        return
    if value is not None:
        assert check_value(spec, format_value(value)) in (
            value,
            None if value == absent_value(spec) else value,
        )


@given(CARDS, st.integers(0, 40), st.integers(1, 255))
def test_a_changed_byte_of_a_signature_never_verifies(pairs: dict[str, str], at: int, change: int) -> None:
    keyring = Keyring.parse("k1:0123456789abcdef")
    query = keyring.sign("/og/article.png", canonical_query(request_of(pairs)))
    head, _, signature = query.rpartition("=")
    position = at % len(signature)
    changed = chr((ord(signature[position]) + change) % 256)
    forged = f"{head}={signature[:position]}{encode(changed)}{signature[position + 1 :]}"
    keyring.verify("/og/article.png", query, 0)
    if changed != signature[position]:
        assert outcome(keyring.verify, "/og/article.png", forged, 0) in (400, 403)


WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
PARAMS = st.builds(
    ParamSpec,
    name=WORDS,
    type=st.sampled_from(["string", "number", "list", "url"]),
    required=st.booleans(),
    max_length=st.integers(1, 5000),
    min=st.none() | st.floats(-1e6, 1e6),
    max=st.none() | st.integers(-100, 100),
    choices=st.lists(WORDS, max_size=3).map(tuple),
    description=TEXT,
)
TEMPLATES = st.builds(
    TemplateSpec,
    name=WORDS,
    version=WORDS,
    params=st.lists(PARAMS, max_size=4).map(lambda params: {param.name: param for param in params}),
    width=st.integers(64, 4096),
    height=st.integers(64, 4096),
    cache=st.builds(CacheLife, *[st.integers(0, 10**9)] * 3),
    tags=st.lists(WORDS, max_size=3).map(tuple),
    variants=st.lists(WORDS, max_size=3).map(tuple),
    alt=TEXT,
    description=TEXT,
    default_format=st.sampled_from(FORMATS),
    safe_format=st.sampled_from(("", *SAFE_FORMATS)),
)


@settings(max_examples=examples(40))
@given(st.lists(TEMPLATES, max_size=3), TEXT)
def test_manifest_reads_back(templates: list[TemplateSpec], renderer: str) -> None:
    manifest = Manifest(renderer, {template.name: template for template in templates})
    assert manifest_from_json(manifest_to_json(manifest)) == manifest
