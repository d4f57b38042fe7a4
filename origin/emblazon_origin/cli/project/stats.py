"""`emblazon stats`: who unfurled which cards, and how they were served.

The looks of a template are compared by the clicks that their site has reported, with intervals of 95 %.

Where views were reported too, clicks are a share of them: Wilson's interval (1927), and Newcombe's for the
difference to the template's own look (Statistics in Medicine 17, 1998, method 10). Where they were not, the
unfurls are all there is to measure clicks by, which may be fewer: then the ratio of two rates, by Wilson's
interval of the one's share of both their clicks.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import cast

from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.schema import BASE_LOOK
from emblazon.edge.exchange import AHEAD, EVENTS, OTHER

from ..exit_codes import FAILED, CommandError
from ..numbers import http_url
from ..outputs import LookOutput, StatsOutput

ACCOUNT, TOKEN = "EMBLAZON_ACCOUNT_ID", "EMBLAZON_ANALYTICS_TOKEN"  # variables' names
API = "https://api.cloudflare.com/client/v4"
FILE = "analytics.sqlite3"
SQL = (
    "SELECT index1 AS template, blob1 AS outcome, blob2 AS tier, blob4 AS platform, blob5 AS variant, "
    "blob6 AS country, blob7 AS crawler, SUM(_sample_interval) AS requests, "
    "SUM(double1 * _sample_interval) AS ms, SUM(double2 * _sample_interval) AS bytes, "
    "SUM(double3 * _sample_interval) AS counted FROM {dataset} WHERE timestamp >= toDateTime({since}) "
    "GROUP BY template, outcome, tier, platform, variant, country, crawler"
)
DIMENSIONS = ("platform", "crawler", "template", "variant", "country", "outcome", "tier")
NOTE = "Crawlers fetch once and keep what they get: these are unfurls, not readers, and no clicks."
CLICKS_NOTE = (
    "Clicks and views are what the site has reported. The intervals take each click for a reader of its own; "
    "looks are dealt by page, so a few pages with many clicks make them too narrow."
)

Row = dict[str, object]

Z = NormalDist().inv_cdf(0.975)
Interval = tuple[float, float]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("stats", help="who unfurled which cards", description=NOTE)
    parser.add_argument("--days", type=float, default=7.0, help="how far back (7)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--csv", action="store_true", help="print a row for each day and kind, as CSV")
    parser.add_argument("--database", type=Path, metavar="FILE", help="the embedded edge's file")
    parser.add_argument(
        "--account",
        default=os.environ.get(ACCOUNT, ""),
        metavar="ID",
        help=f"ask Analytics Engine instead (${ACCOUNT}), with the token in ${TOKEN}",
    )
    parser.add_argument("--dataset", default="emblazon", help="the dataset there (emblazon)")
    parser.add_argument("--api", type=http_url, default=API, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Query, add up and print."""
    if options.csv:
        from ...host.sqlite_analytics import BY_DAY, counts_of, to_csv

        print(to_csv(counts_of(_rows(options, BY_DAY))), end="")
        return 0
    report = summary(_rows(options, SQL))
    if options.json:
        print(json.dumps(report, indent=1, sort_keys=True))
    else:
        print("\n".join(_lines(report, options.days)))
    return 0


def _rows(options: argparse.Namespace, words: str) -> list[Row]:
    sql = words.format(dataset=options.dataset, since=int(time.time() - options.days * 86_400))
    return _remote(options, sql) if options.account else _local(options.database or _own_file(), sql)


def summary(rows: Iterable[Row]) -> StatsOutput:
    """Add the rows up: in all, and for each value of each dimension."""
    by: dict[str, Counter[str]] = {name: Counter() for name in DIMENSIONS}
    requests, milliseconds, size = 0, 0.0, 0
    looks, ahead = Looks(), dict.fromkeys(AHEAD, 0)
    for row in rows:
        count = int(str(row["requests"]))
        looks.add(row)
        if row["outcome"] in AHEAD:
            ahead[str(row["outcome"])] += count
        if row["outcome"] in (*EVENTS, *AHEAD):
            continue
        count = int(str(row["requests"]))
        requests += count
        milliseconds += float(str(row["ms"]))
        size += round(float(str(row["bytes"])))
        for name, counter in by.items():
            if row[name]:
                counter[str(row[name])] += count
    counted = {name: dict(counter.most_common()) for name, counter in by.items()}
    return cast(
        StatsOutput,
        {
            "requests": requests,
            "mean_ms": round(milliseconds / requests, 1) if requests else 0.0,
            "bytes": size,
            **counted,
            "experiments": looks.compared(),
            "ahead": ahead,
        },
    )


class Looks:
    """The looks of each template: what crawlers fetched of them, what their site reports."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str]] = Counter()  # template, variant, what

    def add(self, row: Row) -> None:
        """Take one row in; what browsers fetched is no unfurl."""
        look = (str(row["template"]), str(row["variant"] or ""))
        if row["outcome"] in EVENTS:
            self._counts[(*look, str(row["outcome"]))] += round(float(str(row["counted"] or 0)))
        elif row["platform"] != OTHER and row["outcome"] not in AHEAD:
            self._counts[(*look, "unfurl")] += int(str(row["requests"]))

    def compared(self) -> dict[str, list[LookOutput]]:
        """Compare the looks of every template of which clicks were reported."""
        found: dict[str, list[LookOutput]] = {}
        for template in sorted({template for template, _, kind in self._counts if kind == "click"}):
            variants = sorted({variant for name, variant, _ in self._counts if name == template})
            looks = [self._look(template, variant) for variant in variants if variant != FALLBACK_VARIANT]
            if compared := compare(looks):
                found[template] = [_told(each) for each in compared]
        return found

    def _look(self, template: str, variant: str) -> Look:
        unfurls, views, clicks = (
            self._counts[template, variant, what] for what in ("unfurl", "view", "click")
        )
        return Look(variant, unfurls, views, clicks)


def _told(compared: Compared) -> LookOutput:
    look, against = compared.look, _rounded(compared.against)
    return {
        "look": look.variant or BASE_LOOK,
        "unfurls": look.unfurls,
        "views": look.views,
        "clicks": look.clicks,
        "per": compared.per,
        "rate": round(compared.rate, 6),
        "interval": _rounded(compared.interval),
        "difference": against if compared.per == "view" else None,
        "ratio": against if compared.per == "unfurl" else None,
    }


def _rounded(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(edge, 6) for edge in interval]


def _own_file() -> Path:
    from ...home import find_home

    state, fault = find_home().writable_state()
    if state is None:
        raise CommandError(f"Nothing can be written to {fault}, so nothing was counted; name a --database.")
    return state / FILE


def _local(path: Path, sql: str) -> list[Row]:
    from ...host.sqlite_analytics import query

    if not path.is_file():
        raise CommandError(f"{path} is not there: no card was asked for yet, or another folder is meant.")
    try:
        return query(path, sql)
    except sqlite3.Error as error:
        raise CommandError(f"{path} cannot be read: {error}.", FAILED) from None


def _remote(options: argparse.Namespace, sql: str) -> list[Row]:
    import httpx

    token = os.environ.get(TOKEN, "")
    if not token:
        raise CommandError(f"There is no token: set {TOKEN} to one that may read Account Analytics.")
    address = f"{options.api.rstrip('/')}/accounts/{options.account}/analytics_engine/sql"
    try:
        answer = httpx.post(
            address, content=sql, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )
        answer.raise_for_status()
        rows: list[Row] = answer.json()["data"]
    except httpx.HTTPStatusError as error:
        text = error.response.text[:200]
        raise CommandError(
            f"Analytics Engine answered {error.response.status_code}: {text}", FAILED
        ) from None
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise CommandError(f"Analytics Engine could not be asked: {error}", FAILED) from None
    return rows


def _lines(report: StatsOutput, days: float) -> list[str]:
    lines = [f"{report['requests']} requests for cards in {days:g} days, {report['mean_ms']} ms in the mean"]
    for name in DIMENSIONS:
        counts = cast("dict[str, int]", report[name])  # type: ignore[literal-required]  # one of DIMENSIONS
        if counts:
            lines += ["", name, *(f"  {count:8}  {value}" for value, count in counts.items())]
    if report["ahead"]["warmed"]:
        lines += ["", "drawn ahead", *(f"  {count:8}  {name}" for name, count in report["ahead"].items())]
    for template, looks in report["experiments"].items():
        lines += ["", f"looks of {template}", *map(_look_line, looks)]
    return [*lines, "", *([CLICKS_NOTE, ""] if report["experiments"] else []), NOTE]


def _look_line(look: LookOutput) -> str:
    parts = [f"  {look['look']}: {look['clicks']} clicks, {look['rate']:g} a {look['per']}"]
    told = (
        (look["interval"], ""),
        (look["difference"], "more than the first by "),
        (look["ratio"], "times the first: "),
    )
    parts += [f"{words}{between[0]:g} to {between[1]:g}" for between, words in told if between]
    return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one look of a template; `variant` is "" for the template's own."""

    variant: str
    unfurls: int = 0
    views: int = 0
    clicks: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One look beside the first. `per` says what clicks are counted by: view or unfurl."""

    look: Look
    per: str
    rate: float
    interval: Interval | None  # of the rate, where it is a share
    against: Interval | None  # difference of the shares or ratio of the rates; None for the first look


def compare(looks: list[Look]) -> list[Compared]:
    """Compare looks with the first of them; nothing where fewer than two have been counted, or no click."""
    by_views = all(look.views >= max(1, look.clicks) for look in looks)
    counted = looks if by_views else [look for look in looks if look.unfurls]
    if len(counted) < 2 or not any(look.clicks for look in counted):
        return []
    first = counted[0]
    return [_by_views(look, first) if by_views else _by_unfurls(look, first) for look in counted]


def _by_views(look: Look, first: Look) -> Compared:
    against = None
    if look is not first:
        against = difference_interval(look.clicks, look.views, first.clicks, first.views)
    rate = look.clicks / look.views
    return Compared(look, "view", rate, wilson_interval(look.clicks, look.views), against)


def _by_unfurls(look: Look, first: Look) -> Compared:
    against = None
    if look is not first and look.clicks + first.clicks:
        against = ratio_interval(look.clicks, look.unfurls, first.clicks, first.unfurls)
    return Compared(look, "unfurl", look.clicks / look.unfurls, None, against)


def wilson_interval(successes: float, trials: float) -> Interval:
    """The interval of a share, by the score test: Wilson, JASA 22 (1927)."""
    share, square = successes / trials, Z * Z
    middle = share + square / (2 * trials)
    half = Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def difference_interval(successes: int, trials: int, successes_of: int, trials_of: int) -> Interval:
    """The interval of the difference of two shares, the second taken from the first: Newcombe's method 10."""
    share, share_of = successes / trials, successes_of / trials_of
    low, high = wilson_interval(successes, trials)
    low_of, high_of = wilson_interval(successes_of, trials_of)
    gap = share - share_of
    return (
        gap - sqrt((share - low) ** 2 + (high_of - share_of) ** 2),
        gap + sqrt((high - share) ** 2 + (share_of - low_of) ** 2),
    )


def ratio_interval(count: int, exposure: float, count_of: int, exposure_of: float) -> Interval:
    """The interval of the ratio of two Poisson rates; given both counts, the first is a binomial share."""
    low, high = wilson_interval(count, count + count_of)
    scale = exposure_of / exposure
    return low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else float("inf")
