"""`emblazon stats` after a day of nine crawlers shows the numbers that were planted, on both hosts."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from cpython_host import CPythonHost
from local_server import LocalServer, Quiet
from misbehaving_origin import MisbehavingOrigin
from waiting import wait_until
from workerd import PURGE_TOKEN, PyodideHost, RecordingWorkerd, Workerd, worker_variables

from emblazon.edge.exchange import OTHER, platform_of, write_event
from emblazon_origin.cli import main
from emblazon_origin.host.asyncio_ports import SystemClock
from emblazon_origin.host.sqlite_analytics import COLUMNS, SQLiteAnalytics

AGENTS = {
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "X": "Twitterbot/1.0",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp": "WhatsApp/2.23.20.0 A",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "Mastodon": "http.rb/5.1.1 (Mastodon/4.2.1; +https://example.social/)",
}
VERIFIED = ("Facebook", "Slack")  # by the stand-in of a platform that verifies crawlers
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"


@pytest.mark.parametrize(("platform", "agent"), [*AGENTS.items(), (OTHER, BROWSER), (OTHER, "")])
def test_crawlers_are_known_by_their_user_agents(platform: str, agent: str) -> None:
    assert platform_of(agent) == platform


def play(worker: Workerd) -> Counter[str]:
    """A day of unfurls; returns how many requests each platform made."""
    planted: Counter[str] = Counter()
    for number, (platform, agent) in enumerate([*AGENTS.items(), (OTHER, BROWSER)]):
        for turn in range(number + 1):
            vouched = {"x_test_verified": "Page Preview"} if platform in VERIFIED else {}
            answer = worker.card(f"stats-{turn % 3}", user_agent=agent, **vouched)
            assert answer.status_code == 200
            planted[platform] += 1
    return planted


CLICKED = (("click", "night", 30), ("click", "", 18), ("view", "night", 400), ("view", "", 400))


def report_clicks(worker: Workerd) -> None:
    """What the site tells of its cards: seen and clicked."""
    events = [
        {"kind": kind, "template": "article", "variant": variant or "base", "count": count, "platform": "X"}
        for kind, variant, count in CLICKED
    ]
    answer = worker.client.post(
        "/api/events", json={"events": events}, headers={"Authorization": f"Bearer {PURGE_TOKEN}"}
    )
    assert (answer.status_code, answer.json()) == (202, {"taken": len(CLICKED)})


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["stats", "--json", *arguments]) == 0
    report: dict[str, object] = json.loads(capsys.readouterr().out)
    return report


def assert_planted(report: dict[str, object], planted: Counter[str]) -> None:
    assert report["platform"] == dict(planted)
    assert report["requests"] == planted.total()
    assert report["template"] == {"article": planted.total()}
    assert report["outcome"] == {"miss": 3, "hit": planted.total() - 3}
    experiments = report["experiments"]
    assert isinstance(experiments, dict)
    base, night = experiments["article"]
    unfurls = planted.total() - planted[OTHER]
    assert [base[name] for name in ("look", "unfurls", "views", "clicks")] == ["base", unfurls, 400, 18]
    assert [night[name] for name in ("look", "unfurls", "views", "clicks")] == ["night", 0, 400, 30]
    assert (base["per"], base["rate"]) == ("view", 0.045)
    low, high = night["difference"]
    assert low < 0.03 < high


@pytest.fixture
def stand_in_origin() -> Iterator[MisbehavingOrigin]:
    origin = MisbehavingOrigin()
    yield origin
    origin.close()


def test_stats_of_the_embedded_edge(
    stand_in_origin: MisbehavingOrigin, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    host = CPythonHost(tmp_path / "host", worker_variables(stand_in_origin.url))
    host.start()
    try:
        planted = play(host)
        report_clicks(host)
    finally:
        host.stop()
    (database,) = (tmp_path / "host").rglob("analytics.sqlite3")
    report = told(capsys, "--database", str(database))
    assert_planted(report, planted)
    assert report["crawler"] == {}, "this host cannot tell"


@pytest.mark.e2e
@pytest.mark.parametrize(
    "kind", [RecordingWorkerd, partial(PyodideHost, platform=True)], ids=["workerd", "pyodide"]
)
def test_stats_of_the_worker(
    kind: Callable[[Path, dict[str, str]], RecordingWorkerd | PyodideHost],
    stand_in_origin: MisbehavingOrigin,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = kind(tmp_path / "host", worker_variables(stand_in_origin.url))
    worker.start()
    try:
        planted = play(worker)
        report_clicks(worker)
        points = planted.total() + len(CLICKED)
        wait_until(lambda: len(worker.recorded()["analytics"]) == points)
        recorded = worker.recorded()["analytics"]
    finally:
        worker.stop()
    monkeypatch.setenv("EMBLAZON_ANALYTICS_TOKEN", "token-of-the-tests")
    with AnalyticsEngine(recorded) as api:
        report = told(capsys, "--account", "abc", "--api", api.url)
    assert_planted(report, planted)
    verified = sum(planted[name] for name in VERIFIED)
    assert report["crawler"] == {
        "verified": verified,
        "claimed": planted.total() - planted[OTHER] - verified,
    }


def test_database_of_an_earlier_version_gets_the_new_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "analytics.sqlite3"
    old = [name for name in COLUMNS if name not in ("blob7", "double3")]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE emblazon ({', '.join(old)}, _sample_interval DEFAULT 1)")
        row = [time.time(), "article", "hit", "cache", "200", "X", "", "DE", 1.0, 10.0]
        database.execute(f"INSERT INTO emblazon ({', '.join(old)}) VALUES ({', '.join('?' * 10)})", row)  # noqa: S608
    analytics = SQLiteAnalytics(path, SystemClock())
    write_event(analytics, kind="click", template="article", variant="", platform="X", count=7)
    analytics.close()
    report = told(capsys, "--database", str(path))
    assert (report["requests"], report["platform"]) == (1, {"X": 1})


def test_stats_without_a_database_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stats", "--database", str(tmp_path / "none.sqlite3")]) == 2
    assert "none.sqlite3 is not there" in capsys.readouterr().err


class AnalyticsEngine:
    """The platform's SQL API with recorded points in it; SQLite speaks as much of its dialect."""

    def __init__(self, points: list[dict[str, object]]) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.create_function("toDateTime", 1, float)
        self._database.execute(f"CREATE TABLE emblazon ({', '.join(COLUMNS)}, _sample_interval DEFAULT 1)")
        for point in points:
            row = [4e9, *point["indexes"], *point["blobs"], *point["doubles"]]  # type: ignore[misc]
            marks = ", ".join("?" * len(COLUMNS))
            self._database.execute(f"INSERT INTO emblazon ({', '.join(COLUMNS)}) VALUES ({marks})", row)  # noqa: S608
        database = self._database

        class Handler(Quiet):
            def do_POST(self) -> None:
                assert self.path == "/accounts/abc/analytics_engine/sql"
                assert self.headers["Authorization"] == "Bearer token-of-the-tests"
                sql = self.rfile.read(int(self.headers["Content-Length"])).decode()
                data = json.dumps({"data": [dict(row) for row in database.execute(sql)]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = LocalServer(Handler)
        self.url = self._server.url

    def __enter__(self) -> AnalyticsEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        with closing(self._database):
            pass
