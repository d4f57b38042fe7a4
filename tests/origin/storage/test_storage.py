"""One conformance suite that a folder and an S3-compatible store both pass, and each one's own corners."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import url2pathname

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from obstore.store import S3Store

from emblazon_origin.server.config import OriginConfig
from emblazon_origin.storage import Storage, StorageError, storage_of
from emblazon_origin.storage.bucket import BucketStorage, client_options, retry_options
from emblazon_origin.storage.factory import FolderStorage

CREDENTIALS = Credentials("AKID", "secret")
REGION = "auto"


def s3(url: str, key: str = CREDENTIALS.secret_key, base_url: str = "", token: str = "") -> BucketStorage:
    store = S3Store(
        "b", endpoint=url, region=REGION, access_key_id=CREDENTIALS.access_key, secret_access_key=key,
        client_options=client_options(url), retry_config=retry_options(timedelta(milliseconds=1)),
        **({"session_token": token} if token else {}),  # type: ignore[arg-type]  # a text
    )  # fmt: skip
    return BucketStorage(store, base_url)


@dataclass
class Bucket:
    """A stand-in for an S3-compatible store that checks every signature by signing again."""

    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    requests: int = 0
    url: str = ""

    async def put(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.failures:
            return web.Response(status=self.failures.pop(0), text="<Error><Code>SlowDown</Code></Error>")
        body = await request.read()
        if request.headers["X-Amz-Content-Sha256"] != hashlib.sha256(body).hexdigest():
            return web.Response(status=400, text="<Error><Code>XAmzContentSHA256Mismatch</Code></Error>")
        if not self._is_signed(request, body):
            return web.Response(status=403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")
        self.tokens += request.headers.getall("X-Amz-Security-Token", [])
        self.objects[unquote(request.raw_path)] = (body, request.headers["Content-Type"])
        return web.Response(headers={"ETag": '"1"'})

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        found = re.search(r"SignedHeaders=([^,]+), ?Signature=(\w+)", request.headers["Authorization"])
        assert found
        headers = {name: request.headers[name] for name in found[1].split(";")}
        again = AWSRequest("PUT", f"http://{request.headers['Host']}{request.raw_path}", headers, body)
        again.context["timestamp"] = request.headers["X-Amz-Date"]
        auth = S3SigV4Auth(CREDENTIALS, "s3", REGION)
        text = auth.string_to_sign(again, auth.canonical_request(again))
        return bool(auth.signature(text, again) == found[2])

    async def head(self, request: web.Request) -> web.Response:
        if unquote(request.raw_path) not in self.objects:
            return web.Response(status=404)
        data, content_type = self.objects[unquote(request.raw_path)]
        tag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        dated = {"ETag": f'"{tag}"', "Last-Modified": "Fri, 27 Nov 2026 15:00:00 GMT"}
        return web.Response(body=data, content_type=content_type, headers=dated)

    async def get(self, request: web.Request) -> web.Response:
        query = parse_qs(request.query_string)
        now = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
        again = AWSRequest("GET", f"http://{request.headers['Host']}{request.raw_path.partition('?')[0]}")
        life = int(query["X-Amz-Expires"][0])
        with patch("botocore.auth.get_current_datetime", lambda: now):
            S3SigV4QueryAuth(CREDENTIALS, "s3", REGION, expires=life).add_auth(again)
        if parse_qs(urlsplit(again.url).query)["X-Amz-Signature"] != query["X-Amz-Signature"]:
            return web.Response(status=403)
        data, content_type = self.objects[unquote(request.raw_path.partition("?")[0])]
        return web.Response(body=data, content_type=content_type)


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    stand_in = Bucket()
    app = web.Application()
    app.router.add_put("/{key:.*}", stand_in.put)
    app.router.add_get("/{key:.*}", stand_in.get, allow_head=False)
    app.router.add_head("/{key:.*}", stand_in.head)
    async with TestServer(app) as server:
        stand_in.url = str(server.make_url("")).rstrip("/")
        yield stand_in


@pytest.fixture(params=["folder", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> AsyncIterator[Storage]:
    made: Storage = FolderStorage(tmp_path / "cards") if request.param == "folder" else s3(bucket.url)
    yield made
    await made.close()


async def read(url: str) -> bytes:
    if url.startswith("file:"):
        return await asyncio.to_thread(Path(url2pathname(urlsplit(url).path)).read_bytes)
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).raise_for_status().content


async def test_what_was_uploaded_is_found_at_its_url(storage: Storage) -> None:
    await storage.upload("cards/a-1.png", b"picture", "image/png")
    assert await read(storage.get_url("cards/a-1.png")) == b"picture"


async def test_a_second_upload_replaces_the_first(storage: Storage) -> None:
    await storage.upload("a.png", b"first", "image/png")
    await storage.upload("a.png", b"second", "image/png")
    assert await read(storage.get_url("a.png")) == b"second"


async def test_storage_knows_what_it_holds(storage: Storage) -> None:
    assert not await storage.holds("кот/a b.png", b"first")
    await storage.upload("кот/a b.png", b"first", "image/png")
    assert await storage.holds("кот/a b.png", b"first")
    assert not await storage.holds("кот/a b.png", b"other")
    assert not await storage.holds("кот", b"first")


@pytest.mark.parametrize(
    "key", ["", "/a.png", "../a.png", "a/../b", "a//b", ".hidden", "a\\b", "a:b", "a/", "x" * 600]
)
async def test_keys_are_plain_relative_paths(storage: Storage, key: str) -> None:
    with pytest.raises(StorageError, match="storage key"):
        await storage.upload(key, b"", "image/png")
    with pytest.raises(StorageError, match="storage key"):
        storage.get_url(key)


async def test_the_content_type_reaches_the_bucket(bucket: Bucket) -> None:
    storage = s3(bucket.url)
    await storage.upload("a.webp", b"x", "image/webp")
    assert bucket.objects == {"/b/a.webp": (b"x", "image/webp")}
    await storage.close()


async def test_uploads_are_tried_again_when_the_bucket_is_busy_and_not_when_it_refuses(
    bucket: Bucket,
) -> None:
    storage = s3(bucket.url)
    bucket.failures = [503, 429]
    await storage.upload("a.png", b"x", "image/png")
    assert bucket.requests == 3
    wrong = s3(bucket.url, "other")
    with pytest.raises(StorageError, match="SignatureDoesNotMatch"):
        await wrong.upload("a.png", b"x", "image/png")
    assert bucket.requests == 4
    await storage.close()
    await wrong.close()


async def test_temporary_keys_send_their_session_token(bucket: Bucket) -> None:
    storage = s3(bucket.url, token="of-the-session")
    await storage.upload("a.png", b"x", "image/png")
    assert bucket.tokens == ["of-the-session"]


@pytest.mark.parametrize("name", ["blog/été 2026.png", "日本語.png", "a+b&c=d.png", "50% off.png", "a#b.png"])
async def test_names_of_any_script_are_stored_and_read_as_written(bucket: Bucket, name: str) -> None:
    storage = s3(bucket.url)
    await storage.upload(name, b"x", "image/png")
    assert list(bucket.objects) == [f"/b/{name}"]
    assert await read(storage.get_url(name)) == b"x"


async def test_an_unreachable_bucket_is_a_storage_error() -> None:
    storage = s3("http://127.0.0.1:1")
    with pytest.raises(StorageError, match=r"cannot store a\.png"):
        await storage.upload("a.png", b"x", "image/png")
    await storage.close()


async def test_public_urls_come_from_the_configured_base(tmp_path: Path) -> None:
    for storage in (
        FolderStorage(tmp_path, "https://cdn.example.com/og/"),
        s3("http://127.0.0.1:1", base_url="https://cdn.example.com/og/"),
    ):
        assert storage.get_url("a/b.png") == "https://cdn.example.com/og/a/b.png"


async def test_a_folder_that_cannot_be_written_is_a_storage_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        await FolderStorage(tmp_path / "file").upload("a.png", b"x", "image/png")
    await FolderStorage(tmp_path / "good").upload("a.png", b"x", "image/png")
    assert [path.name for path in (tmp_path / "good").iterdir()] == ["a.png"]


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, "NoStorage"),
        ({"EMBLAZON_STORAGE": "folder", "EMBLAZON_STORAGE_FOLDER": "/srv/cards"}, "FolderStorage"),
        (
            {"EMBLAZON_STORAGE": "s3", "EMBLAZON_S3_ENDPOINT": "https://x.r2.cloudflarestorage.com",
             "EMBLAZON_S3_BUCKET": "cards", "EMBLAZON_S3_ACCESS_KEY_ID": "a",
             "EMBLAZON_S3_SECRET_ACCESS_KEY": "b"},
            "BucketStorage",
        ),
        ({"EMBLAZON_STORAGE": "s3", "EMBLAZON_S3_BUCKET": "cards"}, "BucketStorage"),
        ({"EMBLAZON_STORAGE": "gcs", "EMBLAZON_GCS_BUCKET": "cards"}, "BucketStorage"),
        (
            {"EMBLAZON_STORAGE": "azure", "EMBLAZON_AZURE_ACCOUNT": "site", "EMBLAZON_AZURE_CONTAINER": "c"},
            "BucketStorage",
        ),
    ],
)  # fmt: skip
async def test_the_configuration_chooses(environ: dict[str, str], kind: str) -> None:
    storage = storage_of(OriginConfig.from_env(environ))
    assert type(storage).__name__ == kind
    if kind == "NoStorage":
        with pytest.raises(StorageError, match="set EMBLAZON_STORAGE"):
            await storage.upload("a.png", b"", "image/png")
    await storage.close()
