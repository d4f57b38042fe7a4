"""What the service asks of a render process, and what comes back.

What answers inside of it is behind a port, `Renderer`, whose factory is named by a text.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

from emblazon.contract.schema import CardFormat, ParamValue

Kind = Literal["card", "fallback"]
Effort = Literal["quick", "small"]

Waits = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One render. `params` are validated and canonical; sizes are CSS pixels."""

    kind: Kind
    template: str
    params: dict[str, ParamValue]
    width: int
    height: int
    format: CardFormat
    dpr: float = 1.0
    quality: int | None = None
    max_bytes: int | None = None
    lang: str = ""
    variant: str = ""
    effort: Effort = "quick"
    explain: bool = False
    seconds: float = 60.0  # that the card has; remote images get a share of them

    def to_header(self) -> dict[str, Any]:
        """Return the job as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> Job:
        """Read a job back; lists become the tuples that parameters are made of."""
        params = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in header["params"].items()
        }
        return cls(**{**header, "params": params})


@dataclass(frozen=True, slots=True)
class JobResult:
    """A finished render: the image and what there is to say about it."""

    data: bytes
    content_type: str
    width: int
    height: int
    version: str = ""  # of the template that drew it
    degraded: bool = False
    timings: dict[str, float] = field(default_factory=dict)  # stage → milliseconds
    diagnostics: tuple[dict[str, Any], ...] = ()
    fetches: dict[str, int] = field(default_factory=dict)  # outcome → remote images asked for
    explain: dict[str, Any] | None = None

    def to_header(self) -> dict[str, Any]:
        """Return everything but the image as a JSON object."""
        header = {name: getattr(self, name) for name in self.__slots__ if name != "data"}
        header["diagnostics"] = list(self.diagnostics)
        return header

    @classmethod
    def from_header(cls, header: dict[str, Any], data: bytes) -> JobResult:
        """Read a result back from a frame."""
        return cls(**{**header, "diagnostics": tuple(header["diagnostics"]), "data": data})


class Renderer(Protocol):
    """Draws cards; lives in a render process, one job at a time."""

    def warm(self) -> None:
        """Load fonts and templates so that the first real job is as fast as the next.

        Raises EmblazonError naming the file when a font or template cannot be used.
        """

    def manifest(self) -> bytes:
        """Return the `/manifest.json` of the templates that this renderer has loaded."""
        ...

    def render(self, job: Job, waits: Waits) -> JobResult:
        """Draw one card; call `waits` around waiting for the network. Raises EmblazonError."""
        ...

    def sweep(self) -> dict[str, int]:
        """Drop what has not been used for long; return cache name → bytes held."""
        ...


@dataclass(frozen=True, slots=True)
class RendererSpec:
    """Names a factory as `module:function` and the options it is called with (JSON values)."""

    factory: str
    options: dict[str, Any]

    def load(self) -> Renderer:
        """Import the factory and build the renderer."""
        module, _, function = self.factory.partition(":")
        build = cast(Callable[..., Renderer], getattr(importlib.import_module(module), function))
        return build(**self.options)
