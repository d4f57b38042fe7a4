"""Error tracking: errors that the log reports at level ERROR also go to Sentry, redacted.

Sentry's logging integration takes the records; what is worth reporting is decided where errors are
logged (`EmblazonError.report`).
"""

from __future__ import annotations

import logging
from typing import Any

from emblazon import __version__
from emblazon_origin.observability.logs import request_id
from emblazon_origin.observability.redact import redact
from emblazon_origin.server.config import SettingsError


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
