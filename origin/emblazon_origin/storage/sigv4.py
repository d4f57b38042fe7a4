"""AWS Signature Version 4 for S3-compatible stores, by headers and by query (presigned URLs).

Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header" and "Using
Query Parameters". S3 encodes the path once and does not normalise it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Access key and where it is valid."""

    access_key: str
    secret_key: str
    region: str
    service: str = "s3"

    def scope(self, now: datetime) -> str:
        """Return date/region/service/aws4_request."""
        return f"{now:%Y%m%d}/{self.region}/{self.service}/aws4_request"

    def sign(self, text: str, now: datetime) -> str:
        """Return the signature of a string to sign, in hex."""
        key = f"AWS4{self.secret_key}".encode()
        for part in (f"{now:%Y%m%d}", self.region, self.service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def sign_headers(
    credentials: Credentials, method: str, url: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers to send, Authorization included. `now` is in UTC."""
    payload = hashlib.sha256(body).hexdigest()
    host = urlsplit(url).netloc
    fields = {**headers, "Host": host, "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}", "X-Amz-Content-Sha256": payload}
    signed = ";".join(sorted(name.lower() for name in fields))
    text = _string_to_sign(credentials, _canonical_request(method, url, fields, payload), now)
    fields["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{credentials.scope(now)}, "
        f"SignedHeaders={signed}, Signature={credentials.sign(text, now)}"
    )
    return fields


def presign(credentials: Credentials, url: str, seconds: int, now: datetime) -> str:
    """Return a URL that may be read for `seconds` without credentials."""
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{credentials.access_key}/{credentials.scope(now)}",
        "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}",
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    whole = f"{url}?{_canonical_query(query)}"
    request = _canonical_request("GET", whole, {"Host": urlsplit(url).netloc}, UNSIGNED)
    return f"{whole}&X-Amz-Signature={credentials.sign(_string_to_sign(credentials, request, now), now)}"


def encode_path(path: str) -> str:
    """Percent-encode a path as S3 does: everything but unreserved characters and slashes."""
    return quote(path, safe="/-_.~")


def _canonical_query(query: Mapping[str, str]) -> str:
    pairs = ((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _canonical_request(method: str, url: str, headers: Mapping[str, str], payload: str) -> str:
    parts = urlsplit(url)
    fields = sorted((name.lower(), " ".join(value.split())) for name, value in headers.items())
    query = "&".join(sorted(parts.query.split("&"))) if parts.query else ""
    return "\n".join(
        [
            method,
            parts.path or "/",
            query,
            *(f"{name}:{value}" for name, value in fields),
            "",
            ";".join(name for name, _ in fields),
            payload,
        ]
    )


def _string_to_sign(credentials: Credentials, request: str, now: datetime) -> str:
    digest = hashlib.sha256(request.encode()).hexdigest()
    return f"AWS4-HMAC-SHA256\n{now:%Y%m%dT%H%M%SZ}\n{credentials.scope(now)}\n{digest}"
