"""Storage in a bucket: S3 and what speaks like it (Cloudflare R2, MinIO), Google Cloud Storage, Azure.

obstore signs, retries and finds credentials: those that are set, else a session token or the workload's own
identity (`AWS_…`, `GOOGLE_…`, `AZURE_…`, the machine's metadata service).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import obstore
from obstore.exceptions import BaseError

from emblazon_origin.storage.port import StorageError, check_key

if TYPE_CHECKING:
    from obstore.store import AzureStore, ClientConfig, GCSStore, RetryConfig, S3Store

PRESIGNED_LIFE = timedelta(days=7)  # the longest that S3 allows
_CACHE_CONTROL = "public, max-age=31536000, immutable"


class BucketStorage:
    """One bucket. `base_url` is where its objects are public; without it URLs are signed for a week."""

    def __init__(self, store: S3Store | GCSStore | AzureStore, base_url: str = "") -> None:
        self._store = store
        self._base_url = base_url.rstrip("/")

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """PUT the object; tries again after a network error or a 5xx."""
        store, attributes = self._store, {"Content-Type": content_type, "Cache-Control": _CACHE_CONTROL}
        try:
            await obstore.put_async(store, check_key(key), data, attributes=attributes, use_multipart=False)
        except BaseError as error:
            raise StorageError(f"cannot store {key}: {_first_line(error)}") from error

    async def holds(self, key: str, data: bytes) -> bool:
        """Compare the size and the ETag, which is the MD5 of an object of one part in S3, R2 and MinIO."""
        try:
            found = await obstore.head_async(self._store, check_key(key))
        except (BaseError, FileNotFoundError, PermissionError):
            return False
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return found["size"] == len(data) and (found["e_tag"] or "").strip('"') == digest

    def get_url(self, key: str) -> str:
        """Return the public URL, or one that works for a week."""
        if self._base_url:
            return f"{self._base_url}/{quote(check_key(key), safe='/-_.~')}"
        try:
            return obstore.sign(self._store, "GET", check_key(key), PRESIGNED_LIFE)
        except BaseError as error:
            raise StorageError(f"cannot sign the address of {key}: {_first_line(error)}") from error

    async def close(self) -> None:
        """Do nothing: connections end by themselves."""


def client_options(endpoint: str = "") -> ClientConfig:
    """Return how requests are sent: within ten seconds, encrypted unless the endpoint is not."""
    return {"timeout": timedelta(seconds=10), "allow_http": endpoint.startswith("http://")}


def retry_options(first_pause: timedelta = timedelta(milliseconds=200)) -> RetryConfig:
    """Return how often a request is tried again: twice, with a pause that doubles."""
    return {"max_retries": 2, "backoff": {"init_backoff": first_pause, "max_backoff": timedelta(seconds=5)}}


def _first_line(error: BaseError) -> str:
    return str(error).strip().partition("\n")[0][:500]
