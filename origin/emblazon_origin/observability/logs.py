"""Structured logs: one JSON object per line on standard error, redacted, with the request's id.

A logging call passes its facts as `extra={...}`; the message stays a constant that can be searched for.
"""

from __future__ import annotations

import contextvars
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from emblazon_origin.observability.redact import redact

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record says, redacted."""
    said = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
    }
    if current := request_id.get():
        said["request_id"] = current
    said |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
    if record.exc_info:
        said["exception"] = logging.Formatter().formatException(record.exc_info)
    return redact(said)  # type: ignore[no-any-return]


class JsonFormatter(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return orjson.dumps(facts(record), default=str).decode()


class TextFormatter(logging.Formatter):
    """For people: level, event, facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = facts(record)
        head = f"{said.pop('level'):7} {said.pop('event')}"
        exception = said.pop("exception", "")
        said.pop("time"), said.pop("logger")
        tail = " ".join(f"{key}={value}" for key, value in said.items())
        return "\n".join(filter(None, [f"{head}  {tail}".rstrip(), exception]))


def set_up_logging(form: str, level: str) -> None:
    """Send every log record to standard error in the chosen form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)  # `access` below is ours
