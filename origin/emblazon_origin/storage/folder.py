"""Storage in a local folder, for a web server or a mounted volume to hand out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from emblazon_origin.storage.port import StorageError, check_key


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
