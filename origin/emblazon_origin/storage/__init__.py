"""Storage: where exported cards go, behind one narrow port.

storage = storage_of(config)
await storage.upload("cards/ab12.png", data, "image/png")
url = storage.get_url("cards/ab12.png")

port.py      what every storage does, and what keys look like
bucket.py    S3, R2, Google Cloud Storage, Azure, through obstore
factory.py   which of them the settings ask for; a folder, or none
"""

from __future__ import annotations

from emblazon_origin.storage.factory import FolderStorage, storage_of
from emblazon_origin.storage.port import Incomplete, Storage, StorageError

__all__ = ["FolderStorage", "Incomplete", "Storage", "StorageError", "storage_of"]
