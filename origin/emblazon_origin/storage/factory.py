"""Which storage the configuration asks for; and the two that need no service.

A local folder is for a web server or a mounted volume to hand out. Where there is none, everything is
refused with the fix.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from emblazon_origin.server.config import OriginConfig
from emblazon_origin.storage.port import Storage, StorageError, check_key

_FIX = "no storage is configured; set EMBLAZON_STORAGE to folder, s3, gcs or azure"


def storage_of(config: OriginConfig) -> Storage:
    """Make the storage; its settings were checked when the configuration was read."""
    match config.storage:
        case "folder":
            return FolderStorage(Path(config.storage_folder), config.storage_url)
        case "none":
            return NoStorage()
        case _:
            return _bucket(config)


def _bucket(config: OriginConfig) -> Storage:
    from obstore.store import AzureStore, GCSStore, S3Store  # late: most origins store nothing

    from emblazon_origin.storage.bucket import BucketStorage, client_options, retry_options

    options, retries = client_options(config.s3_endpoint), retry_options()
    if config.storage == "gcs":
        gcs = GCSStore(config.gcs_bucket, client_options=client_options(), retry_config=retries)
        return BucketStorage(gcs, config.storage_url)
    if config.storage == "azure":
        azure = AzureStore(
            config.azure_container,
            account_name=config.azure_account,
            client_options=client_options(),
            retry_config=retries,
        )
        return BucketStorage(azure, config.storage_url)
    given = {
        "endpoint": config.s3_endpoint,
        "access_key_id": config.s3_access_key,
        "secret_access_key": config.s3_secret_key,
        "session_token": config.s3_session_token,
    }
    s3 = S3Store(
        config.s3_bucket,
        region=config.s3_region,
        client_options=options,
        retry_config=retries,
        **{name: value for name, value in given.items() if value},  # type: ignore[arg-type]  # all are texts
    )
    return BucketStorage(s3, config.storage_url)


class FolderStorage:
    """Files under `root`; `base_url` is where they are served, without it URLs are file: URLs."""

    def __init__(self, root: Path, base_url: str = "") -> None:
        self._root = root
        self._base_url = base_url.rstrip("/")

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """Write the file whole or not at all."""
        await asyncio.to_thread(self._write, self._root / check_key(key), data)

    async def holds(self, key: str, data: bytes) -> bool:
        """Compare the bytes."""
        return await asyncio.to_thread(self._is_same, self._root / check_key(key), data)

    def _is_same(self, path: Path, data: bytes) -> bool:
        try:
            return path.stat().st_size == len(data) and path.read_bytes() == data
        except OSError:
            return False

    def _write(self, path: Path, data: bytes) -> None:
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            os.replace(partial, path)
        except OSError as error:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise StorageError(f"cannot write {path}: {error.strerror}") from error

    def get_url(self, key: str) -> str:
        """Return the public URL, or the file's own."""
        check_key(key)
        return f"{self._base_url}/{quote(key)}" if self._base_url else (self._root / key).resolve().as_uri()

    async def close(self) -> None:
        """Do nothing."""


class NoStorage:
    """Refuses."""

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """Raise StorageError."""
        raise StorageError(_FIX)

    async def holds(self, key: str, data: bytes) -> bool:
        """Return False."""
        return False

    def get_url(self, key: str) -> str:
        """Raise StorageError."""
        raise StorageError(_FIX)

    async def close(self) -> None:
        """Do nothing."""
