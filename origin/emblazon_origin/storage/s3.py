"""Storage in an S3-compatible bucket: Cloudflare R2, MinIO, Amazon S3 (path-style addresses)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from emblazon_origin.storage.port import StorageError, check_key
from emblazon_origin.storage.sigv4 import Credentials, encode_path, presign, sign_headers

_ATTEMPTS = 3
_PRESIGNED_LIFE = 7 * 86_400  # the longest that the protocol allows
_CACHE_CONTROL = "public, max-age=31536000, immutable"


class S3Storage:
    """One bucket. `base_url` is where its objects are public; without it URLs are presigned for a week."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        credentials: Credentials,
        base_url: str = "",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: float = 0.2,
    ) -> None:
        self._address = f"{endpoint.rstrip('/')}/{bucket}"
        self._credentials = credentials
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._pause = pause
        self._client = httpx.AsyncClient(timeout=10.0, trust_env=False)

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """PUT the object; tries again after a network error, 429 or 5xx."""
        url = self._url(key)
        headers = {"Content-Type": content_type, "Cache-Control": _CACHE_CONTROL}
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(self._pause * 2**attempt)
            signed = sign_headers(self._credentials, "PUT", url, headers, data, self._clock())
            try:
                answer = await self._client.put(url, content=data, headers=signed)
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if answer.is_success:
                return
            problem = f"{answer.status_code} {_code(answer.text)}"
            if answer.status_code != 429 and answer.status_code < 500:
                break
        raise StorageError(f"cannot store {key} in {self._address}: {problem}")

    def get_url(self, key: str) -> str:
        """Return the public URL, or one that works for a week."""
        if self._base_url:
            return f"{self._base_url}/{encode_path(check_key(key))}"
        return presign(self._credentials, self._url(key), _PRESIGNED_LIFE, self._clock())

    def _url(self, key: str) -> str:
        return f"{self._address}/{encode_path(check_key(key))}"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _code(body: str) -> str:
    """Return the `<Code>` of an S3 error."""
    return body.partition("<Code>")[2].partition("</Code>")[0] or body[:100]
