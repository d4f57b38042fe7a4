"""The Cache-Status (RFC 9211) and Server-Timing fields of an answer."""

from __future__ import annotations

from ...dataclass import dataclass

CACHE_NAME = "emblazon"


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """How this cache handled one request; field order as in docs/caching.md."""

    hit: bool = False
    ttl: float | None = None  # seconds of freshness left, negative when stale
    fwd: str = ""  # uri-miss, vary-miss, stale, bypass, method, request, partial
    fwd_status: int | None = None
    stored: bool = False
    collapsed: bool = False
    key: str = ""
    detail: str = ""  # a token

    def __str__(self) -> str:
        parts = [CACHE_NAME]
        if self.hit:
            parts.append("hit")
        if self.fwd:
            parts.append(f"fwd={self.fwd}")
        if self.fwd_status is not None:
            parts.append(f"fwd-status={self.fwd_status}")
        if self.ttl is not None:
            parts.append(f"ttl={int(self.ttl // 1)}")
        if self.stored:
            parts.append("stored")
        if self.collapsed:
            parts.append("collapsed")
        if self.key:
            parts.append(f'key="{self.key}"')
        if self.detail:
            parts.append(f"detail={self.detail}")
        return "; ".join(parts)


class ServerTiming:
    """Collects `name;dur=ms` metrics in the order in which they were measured."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def add(self, name: str, seconds: float, description: str = "") -> None:
        """Add one metric; `seconds` is clamped at zero."""
        text = f"{name};dur={max(0.0, seconds) * 1000:.1f}"
        self._parts.append(f'{text};desc="{description}"' if description else text)

    def extend(self, field: str | None) -> None:
        """Pass on the metrics of the origin's own Server-Timing field."""
        if field:
            self._parts.append(field)

    def __str__(self) -> str:
        return ", ".join(self._parts)
