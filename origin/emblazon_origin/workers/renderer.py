"""What runs inside a render process: the port, and how a factory is named."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from emblazon_origin.workers.job import Job, JobResult

Waits = Callable[[bool], None]


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
