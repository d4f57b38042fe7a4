"""Configuration of the origin: EMBLAZON_* variables, `.env` and secret files, checked at the start.

`docs/operations.md` lists every variable; a test keeps the two the same.
"""

from __future__ import annotations

import contextlib
import difflib
import ipaddress
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from emblazon.contract.bearer import HOW_TO_MAKE
from emblazon.contract.deadline import answer_within
from emblazon_origin.errors import WrongSettings
from emblazon_origin.server.config_values import (
    check_hosts,
    check_log_level,
    check_networks,
    check_range,
    check_token,
    check_user_agent,
    default_text,
    read_value,
    url_check,
)

_OF_OTHERS = {"EMBLAZON_HOST", "EMBLAZON_PORT", "EMBLAZON_ORIGIN_URL"}  # settings of the edge like ours
SECRETS_DIR = "/run/secrets"  # where Docker and Kubernetes put them


class SettingsError(WrongSettings):
    """A setting is wrong; the message names the variable and the fix."""


def _setting(default: Any, variable: str, help_text: str, **checks: Any) -> Any:
    return Field(
        default, validation_alias=variable, description=help_text, json_schema_extra=checks,
        repr=not re.search("TOKEN|SECRET|DSN|REDIS_URL|WEBHOOK", variable),
    )  # fmt: skip


class OriginConfig(BaseSettings):
    """Settings of the origin. Times in seconds, sizes in bytes (`64m`, `1g` in the environment)."""

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

    def __init__(self, **values: Any) -> None:
        """Check settings, given by names or variables. Raises SettingsError, which lists all faults."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_faults(error)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else: `from_env` decides what that is."""
        return (init_settings,)

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, *, defaults: Mapping[str, str] | None = None
    ) -> OriginConfig:
        """Read the environment, over `.env`, over secret files named as the variables, over `defaults`.

        The files are in EMBLAZON_SECRETS_DIR, else in /run/secrets. Given an `environ`, it alone is read
        beside the folder of secret files that it names. Raises SettingsError, which lists all faults.
        """
        source = os.environ if environ is None else environ
        found: dict[str, Any] = dict(defaults or {})
        folder = secrets_folder(source, SECRETS_DIR if environ is None else "")
        if folder is not None:
            found |= SecretsSettingsSource(cls, secrets_dir=folder)()
        if environ is None:
            found |= DotEnvSettingsSource(cls, env_file=".env")()
        found |= {name: text for name in variables() if (text := source.get(name, "")).strip()}
        config = cls(**found)
        if config.dev and source.get("EMBLAZON_SIGNING_KEYS", "").strip():
            raise SettingsError(
                "EMBLAZON_DEV is on although EMBLAZON_SIGNING_KEYS is set: set EMBLAZON_DEV=0, or take the "
                "keys away"
            )
        return config

    @field_validator("*", mode="before")
    @classmethod
    def _parse(cls, value: Any, info: ValidationInfo) -> Any:
        """Read one value in its own units, and check it by itself."""
        spec = cls.model_fields[str(info.field_name)]
        checks, variable = _checks(spec), str(spec.validation_alias)
        if isinstance(value, str):
            text = value.strip()
            value = read_value(variable, text, spec.annotation, checks) if text else spec.default
        check_range(variable, checks, value)
        if value and (check := checks.get("check")):
            check(variable, value)
        return value

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        """Check what depends on more than one setting; all faults are told at once."""
        faults = [fault for fault in self._faults() if fault]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        if self.fetch_local and not self.dev:
            yield (
                "EMBLAZON_FETCH_LOCAL=1 opens this machine's own services to every page; it is for "
                "EMBLAZON_DEV=1. In production name the network with EMBLAZON_FETCH_ALLOW."
            )
        if not self.fetch_ports:
            yield "EMBLAZON_FETCH_PORTS: name at least one port, e.g. 80,443"
        if self.render_timeout <= self.fetch_timeout:
            yield (
                f"EMBLAZON_RENDER_TIMEOUT={self.render_timeout:g}: must be above "
                f"EMBLAZON_FETCH_TIMEOUT={self.fetch_timeout:g}; a card without its slow image beats none"
            )
        needed = {
            "none": (),
            "folder": ("storage_folder",),
            "s3": ("s3_bucket", *(("s3_secret_key",) if self.s3_access_key else ())),
            "gcs": ("gcs_bucket",),
            "azure": ("azure_account", "azure_container"),
        }[self.storage]
        for name in needed:
            if not getattr(self, name):
                variable = type(self).model_fields[name].validation_alias
                yield f"{variable} is missing: EMBLAZON_STORAGE={self.storage} needs it"

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


def secrets_folder(environ: Mapping[str, str], default: str = SECRETS_DIR) -> Path | None:
    """Return the folder of secret files, None where there is none."""
    named = environ.get("EMBLAZON_SECRETS_DIR", "").strip()
    folder = Path(named or default)
    if named and not folder.is_dir():
        raise SettingsError(f"EMBLAZON_SECRETS_DIR={named}: there is no such folder")
    return folder if (named or default) and folder.is_dir() else None


def secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the secret files named EMBLAZON_… in either case, for the edge beside an origin."""
    folder = secrets_folder(environ)
    if folder is None:
        return {}
    return {
        file.name.upper(): file.read_text("utf-8").strip()
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name.upper().startswith("EMBLAZON_")
    }


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _checks(spec: FieldInfo) -> dict[str, Any]:
    return spec.json_schema_extra if isinstance(spec.json_schema_extra, dict) else {}


def _faults(error: ValidationError) -> str:
    """Write every fault on a line of its own; inputs may be secrets and are not repeated."""
    faults: list[str] = []
    for fault in error.errors(include_input=False, include_url=False):
        told = fault.get("ctx", {}).get("error")
        where = ".".join(map(str, fault["loc"]))
        faults += str(told).splitlines() if told else [f"{where}: {fault['msg']}"]
    if len(faults) == 1:
        return faults[0]
    return "\n  ".join([f"{len(faults)} settings are wrong:", *faults])


def misspelt(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return variables that nothing reads, each with the setting that was probably meant."""
    known = {variable for variable, _, _ in describe()}
    found = []
    for name in sorted(environ):
        if name.startswith("EMBLAZON_") and name not in known:
            alike = difflib.get_close_matches(name, known, 1, 0.9)
            found += [(name, alike[0])] if alike and name not in _OF_OTHERS else []
    return found


def usable_cpus(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many CPUs this process may use: by affinity, and by the container's quota (cgroup v2)."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        share, _, period = quota.read_text().partition(" ")
        cpus = min(cpus, math.ceil(int(share) / int(period)))  # "max 100000" is no number: no quota
    return max(1, cpus)


def variables() -> list[str]:
    """Return the variables of all settings."""
    return [variable for variable, _, _ in describe()]


def describe() -> list[tuple[str, str, str]]:
    """Return variable, default and effect of every setting, as `docs/operations.md` lists them."""
    return [
        (str(spec.validation_alias), default_text(spec.default, _checks(spec)), spec.description or "")
        for spec in OriginConfig.model_fields.values()
    ]


def tool_settings(environment: Mapping[str, str]) -> OriginConfig:
    """Return the settings for a command that draws on this machine. Raises SettingsError.

    It serves nobody: it needs no token, may fetch from this machine where that is asked for, and the keys of
    the project are of no account.
    """
    named = {name: value for name, value in environment.items() if name != "EMBLAZON_SIGNING_KEYS"}
    return OriginConfig.from_env({**named, "EMBLAZON_DEV": "1"})
