"""What the origin answers over HTTP."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image
from waiting import wait_until

if TYPE_CHECKING:
    from e2e_origin.conftest import StartOrigin

from e2e_origin.conftest import FAKE_FOLDER, OriginProcess
from emblazon.contract.manifest import manifest_from_json

pytestmark = pytest.mark.e2e


def test_a_card_comes_with_everything_the_edge_checks(origin: OriginProcess) -> None:
    answer = origin.get("/render/article.png?title=Everything")
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).size == (120, 80)
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    headers = answer.headers
    assert headers["repr-digest"] == f"sha-256=:{digest}:"
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(answer.content))
    assert headers["etag"].startswith('"')
    life = "max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
    assert headers["cache-control"] == f"public, {life}"
    assert headers["cdn-cache-control"] == life
    assert headers["cache-tag"] == "template:article,tag:news"
    assert headers["x-emblazon-template-version"] == "0123456789abcdef"
    assert "layout;dur=1.5" in headers["server-timing"]
    assert headers["x-content-type-options"] == "nosniff"


def test_head_has_the_headers_of_get_and_no_body(origin: OriginProcess) -> None:
    got = origin.get("/render/article.png?title=Head")
    head = origin.client.head("/render/article.png?title=Head")
    assert head.content == b""
    for name in ("content-length", "etag", "repr-digest", "cache-control", "content-type"):
        assert head.headers[name] == got.headers[name]


def test_the_second_request_is_served_from_memory(origin: OriginProcess) -> None:
    origin.get("/render/article.png?title=Twice")
    before = origin.renders()
    assert 'desc="memory"' in origin.get("/render/article.png?title=Twice").headers["server-timing"]
    assert origin.renders() == before


def test_a_purged_card_is_drawn_anew_because_the_edge_has_a_new_key(origin: OriginProcess) -> None:
    origin.get("/render/article.png?title=Purged", X_Emblazon_Key="k1")
    before = origin.renders()
    origin.get("/render/article.png?title=Purged", X_Emblazon_Key="k2")
    assert origin.renders() == before + 1
    origin.get("/render/article.png?title=Purged", X_Emblazon_Key="k2", Cache_Control="no-cache")
    assert origin.renders() == before + 2


def test_if_none_match_gives_304_with_the_same_lives(origin: OriginProcess) -> None:
    etag = origin.get("/render/article.png?title=Hi").headers["etag"]
    answer = origin.get("/render/article.png?title=Hi", If_None_Match=f'W/"x", {etag}')
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag
    assert "stale-if-error" in answer.headers["cdn-cache-control"]


def test_a_pinned_version_is_immutable(origin: OriginProcess) -> None:
    answer = origin.get("/render/article.png?title=Hi&_tv=01234567")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_the_fallback_is_another_picture_without_data(origin: OriginProcess) -> None:
    fallback = origin.get("/fallback/article.png?_w=200")
    assert fallback.status_code == 200
    picture = Image.open(io.BytesIO(fallback.content)).convert("RGB")
    assert picture.getpixel((0, 0)) == (0x99, 0x66, 0x33)


@pytest.mark.parametrize("extension", ["jpg", "webp", "avif"])
def test_every_format_has_its_type(origin: OriginProcess, extension: str) -> None:
    answer = origin.get(f"/render/article.{extension}")
    expected = "image/jpeg" if extension == "jpg" else f"image/{extension}"
    assert answer.headers["content-type"] == expected
    assert Image.open(io.BytesIO(answer.content)).get_format_mimetype() == expected


def test_a_degraded_card_has_a_short_life(origin: OriginProcess) -> None:
    answer = origin.get("/render/article.png?do=degrade")
    assert answer.headers["cache-control"].startswith("public, max-age=60, stale-while-revalidate=60,")
    assert answer.headers["x-emblazon-degraded"] == "1"


BAD = [
    ("*", 400, "bad-request"),
    ("http://elsewhere.example/x", 404, "not-found"),
    ("/render/unknown.png", 404, "unknown-template"),
    ("/render/article.gif", 404, "not-found"),
    ("/render/../../etc/passwd.png", 404, "not-found"),
    ("/render/%2e%2e/article.png", 404, "not-found"),
    ("/render/..%5carticle.png", 404, "unknown-template"),
    ("/nothing", 404, "not-found"),
    ("/render/article.png?title=a&title=b", 400, "duplicate-parameter"),
    ("/render/article.png?title=%zz", 400, "bad-encoding"),
    ("/render/article.png?title=%C0%80", 400, "bad-encoding"),
    ("/render/article.png?title=%ED%A0%80", 400, "bad-encoding"),
    ("/render/article.png?title=%00", 400, "bad-encoding"),
    ("/render/article.png?title=a%0d%0ab", 400, "bad-encoding"),
    ("/render/article.png?_w=99999", 400, "bad-parameter"),
    ("/render/article.png?title=" + "x" * 16_400, 414, "uri-too-long"),
    ("/render/article.png?title=" + "x" * 40_000, 414, "uri-too-long"),
    ("/render/article.png?_explain=1", 400, "unknown-parameter"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "status", "kind"), BAD, ids=[kind + str(n) for n, (_, _, kind) in enumerate(BAD)]
)
def test_bad_requests_get_a_problem_and_no_render(
    origin: OriginProcess, target: str, status: int, kind: str
) -> None:
    before = origin.renders()
    answer = raw_get(origin, target)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert b"Content-Type: application/problem+json" in head
    assert b"no-store" in head
    assert (f"urn:emblazon:problem:{kind}" if kind != "bad-parameter" else '"status": 400').encode() in body
    assert origin.renders() == before


def raw_get(origin: OriginProcess, target: str) -> bytes:
    """Ask without a client library that would clean the target up."""
    parts = urlsplit(origin.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 60) as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
        return answer


def test_a_target_in_absolute_form_means_the_same_card(origin: OriginProcess) -> None:
    answer = raw_get(origin, "http://origin.example/render/article.png?title=Absolute")
    assert answer.startswith(b"HTTP/1.1 200 OK")


def test_entity_tags_in_several_lines_are_one_list(origin: OriginProcess) -> None:
    etag = origin.get("/render/article.png?title=Hi").headers["etag"]
    fields = [("If-None-Match", etag), ("If-None-Match", '"another"')]
    assert origin.client.get("/render/article.png?title=Hi", headers=fields).status_code == 304


def test_a_wrong_method_names_the_right_ones(origin: OriginProcess) -> None:
    answer = origin.client.post("/render/article.png")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_what_is_no_http_gets_a_problem(origin: OriginProcess) -> None:
    parts = urlsplit(origin.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 60) as sock:
        sock.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        answer = sock.recv(65536)
    assert answer.split()[1] == b"400"
    assert b"application/problem+json" in answer


def test_the_request_id_travels_into_answer_and_log(origin: OriginProcess) -> None:
    answer = origin.get("/render/article.png?title=Traced", X_Request_Id="edge-42")
    assert answer.headers["x-request-id"] == "edge-42"

    def logged() -> list[int]:
        return [line["status"] for line in origin.lines if line.get("request_id") == "edge-42"]

    wait_until(logged)
    assert logged() == [200]
    forged = origin.get("/render/article.png?title=Traced", X_Request_Id='x" evil').headers["x-request-id"]
    assert "evil" not in forged


def test_the_manifest_is_readable_by_the_contract_and_revalidates(origin: OriginProcess) -> None:
    answer = origin.get("/manifest.json")
    assert set(manifest_from_json(answer.content).templates) == {"article"}
    assert origin.get("/manifest.json", If_None_Match=answer.headers["etag"]).status_code == 304


def test_health_and_readiness_are_separate_answers(origin: OriginProcess) -> None:
    assert origin.get("/healthz").json() == {"status": "live"}
    assert origin.get("/readyz").json()["status"] == "ready"


def test_errors_of_a_card_name_what_to_change_and_hide_the_rest(origin: OriginProcess) -> None:
    answer = origin.get("/render/article.png?do=fail:too+wide")
    assert (answer.status_code, answer.json()["detail"]) == (400, "too wide")
    broken = origin.get("/render/article.png?do=template-error")
    assert (broken.status_code, broken.json()["detail"]) == (500, "The template is broken.")
    defect = origin.get("/render/article.png?do=defect")
    assert defect.status_code == 500
    assert "ZeroDivisionError" not in defect.text


def test_the_bearer_token_guards_cards_and_manifest_but_not_the_probes(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_ORIGIN_TOKEN="secret-token-of-the-edge")
    for target in (
        "/render/article.png?title=Hi",
        "/manifest.json",
        "/openapi.json",
        "/fallback/article.png",
    ):
        assert origin.get(target).status_code == 401
        assert origin.get(target, Authorization="Bearer wrong").status_code == 401
        assert origin.get(target, Authorization="Bearer secret-token-of-the-edge").status_code == 200
    for target in ("/healthz", "/readyz"):
        assert origin.get(target).status_code == 200
    assert "secret-token-of-the-edge" not in str(origin.lines)


def test_explain_is_for_the_development_server(start_origin: StartOrigin) -> None:
    origin = start_origin(EMBLAZON_DEV="1")
    explained = origin.get("/render/article.png?title=Hi&_explain=1")
    assert explained.status_code == 200
    assert explained.json()["timings"] == {"layout": 1.5, "paint": 2.5}


def start_that_fails(**environ: str) -> str:
    """Start an origin with settings that it cannot run with; return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "emblazon_origin.server"],
        env={"EMBLAZON_RENDERER": "fake_renderer:build", "PYTHONPATH": str(FAKE_FOLDER), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr.strip()


def test_wrong_settings_end_the_start_with_the_variable_and_the_fix() -> None:
    assert start_that_fails(EMBLAZON_WORKERS="many") == "emblazon: EMBLAZON_WORKERS=many: use a number"
    dsn = start_that_fails(SENTRY_DSN="https://secret-dsn")
    assert dsn == "emblazon: SENTRY_DSN: not a DSN; copy it from the project's settings"


def test_an_address_that_cannot_be_listened_on_is_named_in_one_line(origin: OriginProcess) -> None:
    taken = str(urlsplit(origin.url).port)
    elsewhere = {
        "EMBLAZON_ORIGIN_HOST": "no-such-host.invalid",
        "EMBLAZON_ORIGIN_TOKEN": "a-token-of-the-tests",
    }
    for environ in ({"EMBLAZON_ORIGIN_PORT": taken}, elsewhere):
        said = start_that_fails(**environ)
        assert said.startswith("emblazon: cannot listen on ")
        assert "EMBLAZON_ORIGIN_PORT" in said
        assert "Traceback" not in said


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of stored cards."""
    return tmp_path_factory.mktemp("stored") / "cards"


@pytest.fixture(scope="module")
def storing(tmp_path_factory: pytest.TempPathFactory, stored: Path) -> Iterator[OriginProcess]:
    """An origin that draws with the real renderer and stores."""
    settings = {"EMBLAZON_STORAGE": "folder", "EMBLAZON_STORAGE_FOLDER": str(stored)}
    shared = OriginProcess(
        tmp_path_factory.mktemp("storing"), EMBLAZON_RENDERER="", EMBLAZON_WORKERS="1", **settings
    )
    yield shared
    shared.stop()


def test_a_card_is_stored_at_its_smallest_and_its_url_answered(storing: OriginProcess, stored: Path) -> None:
    origin, folder = storing, stored
    answer = origin.client.post("/store/article.png?title=Kept")
    assert answer.status_code == 201
    kept, quick = (folder / answer.json()["key"]).read_bytes(), origin.get("/render/article.png?title=Kept")
    assert len(kept) < len(quick.content)
    assert answer.json()["url"].startswith("file://")
    assert origin.client.post("/store/article.png?title=Kept").json() == answer.json()
    assert origin.get("/store/article.png").status_code == 405


def test_a_card_that_lacks_a_picture_is_not_stored(storing: OriginProcess, stored: Path) -> None:
    before = sorted(stored.rglob("*"))
    answer = storing.client.post("/store/article.png?title=Kept&image=http%3A%2F%2F127.0.0.1%2Fa.png")
    assert (answer.status_code, "not stored" in answer.json()["detail"]) == (502, True)
    assert sorted(stored.rglob("*")) == before


def test_storing_without_storage_names_the_setting(origin: OriginProcess) -> None:
    answer = origin.client.post("/store/article.png?title=Kept")
    assert (answer.status_code, "EMBLAZON_STORAGE" in answer.json()["detail"]) == (404, True)


def test_labels_stay_few_whatever_is_asked_for(origin: OriginProcess) -> None:
    def series() -> int:
        return len([line for line in origin.metrics() if line.startswith("emblazon_requests_")])

    origin.get("/render/nothing0.png")
    before = series()
    for number in range(30):
        origin.get(f"/render/nothing{number}.png")
        origin.get(f"/path{number}")
        origin.client.request(f"METHOD{number}", "/render/article.png")
    assert series() - before < 30
