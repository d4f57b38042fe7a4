"""What Miniflare keeps on disk, read from outside: entries in SQLite, their bytes in blob files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def kv_entries(state: Path) -> dict[str, bytes]:
    """Return the complete entries of every KV namespace by name."""
    folder = state / "v3" / "kv"
    blobs = {blob.name: blob for blob in folder.rglob("blobs/*")}
    entries: dict[str, bytes] = {}
    for database in folder.rglob("*.sqlite"):
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_mf_entries'").fetchone():
                rows = connection.execute("SELECT key, blob_id FROM _mf_entries").fetchall()
                entries |= {key: blobs[blob].read_bytes() for key, blob in rows if blob in blobs}
    return entries


def r2_objects(state: Path) -> list[bytes]:
    """Return the bytes of every object of every bucket."""
    return [blob.read_bytes() for blob in (state / "v3" / "r2").rglob("blobs/*")]
