"""What platforms take as the picture of a link, from `platforms.toml`; `docs/platforms.md` shows it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, cast

from emblazon.contract.schema import Format

TABLE = Path(__file__).with_name("platforms.toml")


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform's limits; sizes are pixels, `ratio` is None where the whole picture is shown."""

    name: str
    bytes: int
    types: tuple[Format, ...]
    ratio: float | None
    least: tuple[int, int]
    kind: Literal["platform", "reported"]
    source: str
    read: date  # when the source was looked at
    agent: str  # what its crawler calls itself
    crawler: str  # where that and what follows comes from
    robots: str = ""  # the name it looks for in robots.txt; empty where it does not ask
    html_bytes: int | None = None  # of a page that it reads
    twitter_first: bool = False  # twitter:* elements go before og:*
    asks_large: bool = False  # the large picture needs twitter:card = summary_large_image

    def refusal(self, format: Format, size: int) -> str:
        """Say why this platform does not show a file, or nothing where it does."""
        if size > self.bytes:
            return f"shows at most {_amount(self.bytes)}"
        return "" if format in self.types else f"shows no {format.upper()}"


@cache
def platforms() -> tuple[Platform, ...]:
    """Return the table, strictest first."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["platform"]
    table = [
        Platform(
            name=row["name"],
            bytes=row["bytes"],
            types=tuple(row["types"]),
            ratio=row.get("ratio"),
            least=cast("tuple[int, int]", tuple(row["least"])),
            kind=row["kind"],
            source=row["source"],
            read=row["read"],
            agent=row["agent"],
            crawler=row["crawler"],
            robots=row.get("robots", ""),
            html_bytes=row.get("html_bytes"),
            twitter_first=row.get("twitter_first", False),
            asks_large=row.get("asks_large", False),
        )
        for row in rows
    ]
    return tuple(sorted(table, key=lambda platform: platform.bytes))


def safe_bytes() -> int:
    """Return the size below which every platform shows a picture."""
    return platforms()[0].bytes


def describe_refusals(format: Format, size: int) -> str:
    """Return one sentence about the platforms that do not show a file, empty where all do."""
    reasons: dict[str, list[str]] = {}
    for platform in platforms():
        if reason := platform.refusal(format, size):
            reasons.setdefault(reason, []).append(platform.name)
    told = [f"{', '.join(names)} {reason}" for reason, names in reasons.items()]
    return f"the {format.upper()} has {_amount(size)}: {'; '.join(told)}" if told else ""


def _amount(size: int) -> str:
    return f"{size / 1_000_000:.3g} MB" if size >= 1_000_000 else f"{size / 1000:.0f} KB"
