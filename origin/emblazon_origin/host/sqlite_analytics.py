"""`ports.Analytics` in one SQLite file, with the columns of Analytics Engine: one query serves both."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emblazon.edge.ports import Clock

KEPT = 90 * 86_400.0  # seconds, as in Analytics Engine
SWEEP_EVERY = 10_000  # points
COLUMNS = ("timestamp", "index1", *(f"blob{n}" for n in range(1, 8)), "double1", "double2", "double3")
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS emblazon ({", ".join(COLUMNS)}, _sample_interval DEFAULT 1);
CREATE INDEX IF NOT EXISTS emblazon_timestamp ON emblazon (timestamp);
"""
_INSERT = f"INSERT INTO emblazon ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants


class SQLiteAnalytics:
    """Writes points in a thread of its own, in the order in which they come. `close()` it at the end."""

    def __init__(self, path: Path | str, clock: Clock) -> None:
        self._path = str(path)
        self._clock = clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="analytics")
        self._connection: sqlite3.Connection | None = None
        self._written = 0

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None:
        """See `ports.Analytics`."""
        row = (self._clock.now(), index, *blobs, *doubles)
        self._pool.submit(self._insert, row)

    def close(self) -> None:
        """Write what is waiting, and close the file."""
        self._pool.shutdown(wait=True)
        if self._connection is not None:
            self._connection.close()

    def _insert(self, row: tuple[object, ...]) -> None:
        with contextlib.suppress(sqlite3.Error):  # a lost data point is only that
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, check_same_thread=False)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.executescript(_SCHEMA)
                _add_columns(self._connection)
            with self._connection as database:
                database.execute(_INSERT, row)
                if self._written % SWEEP_EVERY == 0:
                    oldest = self._clock.now() - KEPT
                    database.execute("DELETE FROM emblazon WHERE timestamp < ?", (oldest,))
            self._written += 1


def _add_columns(database: sqlite3.Connection) -> None:
    """Give the table of an earlier version what it lacks."""
    there = {name for _, name, *_ in database.execute("PRAGMA table_info(emblazon)")}
    for name in COLUMNS:
        if name not in there:
            database.execute(f"ALTER TABLE emblazon ADD COLUMN {name}")


def query(path: Path, sql: str) -> list[dict[str, object]]:
    """Run a query in the words of Analytics Engine that `emblazon stats` uses; raises sqlite3.Error."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        database.create_function("toDateTime", 1, float, deterministic=True)
        database.create_function("toUnixTimestamp", 1, int, deterministic=True)
        database.create_function("intDiv", 2, int.__floordiv__, deterministic=True)
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(sql)]
    finally:
        database.close()
