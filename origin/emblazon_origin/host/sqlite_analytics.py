"""`ports.Analytics` in one SQLite file, with the columns of Analytics Engine: one query serves both.

The query is in the words of Analytics Engine, which `query` knows too: unfurls by day, template, platform,
variant and outcome, for the studio's page and as CSV.
"""

from __future__ import annotations

import contextlib
import csv
import io
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from emblazon.edge.exchange import AHEAD, EVENTS
from emblazon.edge.ports import Clock

KEPT = 90 * 86_400.0  # seconds, as in Analytics Engine
SWEEP_EVERY = 10_000  # points
COLUMNS = ("timestamp", "index1", *(f"blob{n}" for n in range(1, 8)), "double1", "double2", "double3")
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS emblazon ({", ".join(COLUMNS)}, _sample_interval DEFAULT 1);
CREATE INDEX IF NOT EXISTS emblazon_timestamp ON emblazon (timestamp);
"""
_INSERT = f"INSERT INTO emblazon ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants

DAY = 86_400
_REPORTED = ", ".join(f"'{outcome}'" for outcome in (*EVENTS, *AHEAD))
BY_DAY = (
    f"SELECT intDiv(toUnixTimestamp(timestamp), {DAY}) AS day, index1 AS template, blob4 AS platform, "  # noqa: S608
    "blob5 AS variant, blob1 AS outcome, blob6 AS country, SUM(_sample_interval) AS requests, "
    "SUM(double1 * _sample_interval) AS ms, SUM(double2 * _sample_interval) AS bytes "
    "FROM {dataset} WHERE timestamp >= toDateTime({since}) "
    f"AND blob1 NOT IN ({_REPORTED}) "
    "GROUP BY day, template, platform, variant, outcome, country ORDER BY day, requests DESC"
)


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


@dataclass(frozen=True, slots=True)
class UnfurlCount:
    """How often one kind of request came on one day."""

    day: str  # YYYY-MM-DD, UTC
    template: str
    platform: str
    variant: str
    outcome: str
    country: str
    requests: int
    mean_ms: float
    bytes: int  # of all of them


def counts_of(rows: Iterable[Mapping[str, object]]) -> list[UnfurlCount]:
    """Read the answer to `BY_DAY`; Analytics Engine writes numbers as text."""
    return [_count(row) for row in rows]


def counts_in(path: Path, days: float) -> list[UnfurlCount]:
    """Return the counts of an embedded edge's file; none where no card was asked for yet.

    Raises sqlite3.Error.
    """
    if not path.is_file():
        return []
    return counts_of(query(path, BY_DAY.format(dataset="emblazon", since=int(time.time() - days * DAY))))


def to_csv(counts: Iterable[UnfurlCount]) -> str:
    """Return the counts as CSV (RFC 4180) with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(field.name for field in fields(UnfurlCount))
    writer.writerows(map(astuple, counts))
    return out.getvalue()


def _count(row: Mapping[str, object]) -> UnfurlCount:
    requests = int(float(str(row["requests"])))
    names = ("template", "platform", "variant", "outcome", "country")
    texts = {name: str(row[name] or "") for name in names}
    return UnfurlCount(
        day=time.strftime("%Y-%m-%d", time.gmtime(int(str(row["day"])) * DAY)),
        **texts,
        requests=requests,
        mean_ms=round(float(str(row["ms"] or 0)) / requests, 2) if requests else 0.0,
        bytes=round(float(str(row["bytes"] or 0))),
    )
