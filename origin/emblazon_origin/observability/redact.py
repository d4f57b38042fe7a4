"""The one place that knows what must never reach a log, a trace, a metric or an alert."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"

_SECRET = r"sig|signature|token|secret|password|credential|authorization|cookie|(?:api|secret|signing)_?keys?"  # noqa: S105 - names
# Object members and headers whose values are secrets or stand for a signature.
_SECRET_NAME = re.compile(
    rf"(?:^|[_\-.])(?:{_SECRET}|passwd|dsn|webhook|api-key|access[_\-]?key(?:[_\-]?id)?|credentials)$",
    re.IGNORECASE,
)  # fmt: skip
_IN_TEXT = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        # _sig=…, token=…, X-Amz-Signature=… in URLs and form bodies
        (rf"\b([\w\-.]*(?:{_SECRET})=)[^&\s\"'#]+", rf"\1{HIDDEN}"),
        # the same in JSON and in Python reprs
        (rf"([\"'][\w\-.]*(?:{_SECRET})[\"']\s*:\s*)[\"'][^\"']*[\"']", rf'\1"{HIDDEN}"'),
        # Authorization: Bearer …, Basic …
        (r"\b(bearer|basic)\s+[A-Za-z0-9._~+/\-]+=*", rf"\1 {HIDDEN}"),
        # scheme://user:password@host
        (r"\b([a-z][a-z0-9+.\-]*://)[^/\s@\"']*@", rf"\1{HIDDEN}@"),
    )
)


# Most texts have none of these words, and need no look at the patterns.
_SUSPICIOUS = re.compile(rf"{_SECRET}|bearer|basic|://", re.IGNORECASE)


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
