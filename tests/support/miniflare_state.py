"""What Miniflare keeps on disk, read from outside: entries in SQLite, their bytes in blob files."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path


def kv_entries(state: Path) -> dict[str, bytes]:
    """Return the complete entries of every KV namespace by name."""
    folder = state / "v3" / "kv"
    blobs = _blobs(folder)
    entries: dict[str, bytes] = {}
    for database in folder.rglob("*.sqlite"):
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_mf_entries'").fetchone():
                rows = connection.execute("SELECT key, blob_id FROM _mf_entries").fetchall()
                entries |= {key: blobs[blob] for key, blob in rows if blob in blobs}
    return entries


def r2_objects(state: Path) -> list[bytes]:
    """Return the bytes of every object of every bucket."""
    return list(_blobs(state / "v3" / "r2").values())


def _blobs(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every blob by its name; Miniflare removes some meanwhile."""
    found = {}
    for blob in folder.rglob("blobs/*"):
        with suppress(FileNotFoundError):
            found[blob.name] = blob.read_bytes()
    return found
