"""Run every vector against the contract, on whatever Python this is.

Used on Pyodide too, where pytest is not at hand. Needs `edge/` on `sys.path`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from emblazon.contract.canonical import cache_key, canonical_url
from emblazon.contract.manifest import manifest_from_json
from emblazon.contract.params import ParamRules
from emblazon.contract.problem import Problem
from emblazon.contract.request import CardRequest, choose_variant, parse_request
from emblazon.contract.schema import Experiment, TemplateSpec
from emblazon.contract.signing import Keyring
from emblazon.contract.uri import encode_query, parse_query

FOLDER = Path(__file__).parent
Pair = tuple[object, object]  # what came out, what should


def check() -> int:
    """Return the number of vectors that hold; raises AssertionError for the first that does not."""
    count = 0
    for group in (_canonical, _signing, _requests, _cache_keys, _variants):
        for got, wanted in group():
            assert got == wanted, f"got {got!r}, wanted {wanted!r}"
            count += 1
    return count


def _canonical() -> Iterator[Pair]:
    vectors = _load("canonical.json")
    for case in vectors["ok"]:
        yield encode_query(parse_query(case["query"])), case["canonical"]
    for case in vectors["bad"]:
        yield _status(parse_query, case["query"]), 400


def _signing() -> Iterator[Pair]:
    vectors = _load("signing.json")
    for case in vectors["signed"]:
        signer = Keyring.parse(f"{case['kid']}:{case['secret']}")
        yield signer.sign(case["path"], case["query"], expires_at=case["expires_at"]), case["signed"]
    verify = Keyring.parse(vectors["keys"]).verify
    for case in vectors["accepted"]:
        yield _status(verify, case["path"], case["query"], case["now"]), 200
    for case in vectors["refused"]:
        yield _status(verify, case["path"], case["query"], case["now"]), case["status"]


def _requests() -> Iterator[Pair]:
    vectors = _load("requests.json")
    for case in vectors["ok"]:
        yield canonical_url(_parse("GET", case["url"], case["accept"])), case["canonical"]
    for case in vectors["forgiven"]:
        request = _parse("GET", case["url"])
        yield canonical_url(request), case["canonical"]
        yield [[finding.code, finding.param] for finding in request.findings], case["findings"]
    for case in vectors["bad"]:
        yield _status(_parse, case["method"], case["url"], "", case["strict"]), case["status"]


def _cache_keys() -> Iterator[Pair]:
    manifest = manifest_from_json(json.dumps(_load("manifest.json")))
    for case in _load("cache_keys.json")["cases"]:
        for url in case["urls"]:
            yield cache_key(_parse("GET", url), manifest, case["epochs"]), case["key"]


def _variants() -> Iterator[Pair]:
    for case in _load("variants.json")["chosen"]:
        experiment = Experiment(case["experiment"], case["weights"])
        spec = TemplateSpec(case["template"], "", {}, variants=tuple(case["variants"]), experiment=experiment)
        yield choose_variant(spec, case["page"]), case["chosen"]


def _parse(method: str, url: str, accept: str = "", strict: bool = False) -> CardRequest:
    path, _, query = url.partition("?")
    manifest = manifest_from_json(json.dumps(_load("manifest.json")))
    return parse_request(method, path, query, manifest, accept=accept, rules=ParamRules(strict))


def _status(call: Callable[..., object], *arguments: object) -> int:
    try:
        call(*arguments)
    except Problem as problem:
        return problem.status
    return 200


def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))
