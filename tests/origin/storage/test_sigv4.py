"""Signature Version 4 against the examples of Amazon's S3 API reference, and against botocore."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from emblazon_origin.storage.sigv4 import Credentials, encode_path, presign, sign_headers

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
THEN = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "https://examplebucket.s3.amazonaws.com"


def signature(headers: dict[str, str]) -> str:
    return headers["Authorization"].rpartition("Signature=")[2]


def test_get_object_example() -> None:
    signed = sign_headers(EXAMPLE, "GET", f"{HOST}/test.txt", {"Range": "bytes=0-9"}, b"", THEN)
    assert signature(signed) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date" in signed["Authorization"]


def test_put_object_example() -> None:
    headers = {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
    url = HOST + encode_path("/test$file.text")
    signed = sign_headers(EXAMPLE, "PUT", url, headers, b"Welcome to Amazon S3.", THEN)
    assert signature(signed) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_presigned_url_example() -> None:
    url = presign(EXAMPLE, f"{HOST}/test.txt", 86_400, THEN)
    assert url.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


@pytest.mark.parametrize("path", ["/bucket/cards/a.png", "/bucket/a~b_c-d.webp", "/bucket/%C3%A9.png"])
def test_botocore_signs_the_same(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: now.replace(tzinfo=None))
    request = AWSRequest("PUT", f"http://127.0.0.1:9000{path}", {"Content-Type": "image/png"}, b"data")
    auth = S3SigV4Auth(BotoCredentials(EXAMPLE.access_key, EXAMPLE.secret_key), "s3", "auto")
    auth.add_auth(request)
    credentials = Credentials(EXAMPLE.access_key, EXAMPLE.secret_key, "auto")
    signed = sign_headers(credentials, "PUT", request.url, {"Content-Type": "image/png"}, b"data", now)
    assert signature(signed) == request.headers["Authorization"].rpartition("Signature=")[2]
    query = S3SigV4QueryAuth(BotoCredentials(EXAMPLE.access_key, EXAMPLE.secret_key), "s3", "auto", 60)
    link = AWSRequest("GET", f"http://127.0.0.1:9000{path}")
    query.add_auth(link)
    ours = presign(credentials, f"http://127.0.0.1:9000{path}", 60, now)
    assert ours.rpartition("Signature=")[2] == link.url.rpartition("Signature=")[2]
