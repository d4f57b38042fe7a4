"""The cron trigger of wrangler.toml fits the edge's defaults."""

from __future__ import annotations

import tomllib
from pathlib import Path

from emblazon.edge.config import EdgeConfig

ROOT = Path(__file__).resolve().parents[3]
GOOD = {"EMBLAZON_ORIGIN_URL": "https://origin.test", "EMBLAZON_SIGNING": "off"}


def seconds_between(cron: str) -> int:
    """Seconds between two runs of `* * * * *`, `*/N * * * *` or `N * * * *`."""
    minute, *others = cron.split()
    assert others == ["*"] * 4
    if minute.isdecimal():
        return 3600
    return 60 * (1 if minute == "*" else int(minute.removeprefix("*/")))


def test_no_hot_card_is_lost_between_two_runs() -> None:
    settings = tomllib.loads((ROOT / "wrangler.toml").read_text())
    config = EdgeConfig.from_env(GOOD | settings["vars"])
    for cron in settings["triggers"]["crons"]:
        assert seconds_between(cron) < config.rewarm_before
