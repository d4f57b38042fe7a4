"""Configuration of the origin: one dataclass, read from EMBLAZON_* variables, checked at start.

`docs/operations.md` lists every variable; a test keeps the two the same.
"""

from __future__ import annotations

import contextlib
import difflib
import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

from emblazon.contract.bearer import HOW_TO_MAKE, token_fault
from emblazon.contract.deadline import answer_within
from emblazon_origin.errors import EmblazonError

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_OF_OTHERS = {"EMBLAZON_HOST", "EMBLAZON_PORT", "EMBLAZON_ORIGIN_URL"}  # settings of the edge like ours
_WEB = ("http", "https")
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_\-.]*[A-Za-z0-9_])?")
_URL_FAULTS = {"Port": "its port is no number from 1 to 65535"}
_MAX_NUMBER = 1e12  # more seconds, bytes or renders than anybody has; timers take no infinity
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class SettingsError(EmblazonError):
    """A setting is wrong; the message names the variable and the fix."""


def _setting(default: Any, variable: str, help_text: str, **checks: Any) -> Any:
    return field(default=default, metadata={"variable": variable, "help": help_text, **checks})


@dataclass(frozen=True, slots=True)
class OriginConfig:
    """Settings of the origin. Times in seconds, sizes in bytes (`64m`, `1g` in the environment)."""

    host: str = _setting("127.0.0.1", "EMBLAZON_ORIGIN_HOST", "Address to listen on.")
    port: int = _setting(8788, "EMBLAZON_ORIGIN_PORT", "Port to listen on.", low=0, high=65535)
    token: str = _setting(
        "",
        "EMBLAZON_ORIGIN_TOKEN",
        "Bearer token that the edge must send; empty: no check, and no other address than the loopback.",
    )
    metrics_token: str = _setting(
        "",
        "EMBLAZON_METRICS_TOKEN",
        "Bearer token that reads `/metrics` and `/openapi.json` and nothing else.",
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
        "", "EMBLAZON_REDIS_URL", "Redis or Valkey of the fleet; empty: this process alone."
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
    )
    fetch_allow: tuple[str, ...] = _setting(
        (),
        "EMBLAZON_FETCH_ALLOW",
        "Networks that are reachable although private (`10.1.0.0/16,127.0.0.1/32`).",
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
    log_level: str = _setting("INFO", "EMBLAZON_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.")
    sentry_dsn: str = _setting("", "SENTRY_DSN", "Error tracking; needs the extra `sentry`.")
    otel_endpoint: str = _setting(
        "", "OTEL_EXPORTER_OTLP_ENDPOINT", "Where OpenTelemetry traces go; needs the extra `otel`."
    )
    alert_webhook: str = _setting("", "EMBLAZON_ALERT_WEBHOOK", "URL that alerts are POSTed to as JSON.")
    alert_interval: float = _setting(
        300.0, "EMBLAZON_ALERT_INTERVAL", "Shortest time between two alerts of one kind.", low=0.0
    )

    storage: Literal["none", "folder", "s3", "gcs", "azure"] = _setting(
        "none", "EMBLAZON_STORAGE", "`none`, `folder`, `s3`, `gcs` or `azure`: where exported cards go."
    )
    storage_folder: str = _setting("", "EMBLAZON_STORAGE_FOLDER", "Folder of the storage `folder`.")
    storage_url: str = _setting("", "EMBLAZON_STORAGE_URL", "Public base URL of stored cards.")
    s3_endpoint: str = _setting(
        "", "EMBLAZON_S3_ENDPOINT", "Endpoint of an S3-compatible store (R2, MinIO); empty: Amazon's."
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

    def __post_init__(self) -> None:
        for spec in fields(self):
            _check_range(spec.metadata, getattr(self, spec.name))
        for variable, token in (
            ("EMBLAZON_ORIGIN_TOKEN", self.token),
            ("EMBLAZON_METRICS_TOKEN", self.metrics_token),
        ):
            if token and (fault := token_fault(token)):
                raise SettingsError(f"{variable} {fault}. {HOW_TO_MAKE}")
        for network in self.fetch_allow:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise SettingsError(
                    f"EMBLAZON_FETCH_ALLOW: {network!r} is no network ({error}); write e.g. 10.1.0.0/16"
                ) from None
        if self.log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise SettingsError(f"EMBLAZON_LOG_LEVEL={self.log_level}: use DEBUG, INFO, WARNING or ERROR")
        for host in self.fetch_hosts:
            if not _HOST.fullmatch(host):
                raise SettingsError(
                    f"EMBLAZON_FETCH_HOSTS: {host!r} is no host name; write e.g. example.com or "
                    "*.example.org, without scheme, port or path, other scripts as xn--…"
                )
        _check_url("EMBLAZON_REDIS_URL", self.redis_url, ("redis", "rediss", "unix"))
        _check_url("EMBLAZON_ALERT_WEBHOOK", self.alert_webhook, _WEB)
        _check_url("SENTRY_DSN", self.sentry_dsn, _WEB)
        _check_url("OTEL_EXPORTER_OTLP_ENDPOINT", self.otel_endpoint, _WEB)
        _check_url("EMBLAZON_S3_ENDPOINT", self.s3_endpoint, _WEB)
        _check_url("EMBLAZON_STORAGE_URL", self.storage_url, _WEB)
        if not self.fetch_user_agent.isprintable() or not self.fetch_user_agent.isascii():
            raise SettingsError(
                "EMBLAZON_FETCH_USER_AGENT: use printable ASCII, e.g. ExampleCards/1.0 (+https://example.com/cards)"
            )
        if self.fetch_local and not self.dev:
            raise SettingsError(
                "EMBLAZON_FETCH_LOCAL=1 opens this machine's own services to every page; it is for "
                "EMBLAZON_DEV=1. In production name the network with EMBLAZON_FETCH_ALLOW."
            )
        if not self.fetch_ports:
            raise SettingsError("EMBLAZON_FETCH_PORTS: name at least one port, e.g. 80,443")
        if self.render_timeout <= self.fetch_timeout:
            raise SettingsError(
                f"EMBLAZON_RENDER_TIMEOUT={self.render_timeout:g}: must be above "
                f"EMBLAZON_FETCH_TIMEOUT={self.fetch_timeout:g}; a card without its slow image beats none"
            )
        self._check_storage()

    def _check_storage(self) -> None:
        needed = {
            "none": (),
            "folder": ("storage_folder",),
            "s3": ("s3_bucket", *(("s3_secret_key",) if self.s3_access_key else ())),
            "gcs": ("gcs_bucket",),
            "azure": ("azure_account", "azure_container"),
        }[self.storage]
        for spec in fields(self):
            if spec.name in needed and not getattr(self, spec.name):
                raise SettingsError(
                    f"{spec.metadata['variable']} is missing: EMBLAZON_STORAGE={self.storage} needs it"
                )

    @property
    def fetch_settings(self) -> dict[str, Any]:
        """EMBLAZON_FETCH_* as `GuardedFetcher.of` and render processes take them: JSON values."""
        return {
            "ports": list(self.fetch_ports),
            "hosts": list(self.fetch_hosts),
            "networks": list(self.fetch_allow),
            "literals": self.fetch_literals,
            "local": self.fetch_local,
            "seconds": self.fetch_timeout,
            "user_agent": self.fetch_user_agent,
        }

    @property
    def image_settings(self) -> dict[str, int]:
        """Limits of decoding as `ImageLimits` and render processes take them."""
        return {"pixels": self.image_pixels, "jpeg_pixels": self.jpeg_pixels}

    @property
    def worker_count(self) -> int:
        """Render processes: as set, else one per CPU that this process may use."""
        return self.workers or usable_cpus()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> OriginConfig:
        """Read the settings. Raises SettingsError."""
        source = os.environ if environ is None else environ
        hints = get_type_hints(cls)
        values = {}
        for spec in fields(cls):
            variable = spec.metadata["variable"]
            text = source.get(variable)
            if text is not None and text.strip():
                values[spec.name] = _read(variable, text.strip(), hints[spec.name], spec.metadata)
        config = cls(**values)
        if config.dev and source.get("EMBLAZON_SIGNING_KEYS", "").strip():
            raise SettingsError(
                "EMBLAZON_DEV is on although EMBLAZON_SIGNING_KEYS is set: set EMBLAZON_DEV=0, or take the "
                "keys away"
            )
        return config

    def check_nested(self, edge_timeout: float) -> None:
        """Raise SettingsError where a card may take longer than the edge beside this origin waits for it."""
        longest = answer_within(edge_timeout)
        if self.render_timeout > longest:
            raise SettingsError(
                f"EMBLAZON_RENDER_TIMEOUT={self.render_timeout:g}: must be at most {longest:g}: the edge "
                f"waits EMBLAZON_ORIGIN_TIMEOUT={edge_timeout:g} and the answer needs its way back"
            )

    def check_exposure(self) -> None:
        """Raise SettingsError where anybody in the network could draw."""
        if not self.token and not is_loopback(self.host):
            raise SettingsError(
                f"EMBLAZON_ORIGIN_TOKEN is missing: on {self.host} the origin would draw for everybody. "
                f"{HOW_TO_MAKE}"
            )


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _read(variable: str, text: str, kind: Any, metadata: Mapping[str, Any]) -> Any:
    if kind is bool:
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise SettingsError(f"{variable}={text}: use 1 or 0")
    try:
        if kind is int:
            return _read_size(text) if metadata.get("size") else int(text)
        if kind is float:
            return float(text)
        if kind == tuple[int, ...]:
            return tuple(int(part) for part in text.split(",") if part.strip())
    except (ValueError, OverflowError):
        example = ", e.g. 512m or 1g" if metadata.get("size") else ""
        raise SettingsError(f"{variable}={text}: use a number{example}") from None
    if kind == tuple[str, ...]:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    choices = get_args(kind)
    if choices and text not in choices:
        raise SettingsError(f"{variable}={text}: use one of {', '.join(choices)}")
    return text


def _read_size(text: str) -> int:
    number, unit = (text[:-1], _UNITS[text[-1].lower()]) if text[-1].lower() in _UNITS else (text, 1)
    return int(float(number) * unit)


def _check_range(metadata: Mapping[str, Any], value: Any) -> None:
    low, high = metadata.get("low"), metadata.get("high")
    for number in value if isinstance(value, tuple) else (value,):
        if (low is not None and not number >= low) or (high is not None and not number <= high):
            bounds = f"at least {low}" if high is None else f"from {low} to {high}"
            raise SettingsError(f"{metadata['variable']}={number}: use a number {bounds}")
        if isinstance(number, float | int) and abs(number) > _MAX_NUMBER:
            raise SettingsError(f"{metadata['variable']}={number}: use a smaller number")


def misspelt(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return variables that nothing reads, each with the setting that was probably meant."""
    known = {variable for variable, _, _ in describe()}
    found = []
    for name in sorted(environ):
        if name.startswith("EMBLAZON_") and name not in known:
            alike = difflib.get_close_matches(name, known, 1, 0.9)
            found += [(name, alike[0])] if alike and name not in _OF_OTHERS else []
    return found


def _check_url(variable: str, text: str, schemes: tuple[str, ...]) -> None:
    """Check a URL's scheme, host and port; its text may hold a password and is not repeated."""
    if not text:
        return
    try:
        parts = urlsplit(text)
        local = parts.scheme == "unix"
        whole = bool(parts.path if local else parts.hostname) and parts.port != 0
        if parts.scheme in ("redis", "rediss") and not re.fullmatch(r"/?\d*", parts.path):
            raise SettingsError(f"{variable}: the database after the host is a number, e.g. /0")
    except ValueError as error:  # the port, or a bracket that does not close
        raise SettingsError(f"{variable}: not a URL: {_URL_FAULTS.get(str(error)[:4], error)}") from None
    if parts.scheme not in schemes:
        *others, last = (f"{scheme}://" for scheme in schemes)
        raise SettingsError(f"{variable}: must begin with {', '.join(others)} or {last}")
    if not whole or re.search(r"\s", text):
        raise SettingsError(f"{variable}: not a whole URL; write e.g. {schemes[0]}://host:port/")


def usable_cpus(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many CPUs this process may use: by affinity, and by the container's quota (cgroup v2)."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        share, _, period = quota.read_text().partition(" ")
        cpus = min(cpus, math.ceil(int(share) / int(period)))  # "max 100000" is no number: no quota
    return max(1, cpus)


def describe() -> list[tuple[str, str, str]]:
    """Return variable, default and effect of every setting, as `docs/operations.md` lists them."""
    return [
        (spec.metadata["variable"], _default_text(spec.default, spec.metadata), spec.metadata["help"])
        for spec in fields(OriginConfig)
    ]


def _default_text(value: Any, metadata: Mapping[str, Any]) -> str:
    if metadata.get("size"):
        return f"{value >> 20}m"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
