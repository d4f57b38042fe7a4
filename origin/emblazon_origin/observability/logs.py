"""Structured logs: one JSON object per line on standard error, redacted, with the request's id.

A logging call passes its facts as `extra={...}`; the message stays a constant that can be searched for.

This is also the one place that knows what must never reach a log, a trace, a metric or an alert.
"""

from __future__ import annotations

import contextvars
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

HIDDEN = "[hidden]"

_HIDDEN_NAMES = (
    r"sig|signature|token|secret|password|passwd|passphrase|pwd|credential|authorization|auth|jwt|cookie"
    r"|(?:api|secret|signing|access)[_\-]?key(?:s|[_\-]?id)?"
)
# Object members and headers whose values are secrets or stand for a signature.
_SECRET_NAME = re.compile(
    rf"(?:^|[_\-.])(?:{_HIDDEN_NAMES}|dsn|webhook|redis_url|credentials)$", re.IGNORECASE
)
# A character that was percent-encoded once, or once more for every URL that the URL is in.
_EQUALS, _AND, _COLON, _SLASH, _AT = (rf"%(?:25)*{code}" for code in ("3D", "26", "3A", "2F", "40"))
_STRING = r"""b?"(?:\\.|[^"\\])*"|b?'(?:\\.|[^'\\])*'|\\+["'].*?\\+["']|\[[^\]]*\]"""
_IN_TEXT = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # _sig=…, token=…, X-Amz-Signature=… in URLs and form bodies
        (rf"((?:{_HIDDEN_NAMES})=[\"']?)[^&\s\"'#]+", rf"\1{HIDDEN}"),
        # the same in a URL that is a parameter: image=https%3A%2F%2F…%3FX-Amz-Signature%3D…
        (rf"((?:{_HIDDEN_NAMES}){_EQUALS})(?:(?!{_AND})[^&\s\"'#])+", rf"\1{HIDDEN}"),
        # the same in JSON and in Python reprs
        (rf"((?:{_HIDDEN_NAMES})\\*[\"']\s{{0,8}}:\s{{0,8}})(?:{_STRING})", rf'\1"{HIDDEN}"'),
        # Header fields: Authorization: Token …
        (r"((?:authorization|cookie|api-key|token)\s{0,8}:\s{1,8})(?![\"'\[{])[^\r\n]+", rf"\1{HIDDEN}"),
        # Bearer …, Basic …
        (r"\b(bearer|basic)[\s:]+[A-Za-z0-9._~+/\-]+=*", rf"\1 {HIDDEN}"),
        # scheme://user:password@host, and percent-encoded
        (r"(//)[^/\s\"'&?#]*@", rf"\1{HIDDEN}@"),
        (
            rf"({_COLON}{_SLASH}{_SLASH})(?:(?!{_SLASH}|{_AT})[^/\s@\"'&?#])*({_AT}|@)",
            rf"\1{HIDDEN}\2",
        ),
    )
)

# Most texts have none of what the patterns begin with, and need no look at them.
_SUSPICIOUS = re.compile(
    rf"(?:{_HIDDEN_NAMES})(?:=|{_EQUALS}|\\*[\"']|\s{{0,8}}:)|bearer|basic|//|2F", re.IGNORECASE
)


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


def redact_text(text: str) -> str:
    """Return the text with secrets in URLs, headers and JSON hidden."""
    if not _SUSPICIOUS.search(text):
        return text
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any, name: str = "") -> Any:
    """Return a copy of a value with every secret in it hidden, however deep."""
    if name and _SECRET_NAME.search(name):
        return HIDDEN if value else value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return value
