"""Which storage the configuration asks for."""

from __future__ import annotations

from pathlib import Path

from emblazon_origin.server.config import OriginConfig
from emblazon_origin.storage.folder import FolderStorage
from emblazon_origin.storage.none import NoStorage
from emblazon_origin.storage.port import Storage


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
