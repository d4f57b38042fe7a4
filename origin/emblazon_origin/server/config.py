"""Configuration of the origin: where settings are read, and what is checked at the start.

`settings_table.py` has the settings. `docs/operations.md` lists every variable; a test keeps both the same.
"""

from __future__ import annotations

import contextlib
import difflib
import ipaddress
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
)

from emblazon.contract.signing import HOW_TO_MAKE
from emblazon.contract.wire import answer_within
from emblazon_origin.errors import WrongSettings
from emblazon_origin.project import read_env_file
from emblazon_origin.server.settings_table import OriginSettings, check_range, default_text, read_value

_OF_OTHERS = {"EMBLAZON_HOST", "EMBLAZON_PORT", "EMBLAZON_ORIGIN_URL"}  # settings of the edge like ours
SECRETS_DIR = "/run/secrets"  # where Docker and Kubernetes put them


class SettingsError(WrongSettings):
    """A setting is wrong; the message names the variable and the fix."""


class OriginConfig(OriginSettings):
    """The settings as they were read, checked by themselves and together."""

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
            found |= {name: text for name, text in read_env_file(Path(".env")).items() if name in variables()}
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
            "max_bytes": self.image_bytes,
            "user_agent": self.fetch_user_agent,
        }

    @property
    def image_settings(self) -> dict[str, int]:
        """Limits of decoding as `ImageLimits` and render processes take them."""
        return {"pixels": self.image_pixels, "jpeg_pixels": self.jpeg_pixels, "bytes": self.image_bytes}

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
