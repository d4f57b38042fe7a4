"""No storage: everything is refused with the fix."""

from __future__ import annotations

from emblazon_origin.storage.port import StorageError

_FIX = "no storage is configured; set EMBLAZON_STORAGE to folder, s3, gcs or azure"


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
