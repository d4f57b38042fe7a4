"""HTTP as the Worker speaks it: conditional requests, ranges, bad input, headers."""

from __future__ import annotations

import time

import httpx
import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import Workerd

pytestmark = pytest.mark.e2e


def test_head_has_the_headers_of_get_and_no_body(worker: Workerd, title: str) -> None:
    head = worker.client.head(worker.card_url(title))
    get = worker.card(title)
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers[name] == get.headers[name]
    assert int(get.headers["content-length"]) == len(get.content)


def test_cold_head_fills(worker: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    assert worker.client.head(worker.card_url(title)).status_code == 200
    assert "hit" in worker.card(title).headers["cache-status"]
    assert len(origin.renders(title)) == 1


def test_known_etag_gets_304(worker: Workerd, title: str) -> None:
    first = worker.card(title)
    again = worker.card(title, if_none_match=f'W/"other", {first.headers["etag"]}')
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert "cache-control" in again.headers


def test_ranges(worker: Workerd, title: str) -> None:
    whole = worker.card(title)
    part = worker.card(title, range="bytes=10-19")
    assert part.status_code == 206
    assert part.content == whole.content[10:20]
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    assert worker.card(title, range="bytes=-5").content == whole.content[-5:]
    beyond = worker.card(title, range=f"bytes={len(whole.content)}-")
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"
    assert worker.card(title, range="bytes=0-4", if_range='"other"').status_code == 200


def test_auto_negotiates_and_varies(worker: Workerd, title: str) -> None:
    webp = worker.card(title, extension="auto", accept="image/webp,image/*;q=0.8")
    assert webp.headers["content-type"] == "image/webp"
    assert webp.headers["vary"].lower() == "accept"
    plain = worker.card(title, extension="auto", accept="*/*")
    assert plain.headers["content-type"] in ("image/png", "image/jpeg")
    assert "vary" not in worker.card(title).headers


def test_auto_safe_is_one_entry_of_the_type_that_the_origin_chose(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    for accept in ("*/*", "image/webp,*/*"):
        answer = worker.card(title, extension="auto-safe", accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert "vary" not in answer.headers
    assert "hit" in answer.headers["cache-status"]
    assert len(origin.renders(title)) == 1


def test_security_headers(worker: Workerd, title: str) -> None:
    headers = worker.card(title).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


def test_lives_reach_clients_and_cdns(worker: Workerd, title: str) -> None:
    headers = worker.card(title).headers
    assert (
        headers["cache-control"] == "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
    )
    assert headers["cdn-cache-control"].startswith("max-age=300")
    assert int(headers["age"]) >= 0


def test_max_age_ends_with_the_signature(worker: Workerd, title: str) -> None:
    url = worker.signed("/og/article.png", f"title={title}", expires_at=int(time.time()) + 100)
    assert "max-age=300" not in worker.client.get(url).headers["cache-control"]


BAD = {
    "unsigned": ("/og/article.png?title=x", 403),
    "short signature": ("/og/article.png?title=x&_kid=k2&_sig=AAAA", 403),
    "path of nothing": ("/nothing", 404),
    "control character": ("/og/article.png?title=%00", 400),
    "overlong UTF-8": ("/og/article.png?title=%c0%af", 400),
    "broken escape": ("/og/article.png?title=%zz", 400),
    "huge": (f"/og/article.png?title={'x' * 9000}", 414),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_without_asking_the_origin(
    worker: Workerd, origin: MisbehavingOrigin, case: str
) -> None:
    target, status = BAD[case]
    _assert_problem(worker.client.get(target), status)
    assert not origin.renders()


SIGNED_BAD = {
    "unknown template": ("/og/nope.png", "title=x", 404, "nope"),
    "impossible size": ("/og/article.png", "title=x&_w=9", 400, "_w"),
    "unknown variant": ("/og/article.png", "title=x&_v=nigth", 400, "_v"),
    "unknown format": ("/og/article.bmp", "title=x", 404, "bmp"),
    "traversal": ("/og/..%2f..%2fetc.png", "title=x", 404, ""),
}


@pytest.mark.parametrize("case", SIGNED_BAD)
def test_problem_names_what_was_wrong(worker: Workerd, origin: MisbehavingOrigin, case: str) -> None:
    path, query, status, word = SIGNED_BAD[case]
    response = worker.client.get(worker.signed(path, query))
    _assert_problem(response, status)
    assert word in response.text
    assert not origin.renders()


def test_duplicate_parameter_is_refused(worker: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    _assert_problem(worker.client.get(worker.card_url(title) + "&title=other"), 400)
    assert not origin.renders()


def test_one_changed_bit_of_the_signature_is_refused_though_the_card_is_cached(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(title)
    url = worker.card_url(title)
    other = url[:-3] + ("A" if url[-3] != "A" else "B") + url[-2:]
    _assert_problem(worker.client.get(other), 403)
    _assert_problem(worker.client.get(url.replace("_kid=k2", "_kid=k1")), 403)
    _assert_problem(worker.client.get(url.replace("_kid=k2", "_kid=k9")), 403)


def test_signature_of_the_older_key_still_counts(worker: Workerd, title: str) -> None:
    from workerd import KEYS

    from emblazon.contract.signing import Keyring

    older = Keyring.parse(KEYS.split(",")[1])
    answer = worker.client.get(f"/og/article.png?{older.sign('/og/article.png', f'title={title}')}")
    assert answer.status_code == 200


def test_expired_signature_is_gone_though_the_card_is_cached(worker: Workerd, title: str) -> None:
    worker.card(title)
    url = worker.signed("/og/article.png", f"title={title}", expires_at=int(time.time()) - 120)
    _assert_problem(worker.client.get(url), 410)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(worker: Workerd, method: str, title: str) -> None:
    response = worker.client.request(method, worker.card_url(title))
    _assert_problem(response, 405)
    assert "GET" in response.headers["allow"]


def test_unknown_method_is_not_a_crash(worker: Workerd, title: str) -> None:
    assert worker.client.request("PROPFIND", worker.card_url(title)).status_code in (405, 501)


def test_healthz(worker: Workerd) -> None:
    assert worker.client.get("/healthz").json()["status"] == "ok"


def _assert_problem(response: httpx.Response, status: int) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["status"] == status
