"""Unfurls by day and kind: in the studio, as CSV, and on the command line."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest

from emblazon_origin.cli import main
from emblazon_origin.home import Home
from emblazon_origin.host.asyncio_ports import SystemClock
from emblazon_origin.host.sqlite_analytics import SQLiteAnalytics, UnfurlCount, counts_in, counts_of

from .conftest import Client

DAY = 86_400.0


class SetClock(SystemClock):
    """Stands where it is put."""

    def __init__(self, time: float) -> None:
        self.time = time

    def now(self) -> float:
        return self.time


def write_unfurls(path: Path) -> float:
    """Three of yesterday, two of them alike; one of today, a click, and one of long ago; returns the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    today = time.time()
    clock = SetClock(today)
    analytics = SQLiteAnalytics(path, clock)
    points = (
        (1, "note", "hit", "Slack", "night", 4.0, 1000.0),
        (1, "note", "hit", "Slack", "night", 6.0, 1000.0),
        (1, "note", "miss", "X", "", 50.0, 2000.0),
        (0, "article", "hit", "X", "", 5.0, 3000.0),
        (0, "article", "click", "X", "", 0.0, 0.0),
        (60, "note", "hit", "Slack", "", 5.0, 3000.0),
    )
    for age, template, outcome, platform, variant, ms, size in points:
        clock.time = today - age * DAY
        blobs = (outcome, "kv", "200", platform, variant, "", "claimed")
        analytics.write(index=template, blobs=blobs, doubles=(ms, size, 1.0))
    analytics.close()
    return today


def test_requests_of_one_kind_on_one_day_are_one_count(tmp_path: Path) -> None:
    today = write_unfurls(tmp_path / "a.sqlite3")
    counts = counts_in(tmp_path / "a.sqlite3", 30)
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(today - DAY))
    assert counts[0] == UnfurlCount(yesterday, "note", "Slack", "night", "hit", "", 2, 5.0, 2000)
    assert len(counts) == 3, "neither what a site reports nor what is too old"
    assert len(counts_in(tmp_path / "a.sqlite3", 90)) == 4


def test_an_edge_that_was_never_asked_has_no_counts(tmp_path: Path) -> None:
    assert counts_in(tmp_path / "nothing.sqlite3", 30) == []


def test_numbers_of_analytics_engine_come_as_text() -> None:
    row = {"day": "20000", "template": "note", "platform": "X", "variant": None, "outcome": "hit"}
    row |= {"country": "DE", "requests": "4", "ms": "10", "bytes": "99.6"}
    assert counts_of([row]) == [UnfurlCount("2024-10-04", "note", "X", "", "hit", "DE", 4, 2.5, 100)]


async def test_the_page_gets_counts_and_a_file_for_a_spreadsheet(client: Client, project: Home) -> None:
    async with client.get("/studio/api/stats?days=30") as answer:
        assert (await answer.json())["counts"] == []
    write_unfurls(project.state / "analytics.sqlite3")
    async with client.get("/studio/api/stats?days=30") as answer:
        found = await answer.json()
    assert found["kept"] is True
    assert sum(count["requests"] for count in found["counts"]) == 4
    async with client.get("/studio/stats.csv?days=30") as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="unfurls-30-days.csv"'
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert rows[0].keys() == found["counts"][0].keys()
    assert [row["template"] for row in rows] == [count["template"] for count in found["counts"]]
    async with client.get("/studio/stats", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/studio/#/stats"


@pytest.mark.parametrize("days", ["0", "91", "x", "-1", "1e3"])
async def test_a_time_that_is_not_kept_is_refused(client: Client, days: str) -> None:
    for path in ("/studio/api/stats", "/studio/stats.csv"):
        async with client.get(f"{path}?days={days}") as answer:
            assert answer.status == 400
            assert "from 1 to 90" in (await answer.json())["detail"]


def test_the_command_line_writes_the_same_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_unfurls(tmp_path / "a.sqlite3")
    assert main(["stats", "--csv", "--days", "30", "--database", str(tmp_path / "a.sqlite3")]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["template"], row["platform"], row["requests"]) for row in rows] == [
        ("note", "Slack", "2"),
        ("note", "X", "1"),
        ("article", "X", "1"),
    ]
