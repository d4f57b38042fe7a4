"""The JSON vectors hold for the contract, and the JavaScript reference signs the same."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emblazon import Card
from emblazon.contract.canonical import cache_key, canonical_url, key_text
from emblazon.contract.params import ParamRules
from emblazon.contract.problem import Forbidden, Problem
from emblazon.contract.request import parse_request
from emblazon.contract.route import ApiRoute, OgRoute, match_route
from emblazon.contract.schema import Manifest
from emblazon.contract.signing import Keyring, signing_text
from emblazon.contract.uri import DEFAULT_IGNORED, encode_query, parse_query, read_query

VECTORS = Path(__file__).parents[2] / "vectors"


def _load(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((VECTORS / name).read_text("utf-8"))
    return vectors


def _cases(file: str, group: str, label: str = "name") -> list[Any]:
    return [pytest.param(case, id=str(case[label])[:60] or "empty") for case in _load(file)[group]]


@pytest.mark.parametrize("case", _cases("canonical.json", "ok"))
def test_canonical_query_is_as_in_the_vector(case: dict[str, str]) -> None:
    assert encode_query(parse_query(case["query"])) == case["canonical"]
    assert encode_query(parse_query(case["canonical"])) == case["canonical"]


@pytest.mark.parametrize("case", _cases("canonical.json", "bad"))
def test_malformed_query_is_a_400(case: dict[str, str]) -> None:
    with pytest.raises(Problem) as caught:
        parse_query(case["query"])
    assert caught.value.status == 400


@pytest.mark.parametrize("case", _cases("signing.json", "signed"))
def test_signature_is_as_in_the_vector(case: dict[str, Any]) -> None:
    keyring = Keyring.parse(f"{case['kid']}:{case['secret']}")
    assert keyring.sign(case["path"], case["query"], expires_at=case["expires_at"]) == case["signed"]
    keyring.verify(case["path"], case["signed"], 0)
    pairs = read_query(case["signed"], DEFAULT_IGNORED).pairs
    del pairs["_sig"]
    assert signing_text(case["path"], pairs) == case["text"]


@pytest.mark.parametrize("case", _cases("signing.json", "accepted"))
def test_signed_url_is_accepted_for_its_key_alone(case: dict[str, Any]) -> None:
    keys: str = _load("signing.json")["keys"]
    Keyring.parse(keys).verify(case["path"], case["query"], case["now"])
    others = ",".join(f"{key}-of-another-deployment" for key in keys.split(","))
    with pytest.raises(Forbidden):
        Keyring.parse(others).verify(case["path"], case["query"], case["now"])


@pytest.mark.parametrize("case", _cases("signing.json", "refused"))
def test_tampered_url_is_refused_with_its_status(case: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        Keyring.parse(_load("signing.json")["keys"]).verify(case["path"], case["query"], case["now"])
    assert caught.value.status == case["status"]


@pytest.mark.parametrize("case", _cases("requests.json", "ok", "url"))
def test_url_has_its_canonical_form(case: dict[str, Any], manifest: Manifest) -> None:
    path, _, query = case["url"].partition("?")
    request = parse_request("GET", path, query, manifest, accept=case["accept"])
    assert canonical_url(request) == case["canonical"]
    assert request.negotiated == case["negotiated"]
    assert request.immutable == case["immutable"]


@pytest.mark.parametrize("case", _cases("requests.json", "forgiven", "url"))
def test_odd_url_still_has_a_card_and_says_what_was_changed(case: dict[str, Any], manifest: Manifest) -> None:
    path, _, query = case["url"].partition("?")
    request = parse_request("GET", path, query, manifest)
    assert canonical_url(request) == case["canonical"]
    assert [[finding.code, finding.param] for finding in request.findings] == case["findings"]
    assert all(finding.detail for finding in request.findings)
    canonical_path, _, canonical = case["canonical"].partition("?")
    again = parse_request("GET", canonical_path, canonical, manifest, rules=ParamRules(strict=True))
    assert again == request
    assert cache_key(again, manifest) == cache_key(request, manifest)


@pytest.mark.parametrize("case", _cases("requests.json", "bad", "url"))
def test_bad_url_is_refused_naming_the_parameter(case: dict[str, Any], manifest: Manifest) -> None:
    path, _, query = case["url"].partition("?")
    with pytest.raises(Problem) as caught:
        parse_request(case["method"], path, query, manifest, rules=ParamRules(strict=case["strict"]))
    problem = json.loads(caught.value.to_json())
    assert (problem["status"], problem.get("param", "")) == (case["status"], case["param"])
    assert problem["detail"]


@pytest.mark.parametrize("case", _cases("cache_keys.json", "cases", "urls"))
def test_cache_key_is_as_in_the_vector(case: dict[str, Any], manifest: Manifest) -> None:
    for url in case["urls"]:
        path, _, query = url.partition("?")
        request = parse_request("GET", path, query, manifest)
        assert key_text(request, manifest, case["epochs"]) == case["text"]
        assert cache_key(request, manifest, case["epochs"]) == case["key"]


_OPTIONS = {
    "_w": "width", "_h": "height", "_dpr": "dpr", "_q": "quality", "_max": "max_bytes",
    "_v": "variant", "_page": "page", "_lang": "lang", "_tv": "version",
}  # fmt: skip


@pytest.mark.parametrize("case", _cases("requests.json", "ok", "url"))
def test_sdk_writes_the_canonical_form(case: dict[str, Any], manifest: Manifest) -> None:
    path, _, query = case["url"].partition("?")
    route = match_route(path)
    pairs = parse_query(query)
    if isinstance(route, ApiRoute):
        params = json.loads(pairs.pop("data", "{}"))
        template, extension = (
            pairs.pop("template"),
            route.extension or manifest.templates["plain"].default_format,
        )
    else:
        assert isinstance(route, OgRoute)
        params = {name: pairs[name] for name in pairs if name not in _OPTIONS and name[0] != "_"}
        template, extension = route.template, route.extension
    options: dict[str, Any] = {_OPTIONS[name]: value for name, value in pairs.items() if name in _OPTIONS}
    card = Card(
        template, base_url="https://x", key="", format=extension, params=params, manifest=manifest, **options
    )
    written = parse_query(card.unsigned_url().partition("?")[2])
    written.pop("_tv", None)
    assert encode_query(written) == case["canonical"].partition("?")[2]


def test_javascript_reference_agrees_with_the_vectors() -> None:
    done = subprocess.run(["node", VECTORS / "reference.mjs"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= 40


def test_javascript_reference_signs_random_queries_as_python_does() -> None:
    generator = random.Random(20261122)  # noqa: S311 - test data
    alphabet = "aZ09-._~ +%&=/?#'()*!\u00e9e\u0301\u0645\u3042\u200d\U0001f600"
    words = ["".join(generator.choices(alphabet, k=generator.randint(1, 12))) for _ in range(600)]
    encoded = ["".join(f"%{byte:02x}" for byte in word.encode()) for word in words]
    requests = [
        ["k1", "a-secret-that-is-long", f"/api/og/{key}", f"_w=600&x={one}&{name}y={other}"]
        for key, one, name, other in zip(
            encoded[::4], encoded[1::4], encoded[2::4], encoded[3::4], strict=True
        )
    ]
    done = subprocess.run(
        ["node", VECTORS / "reference.mjs", "--batch"],
        input=json.dumps(requests), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ours = [Keyring.parse(f"{kid}:{secret}").sign(path, query) for kid, secret, path, query in requests]
    assert json.loads(done.stdout) == ours
