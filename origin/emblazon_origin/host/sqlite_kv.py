"""KV for one machine: SQLite in write-ahead mode, in threads, with expiry and a size bound."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from emblazon.edge.messages import Body, BytesBody, KVEntry, KVKey
from emblazon.edge.ports import Clock, PortError

T = TypeVar("T")

MAX_KEY_BYTES = 512  # KV's own limits, kept here too so that what works locally works when deployed
MAX_METADATA_BYTES = 1024
MAX_VALUE_BYTES = 25 * 1024 * 1024
MIN_TTL = 60
SWEEP_EVERY = 60.0  # seconds between sweeps while there are writes

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kv (
    key TEXT PRIMARY KEY,
    metadata TEXT NOT NULL,
    expires REAL,          -- seconds since the epoch; NULL for ever
    written REAL NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL     -- last, so that listings do not read it
);
CREATE INDEX IF NOT EXISTS kv_expires ON kv (expires) WHERE expires IS NOT NULL;
CREATE INDEX IF NOT EXISTS kv_written ON kv (written, size);
"""


class SQLiteKV:
    """`ports.KV` in one file, or in memory where the path is `:memory:`.

    `close()` it at the end; every method runs in a thread of its own pool.
    """

    def __init__(self, path: Path | str, clock: Clock, *, max_bytes: int = 2 * 1024**3) -> None:
        self._path = str(path)
        self._clock = clock
        self._max_bytes = max_bytes
        self._in_memory = self._path == ":memory:"
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="kv-write")
        # Each connection to memory is a database of its own: one connection then, in one thread.
        self._readers = (
            self._writer if self._in_memory else ThreadPoolExecutor(2, thread_name_prefix="kv-read")
        )
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._next_sweep = 0.0
        if not self._in_memory:
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        self.set_aside: Path | None = None  # where a file that was no database any more went
        self._open()

    async def get(self, key: str) -> KVEntry | None:
        """See `ports.KV`."""
        row = await self._run(
            self._readers,
            lambda db: db.execute("SELECT body, metadata, expires FROM kv WHERE key = ?", (key,)).fetchone(),
        )
        if row is None or (row[2] is not None and row[2] <= self._clock.now()):
            return None
        return KVEntry(BytesBody(row[0]), row[1])

    async def put(self, key: str, body: Body, *, metadata: str = "", ttl: int | None = None) -> None:
        """See `ports.KV`. Raises PortError beyond KV's limits."""
        data = await body.read()
        _check_limits(key, data, metadata, ttl)
        now = self._clock.now()
        row = (key, metadata, None if ttl is None else now + ttl, now, len(data), data)

        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute("INSERT OR REPLACE INTO kv VALUES (?, ?, ?, ?, ?, ?)", row)
            if now >= self._next_sweep:
                self._next_sweep = now + SWEEP_EVERY
                _sweep(db, now, self._max_bytes)

        await self._run(self._writer, write)

    async def delete(self, key: str) -> None:
        """See `ports.KV`."""

        def remove(db: sqlite3.Connection) -> None:
            with db:
                db.execute("DELETE FROM kv WHERE key = ?", (key,))

        await self._run(self._writer, remove)

    async def list(self, prefix: str, *, limit: int = 1000) -> Sequence[KVKey]:
        """See `ports.KV`."""
        now = self._clock.now()
        rows = await self._run(
            self._readers,
            lambda db: db.execute(
                "SELECT key, metadata FROM kv WHERE key >= ? AND key < ? "
                "AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?",
                (prefix, prefix + "\U0010ffff", now, limit),
            ).fetchall(),
        )
        return [KVKey(name, metadata) for name, metadata in rows]

    async def sweep(self) -> int:
        """Delete what has expired, then the oldest beyond the size bound; return the number of entries."""
        now = self._clock.now()
        return await self._run(self._writer, lambda db: _sweep(db, now, self._max_bytes))

    async def size(self) -> int:
        """Return the bytes of all values."""
        row = await self._run(
            self._readers, lambda db: db.execute("SELECT COALESCE(SUM(size), 0) FROM kv").fetchone()
        )
        return int(row[0])

    def close(self) -> None:
        """Finish the writes under way and close the file."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._disconnect()

    def _disconnect(self) -> None:
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[sqlite3.Connection], T]) -> T:
        def in_thread() -> T:
            try:
                return work(self._connection())
            except sqlite3.Error as error:
                raise PortError(f"SQLite at {self._path}: {error}") from error

        try:
            return await asyncio.get_running_loop().run_in_executor(pool, in_thread)
        except RuntimeError as error:  # the pool is shut down
            raise PortError(f"SQLite at {self._path}: {error}") from error

    def _open(self) -> None:
        """Make the tables; begin anew where the file is damaged, which is kept under another name."""
        try:
            self._connection().executescript(_SCHEMA)
        except sqlite3.OperationalError as error:  # locked, read-only, no such folder: not the file's fault
            raise OSError(f"SQLite at {self._path}: {error}.") from None
        except sqlite3.DatabaseError:
            self._disconnect()
            path = Path(self._path)
            self.set_aside = path.replace(path.with_name(f"{path.name}.damaged"))
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None and self._in_memory and self._connections:
            return self._connections[0]
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=5.0, check_same_thread=False)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            except sqlite3.Error:
                connection.close()
                raise
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection


def _check_limits(key: str, data: bytes, metadata: str, ttl: int | None) -> None:
    if not key or len(key.encode()) > MAX_KEY_BYTES:
        raise PortError(f"a KV key has 1 to {MAX_KEY_BYTES} bytes")
    if len(metadata.encode()) > MAX_METADATA_BYTES:
        raise PortError(f"KV metadata has at most {MAX_METADATA_BYTES} bytes")
    if len(data) > MAX_VALUE_BYTES:
        raise PortError(f"a KV value has at most {MAX_VALUE_BYTES} bytes")
    if ttl is not None and ttl < MIN_TTL:
        raise PortError(f"a KV expiry is at least {MIN_TTL} seconds")


def _sweep(db: sqlite3.Connection, now: float, max_bytes: int) -> int:
    with db:
        removed = db.execute("DELETE FROM kv WHERE expires <= ?", (now,)).rowcount
        over = db.execute("SELECT COALESCE(SUM(size), 0) FROM kv").fetchone()[0] - max_bytes
        if over <= 0:
            return removed
        # The oldest writes whose sizes add up to what is over the bound.
        removed += db.execute(
            "DELETE FROM kv WHERE key IN (SELECT key FROM (SELECT key, "
            "SUM(size) OVER (ORDER BY written, key) - size AS before FROM kv WHERE expires IS NOT NULL) "
            "WHERE before < ?)",
            (over,),
        ).rowcount
    return removed
