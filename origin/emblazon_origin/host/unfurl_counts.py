"""Unfurls by day, template, platform, variant and outcome: for the studio's page and as CSV.

The query is in the words of Analytics Engine; `sqlite_analytics.query` knows them too.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from emblazon.edge.exchange import AHEAD, EVENTS

from .sqlite_analytics import query

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
