"""The settings of the origin: each with its variable, default, effect and limits (docs/operations.md).

Below the table, how single settings are read and checked: a ValueError names the variable and the fix.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from emblazon.contract.signing import HOW_TO_MAKE, token_fault

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_\-.]*[A-Za-z0-9_])?")
_URL_FAULTS = {"Port": "its port is no number from 1 to 65535"}
_MAX_NUMBER = 1e12  # more seconds, bytes or renders than anybody has; timers take no infinity
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _setting(default: Any, variable: str, help_text: str, **checks: Any) -> Any:
    return Field(
        default, validation_alias=variable, description=help_text, json_schema_extra=checks,
        repr=not re.search("TOKEN|SECRET|DSN|REDIS_URL|WEBHOOK", variable),
    )  # fmt: skip


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


class OriginSettings(BaseSettings):
    """What a deployer may set. Times in seconds, sizes in bytes (`64m`, `1g` in the environment)."""

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, extra="ignore", enable_decoding=False, hide_input_in_errors=True
    )

    host: str = _setting("127.0.0.1", "EMBLAZON_ORIGIN_HOST", "Address to listen on.")
    port: int = _setting(8788, "EMBLAZON_ORIGIN_PORT", "Port to listen on.", low=0, high=65535)
    token: str = _setting(
        "",
        "EMBLAZON_ORIGIN_TOKEN",
        "Bearer token that the edge must send; empty: no check, and no other address than the loopback.",
        check=check_token,
    )
    metrics_token: str = _setting(
        "",
        "EMBLAZON_METRICS_TOKEN",
        "Bearer token that reads `/metrics` and `/openapi.json` and nothing else.",
        check=check_token,
    )
    dev: bool = _setting(
        False,
        "EMBLAZON_DEV",
        "Development: templates reload, explain and metrics want no token; never with signing keys.",
    )

    workers: int = _setting(0, "EMBLAZON_WORKERS", "Render processes; 0: one per CPU.", low=0, high=256)
    queue: int = _setting(64, "EMBLAZON_QUEUE", "Renders that may wait at most.", low=0, high=100_000)
    queue_wait: float = _setting(
        0.25,
        "EMBLAZON_QUEUE_WAIT",
        "Expected wait up to which a burst is queued rather than refused.",
        low=0.0,
    )
    render_timeout: float = _setting(
        8.0,
        "EMBLAZON_RENDER_TIMEOUT",
        "A render that takes longer is killed; a quarter more per megapixel.",
        low=0.1,
    )
    recycle_after: int = _setting(
        2_000, "EMBLAZON_RECYCLE_AFTER", "Renders after which a process is replaced.", low=1
    )
    recycle_memory: int = _setting(
        512 << 20,
        "EMBLAZON_RECYCLE_MEMORY",
        "Resident memory above which a process is replaced after its render.",
        size=True,
        low=64 << 20,
    )
    worker_memory: int = _setting(
        1 << 30, "EMBLAZON_WORKER_MEMORY", "Memory that a render process may grow by before it is ended.",
        size=True, low=64 << 20,
    )  # fmt: skip
    memory_budget: int = _setting(
        1 << 30, "EMBLAZON_MEMORY_BUDGET", "Bytes shared out to all caches of the service and its processes.",
        size=True, low=64 << 20,
    )  # fmt: skip
    sweep_interval: float = _setting(
        300.0, "EMBLAZON_SWEEP_INTERVAL", "Pause between sweeps of the caches.", low=1.0
    )
    small_encoding: bool = _setting(
        True, "EMBLAZON_SMALL_ENCODING", "Compute a smaller encoding in the background after a quick answer."
    )
    quick_max_age: int = _setting(
        10,
        "EMBLAZON_QUICK_MAX_AGE",
        "CDN max-age of a quick answer whose smaller encoding is on its way.",
        low=0,
    )
    degraded_max_age: int = _setting(
        60, "EMBLAZON_DEGRADED_MAX_AGE", "max-age of a card that lacks an image or a font.", low=0
    )

    redis_url: str = _setting(
        "",
        "EMBLAZON_REDIS_URL",
        "Redis or Valkey of the fleet; empty: this process alone.",
        check=url_check("redis", "rediss", "unix"),
    )
    redis_timeout: float = _setting(
        0.04,
        "EMBLAZON_REDIS_TIMEOUT",
        "Longest wait for Redis before going on without it.",
        low=0.001,
        high=5.0,
    )
    redis_life: int = _setting(604_800, "EMBLAZON_REDIS_LIFE", "Seconds that a card stays in Redis.", low=1)

    fetch_timeout: float = _setting(
        5.0, "EMBLAZON_FETCH_TIMEOUT", "Longest time for one remote image.", low=0.1, high=60.0
    )
    fetch_hosts: tuple[str, ...] = _setting(
        (),
        "EMBLAZON_FETCH_HOSTS",
        "Hosts that images may come from (`example.com,*.example.org`); empty: any public one.",
        check=check_hosts,
    )
    fetch_allow: tuple[str, ...] = _setting(
        (),
        "EMBLAZON_FETCH_ALLOW",
        "Networks that are reachable although private (`10.1.0.0/16,127.0.0.1/32`).",
        check=check_networks,
    )
    fetch_ports: tuple[int, ...] = _setting(
        (80, 443), "EMBLAZON_FETCH_PORTS", "Ports that images may come from.", low=1, high=65535
    )
    fetch_literals: bool = _setting(
        False, "EMBLAZON_FETCH_LITERALS", "Allow IP addresses in place of host names."
    )
    fetch_user_agent: str = _setting(
        "",
        "EMBLAZON_FETCH_USER_AGENT",
        "How fetches of images call themselves; name a page where their owner can be reached.",
        check=check_user_agent,
    )
    image_pixels: int = _setting(
        40_000_000, "EMBLAZON_IMAGE_PIXELS", "Pixels that an image may have.", low=1, high=1_000_000_000
    )
    jpeg_pixels: int = _setting(
        100_000_000,
        "EMBLAZON_JPEG_PIXELS",
        "The same of a JPEG image, which is decoded at a half, a quarter or an eighth.",
        low=1,
        high=1_000_000_000,
    )
    image_bytes: int = _setting(
        20_000_000, "EMBLAZON_IMAGE_BYTES", "Bytes that an image's file may have.", low=1, high=200_000_000
    )

    fetch_local: bool = _setting(
        False,
        "EMBLAZON_FETCH_LOCAL",
        "Development: `localhost` and 127.0.0.1 may be fetched from, on any port.",
    )

    max_connections: int = _setting(
        0,
        "EMBLAZON_MAX_CONNECTIONS",
        "Connections at once; 0: as many as descriptors are left for.",
        low=0,
        high=65_536,
    )
    header_timeout: float = _setting(
        5.0, "EMBLAZON_HEADER_TIMEOUT", "Time for a client to send the head of its request.", low=0.05
    )
    keepalive_timeout: float = _setting(
        75.0, "EMBLAZON_KEEPALIVE_TIMEOUT", "Idle time of a kept connection.", low=0.0
    )
    write_timeout: float = _setting(
        20.0, "EMBLAZON_WRITE_TIMEOUT", "Time for a client to take an answer.", low=0.05
    )
    grace: float = _setting(
        25.0, "EMBLAZON_GRACE", "Time that admitted requests have after SIGTERM.", low=0.0
    )
    drain_delay: float = _setting(
        0.0, "EMBLAZON_DRAIN_DELAY",
        "Pause between failing readiness and closing the port, for the load balancer to notice.", low=0.0,
    )  # fmt: skip

    log_format: Literal["json", "text"] = _setting("json", "EMBLAZON_LOG_FORMAT", "`json` or `text`.")
    log_level: str = _setting(
        "INFO", "EMBLAZON_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", check=check_log_level
    )
    sentry_dsn: str = _setting(
        "", "SENTRY_DSN", "Error tracking; needs the extra `sentry`.", check=url_check("http", "https")
    )
    otel_endpoint: str = _setting(
        "",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "Where OpenTelemetry traces go; needs the extra `otel`.",
        check=url_check("http", "https"),
    )
    alert_webhook: str = _setting(
        "",
        "EMBLAZON_ALERT_WEBHOOK",
        "URL that alerts are POSTed to as JSON.",
        check=url_check("http", "https"),
    )
    alert_interval: float = _setting(
        300.0, "EMBLAZON_ALERT_INTERVAL", "Shortest time between two alerts of one kind.", low=0.0
    )

    storage: Literal["none", "folder", "s3", "gcs", "azure"] = _setting(
        "none", "EMBLAZON_STORAGE", "`none`, `folder`, `s3`, `gcs` or `azure`: where exported cards go."
    )
    storage_folder: str = _setting("", "EMBLAZON_STORAGE_FOLDER", "Folder of the storage `folder`.")
    storage_url: str = _setting(
        "", "EMBLAZON_STORAGE_URL", "Public base URL of stored cards.", check=url_check("http", "https")
    )
    s3_endpoint: str = _setting(
        "",
        "EMBLAZON_S3_ENDPOINT",
        "Endpoint of an S3-compatible store (R2, MinIO); empty: Amazon's.",
        check=url_check("http", "https"),
    )
    s3_bucket: str = _setting("", "EMBLAZON_S3_BUCKET", "Bucket.")
    s3_region: str = _setting("auto", "EMBLAZON_S3_REGION", "Region; `auto` for R2.")
    s3_access_key: str = _setting(
        "", "EMBLAZON_S3_ACCESS_KEY_ID", "Access key id; empty: `AWS_…`, else the workload's own identity."
    )
    s3_secret_key: str = _setting("", "EMBLAZON_S3_SECRET_ACCESS_KEY", "Secret access key.")
    s3_session_token: str = _setting("", "EMBLAZON_S3_SESSION_TOKEN", "Session token of temporary keys.")
    gcs_bucket: str = _setting(
        "", "EMBLAZON_GCS_BUCKET", "Bucket; credentials by `GOOGLE_…` or the workload's own identity."
    )
    azure_account: str = _setting(
        "",
        "EMBLAZON_AZURE_ACCOUNT",
        "Account; credentials by `AZURE_…` or the workload's own identity.",
    )
    azure_container: str = _setting("", "EMBLAZON_AZURE_CONTAINER", "Container.")


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


def default_text(value: Any, checks: Mapping[str, Any]) -> str:
    """Write a default as the page of settings shows it."""
    if checks.get("size"):
        return f"{value >> 20}m"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
