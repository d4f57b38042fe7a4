"""Which storage the configuration asks for."""

from __future__ import annotations

from pathlib import Path

from emblazon_origin.server.config import OriginConfig
from emblazon_origin.storage.folder import FolderStorage
from emblazon_origin.storage.none import NoStorage
from emblazon_origin.storage.port import Storage
from emblazon_origin.storage.s3 import S3Storage
from emblazon_origin.storage.sigv4 import Credentials


def storage_of(config: OriginConfig) -> Storage:
    """Make the storage; its settings were checked when the configuration was read."""
    match config.storage:
        case "folder":
            return FolderStorage(Path(config.storage_folder), config.storage_url)
        case "s3":
            credentials = Credentials(config.s3_access_key, config.s3_secret_key, config.s3_region)
            return S3Storage(config.s3_endpoint, config.s3_bucket, credentials, config.storage_url)
        case "none":
            return NoStorage()
