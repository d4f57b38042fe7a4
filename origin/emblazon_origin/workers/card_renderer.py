"""The real renderer of a render process: template → HTML → engine → image."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.request import CardRequest
from emblazon_origin import caching
from emblazon_origin.assets.fetch import GuardedFetcher
from emblazon_origin.assets.images_decode import ImageLimits
from emblazon_origin.bound_request import bound_request
from emblazon_origin.errors import CardError, EmblazonError, TemplateError
from emblazon_origin.explain import explain_card
from emblazon_origin.home import Home, find_home
from emblazon_origin.processes import keep_freed_memory, resident_bytes
from emblazon_origin.project import read_project
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.renderer_version import renderer_version
from emblazon_origin.template.library import TemplateLibrary
from emblazon_origin.text.fonts.families import check_fonts
from emblazon_origin.workers.job import Job, JobResult, Waits

_WARM_SECONDS = 2.0
_WARM_BYTES = 8 << 20  # that the worst cases may add; what stays of them is in every render process


class CardRenderer:
    """Draws the cards of one project folder."""

    def __init__(
        self,
        home: Home,
        fetcher: GuardedFetcher | None,
        cache_bytes: int,
        image_limits: ImageLimits | None = None,
    ) -> None:
        self._home = home
        self._fetcher = fetcher
        self._engine = replace(
            Engine.from_home(home, fetcher=fetcher), image_limits=image_limits or ImageLimits()
        )
        self._library = TemplateLibrary(home.templates, self._engine.fonts.digest, read_project(home).brand)
        if cache_bytes:
            caching.share_out(cache_bytes)

    def manifest(self) -> bytes:
        """Return `/manifest.json`."""
        return manifest_to_json(self._library.manifest(renderer_version()))

    def warm(self) -> None:
        """Check every font and draw the previews, without the network.

        Raises AssetError or TemplateError naming the file. The worst cases beside a preview are drawn for
        as long as there is time and room, to fill the caches; what is wrong in them is the linter's business.
        """
        check_fonts(self._home.fonts)
        offline = Engine(self._engine.fonts)
        end = time.monotonic() + _WARM_SECONDS
        previews = {name: self._library.get(name).preview.cases for name in self._library.specs}
        for name, cases in previews.items():
            for case in ("preview",) if "preview" in cases else ():
                try:
                    offline.render(self._request(_job(cases[case])))
                except CardError as error:
                    raise TemplateError(f"templates/{name}: its preview cannot be drawn: {error}") from error
        most = resident_bytes() + _WARM_BYTES
        for cases in previews.values():
            for case, request in cases.items():
                if case != "preview" and time.monotonic() < end and resident_bytes() < most:
                    with contextlib.suppress(EmblazonError):
                        offline.render(self._request(_job(request)))

    def render(self, job: Job, waits: Waits) -> JobResult:
        """Draw one card."""
        if self._fetcher is not None:
            self._fetcher.begin_card(waits, job.seconds)
        request = self._request(job)
        rendered = self._engine.render(request)
        report = rendered.report
        return JobResult(
            data=rendered.data,
            content_type=rendered.content_type,
            width=rendered.width,
            height=rendered.height,
            version=self._library.get(job.template).spec.version,
            degraded=report.degraded,
            timings=report.timings,
            diagnostics=tuple(diagnostic.data() for diagnostic in report.diagnostics[:200]),
            fetches=dict(self._fetcher.outcomes) if self._fetcher is not None else {},
            explain=explain_card(request, self._engine).data() if job.explain else None,
        )

    def sweep(self) -> dict[str, int]:
        """Forget what is too old; return bytes by cache."""
        if self._fetcher is not None:
            self._fetcher.sweep()
        caching.sweep()
        return {name: held.bytes for name, held in caching.held().items()}

    def _request(self, job: Job) -> RenderRequest:
        return bound_request(
            self._library,
            job.template,
            job.params,
            lang=job.lang,
            variant=FALLBACK_VARIANT if job.kind == "fallback" else job.variant,
            width=job.width,
            height=job.height,
            dpr=job.dpr,
            format=job.format,
            quality=job.quality,
            max_bytes=job.max_bytes,
            effort=job.effort,
        )


def _job(request: CardRequest) -> Job:
    return Job(
        "card", request.template.name, request.params, request.width, request.height, request.format,
        lang=request.lang, variant=request.variant,
    )  # fmt: skip


def build(
    home: str = "",
    cache_bytes: int = 0,
    fetch: dict[str, Any] | None = None,
    images: dict[str, int] | None = None,
) -> CardRenderer:
    """Make the renderer of a project; `fetch` holds the guard's settings, None: no remote files."""
    keep_freed_memory()
    folder = find_home(Path(home) if home else None)
    fetcher = None
    if fetch is not None:
        fetcher = GuardedFetcher.of(fetch)
        fetcher.prepare()
    image_limits = ImageLimits(**images) if images else ImageLimits()
    return CardRenderer(folder, fetcher, cache_bytes, image_limits)
