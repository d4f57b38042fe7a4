"""How single settings are read and checked: a ValueError names the variable and the fix."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args
from urllib.parse import urlsplit

from emblazon.contract.signing import HOW_TO_MAKE, token_fault

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_\-.]*[A-Za-z0-9_])?")
_URL_FAULTS = {"Port": "its port is no number from 1 to 65535"}
_MAX_NUMBER = 1e12  # more seconds, bytes or renders than anybody has; timers take no infinity
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def read_value(variable: str, text: str, kind: Any, checks: Mapping[str, Any]) -> Any:
    """Read a text as a setting of a type; `checks` say whether it is a size."""
    if kind is bool:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ValueError(f"{variable}={text}: use 1 or 0")
    try:
        if kind is int:
            return _read_size(text) if checks.get("size") else int(text)
        if kind is float:
            return float(text)
        if kind == tuple[int, ...]:
            return tuple(int(part) for part in text.split(",") if part.strip())
    except (ValueError, OverflowError):
        example = ", e.g. 512m or 1g" if checks.get("size") else ""
        raise ValueError(f"{variable}={text}: use a number{example}") from None
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    choices = get_args(kind)
    if choices and text not in choices:
        raise ValueError(f"{variable}={text}: use one of {', '.join(choices)}")
    return text


def _read_size(text: str) -> int:
    number, unit = (text[:-1], _UNITS[text[-1].lower()]) if text[-1].lower() in _UNITS else (text, 1)
    return int(float(number) * unit)


def check_range(variable: str, checks: Mapping[str, Any], value: Any) -> None:
    """Compare a number, or each of several, with its bounds."""
    low, high = checks.get("low"), checks.get("high")
    for number in value if isinstance(value, tuple) else (value,):
        if (low is not None and not number >= low) or (high is not None and not number <= high):
            bounds = f"at least {low}" if high is None else f"from {low} to {high}"
            raise ValueError(f"{variable}={number}: use a number {bounds}")
        if isinstance(number, float | int) and abs(number) > _MAX_NUMBER:
            raise ValueError(f"{variable}={number}: use a smaller number")


def check_token(variable: str, token: str) -> None:
    """Check a bearer token, without repeating it."""
    if fault := token_fault(token):
        raise ValueError(f"{variable} {fault}. {HOW_TO_MAKE}")


def check_networks(variable: str, networks: tuple[str, ...]) -> None:
    """Check that each is a network."""
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise ValueError(
                f"{variable}: {network!r} is no network ({error}); write e.g. 10.1.0.0/16"
            ) from None


def check_hosts(variable: str, hosts: tuple[str, ...]) -> None:
    """Check that each is a host name, perhaps with `*.` before it."""
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"{variable}: {host!r} is no host name; write e.g. example.com or "
                "*.example.org, without scheme, port or path, other scripts as xn--…"
            )


def check_log_level(variable: str, level: str) -> None:
    """Check that `logging` knows it."""
    if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError(f"{variable}={level}: use DEBUG, INFO, WARNING or ERROR")


def check_user_agent(variable: str, text: str) -> None:
    """Check that a header field can carry it."""
    if not text.isprintable() or not text.isascii():
        raise ValueError(
            f"{variable}: use printable ASCII, e.g. ExampleCards/1.0 (+https://example.com/cards)"
        )


def url_check(*schemes: str) -> Callable[[str, str], None]:
    """Return a check of a URL's scheme, host and port; its text may hold a password and is not repeated."""

    def check(variable: str, text: str) -> None:
        try:
            parts = urlsplit(text)
            local = parts.scheme == "unix"
            whole = bool(parts.path if local else parts.hostname) and parts.port != 0
        except ValueError as error:  # the port, or a bracket that does not close
            raise ValueError(f"{variable}: not a URL: {_URL_FAULTS.get(str(error)[:4], error)}") from None
        if parts.scheme in ("redis", "rediss") and not re.fullmatch(r"/?\d*", parts.path):
            raise ValueError(f"{variable}: the database after the host is a number, e.g. /0")
        if parts.scheme not in schemes:
            *others, last = (f"{scheme}://" for scheme in schemes)
            raise ValueError(f"{variable}: must begin with {', '.join(others)} or {last}")
        if not whole or re.search(r"\s", text):
            raise ValueError(f"{variable}: not a whole URL; write e.g. {schemes[0]}://host:port/")

    return check


def default_text(value: Any, checks: Mapping[str, Any]) -> str:
    """Write a default as the page of settings shows it."""
    if checks.get("size"):
        return f"{value >> 20}m"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
