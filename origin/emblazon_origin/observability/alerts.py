"""Alerts to a webhook: one JSON POST per kind and interval, with a count of those held back.

    {"alert": "worker-crash", "severity": "warning", "text": "…", "suppressed": 12, "host": "…", "time": …}

Sending never delays or fails a request. The webhook is the operator's own, so that the SSRF guard does not
apply to it.

Errors that the log reports at level ERROR also go to Sentry, redacted. Sentry's logging integration takes
the records; what is worth reporting is decided where errors are logged (`EmblazonError.report`).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from emblazon import __version__
from emblazon_origin.observability.logs import redact, redact_text, request_id
from emblazon_origin.observability.metrics import OriginMetrics
from emblazon_origin.server.config import SettingsError

log = logging.getLogger(__name__)

AlertSeverity = Literal["info", "warning", "error", "critical"]


@dataclass(slots=True)
class _Kind:
    last_sent: float = -1e18
    suppressed: int = 0


class Alerts:
    """Rate-limited alerts."""

    def __init__(
        self,
        webhook: str,
        interval: float,
        metrics: OriginMetrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._webhook = webhook
        self._interval = interval
        self._metrics = metrics
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}
        self._client = httpx.AsyncClient(timeout=5.0, trust_env=False) if webhook else None
        self._sending: set[asyncio.Task[None]] = set()

    def raise_alert(self, kind: str, severity: AlertSeverity, text: str) -> None:
        """Send an alert unless one of its kind was sent within the interval."""
        if self._client is None:
            return
        state = self._kinds.setdefault(kind, _Kind())
        now = self._clock()
        if now - state.last_sent < self._interval:
            state.suppressed += 1
            self._metrics.alerts.labels("suppressed").inc()
            return
        document = redact({
            "alert": kind, "severity": severity, "text": redact_text(text)[:2000],
            "suppressed": state.suppressed, "host": socket.gethostname(), "time": time.time(),
        })  # fmt: skip
        state.last_sent, state.suppressed = now, 0
        task = asyncio.get_running_loop().create_task(self._send(self._client, document))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, client: httpx.AsyncClient, document: dict[str, Any]) -> None:
        try:
            (await client.post(self._webhook, json=document)).raise_for_status()
            self._metrics.alerts.labels("sent").inc()
        except httpx.HTTPError as error:
            self._metrics.alerts.labels("failed").inc()
            log.warning(
                "alert not delivered", extra={"alert": document["alert"], "error": type(error).__name__}
            )

    async def close(self) -> None:
        """Let alerts under way finish."""
        await asyncio.gather(*self._sending, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()


def set_up_tracking(dsn: str, *, transport: Any = None) -> bool:
    """Start Sentry when there is a DSN; returns whether it was. Raises SettingsError without the extra."""
    if not dsn:
        return False
    try:
        import sentry_sdk
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError:
        raise SettingsError(
            "SENTRY_DSN is set but sentry-sdk is missing: pip install 'emblazon[sentry]'"
        ) from None
    try:
        sentry_sdk.utils.Dsn(dsn)
    except ValueError:
        raise SettingsError("SENTRY_DSN: not a DSN; copy it from the project's settings") from None
    sentry_sdk.init(
        dsn=dsn,
        release=f"emblazon@{__version__}",
        before_send=prepare,
        before_breadcrumb=lambda crumb, _hint: redact(crumb),
        integrations=[LoggingIntegration(level=logging.INFO, event_level=logging.ERROR)],
        default_integrations=False,
        include_local_variables=False,  # they hold parameters of cards
        transport=transport,
    )
    return True


def prepare(event: Any, _hint: Any = None) -> Any:
    """Return the event as it may leave the house."""
    if identifier := request_id.get():
        event.setdefault("tags", {})["request_id"] = identifier
    return redact(event)
