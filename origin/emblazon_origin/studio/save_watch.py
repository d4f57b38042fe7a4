"""Notices saved files, has what changed drawn, and tells the terminal and every open page.

The pages hear server-sent events, one JSON object each:
`{"changed": {template: milliseconds}, "versions": {template: version}, "faults": {template: fault}}`. By the
versions a page that was away for a while sees what it has missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable

from ..errors import EmblazonError
from ..home import Home
from ..server.watch import TreeWatch
from .live_renderer import LiveRenderer
from .template_fault import Refreshed, TemplateFault, fault_of

log = logging.getLogger(__name__)

EVERY = 0.2  # seconds between two looks at the files
STILL_HERE = 15.0  # seconds after which a silent stream says that it lives
_WAITING = 100  # events that a page may be behind

Say = Callable[[str], None]


class SaveWatch:
    """Watches a project's files from the first page on; `close()` it at the end."""

    def __init__(self, home: Home, renderer: LiveRenderer, say: Say) -> None:
        self._home = home
        self._renderer = renderer
        self._say = say
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._faults: dict[str, TemplateFault] = {}

    def begin(self) -> None:
        """Begin to watch, where that has not begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the watching and every page's stream."""
        for page in self._pages:
            page.put_nowait(None)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def events(self) -> AsyncIterator[str]:
        """Yield what one page is sent, until the watch ends."""
        page: asyncio.Queue[str | None] = asyncio.Queue(_WAITING)
        self._pages.add(page)
        try:
            yield await self._event({})
            while True:
                try:
                    message = await asyncio.wait_for(page.get(), STILL_HERE)
                except TimeoutError:
                    message = ":\n\n"
                if message is None:
                    return
                yield message
        finally:
            self._pages.discard(page)

    async def _watch(self) -> None:
        watch = await asyncio.to_thread(TreeWatch, self._home.watched)
        is_new = True  # what was saved while the watch began is looked for once
        while True:
            try:
                if await watch.settled() or is_new:
                    await self._refresh()
                is_new = False
            except Exception:
                log.exception("a saved file was not looked at")
            await asyncio.sleep(EVERY)

    async def _refresh(self) -> None:
        try:
            refreshed = await self._renderer.run(lambda workshop: workshop.refresh())
        except (EmblazonError, OSError) as error:
            refreshed = Refreshed(faults={"": fault_of(error, self._home.root)})
        if not refreshed.changed and refreshed.faults == self._faults:
            return
        self._faults = refreshed.faults
        self._tell(refreshed)
        message = await self._event(refreshed.changed)
        for page in self._pages:
            with contextlib.suppress(asyncio.QueueFull):  # a page that far behind has left
                page.put_nowait(message)

    async def _event(self, changed: dict[str, float]) -> str:
        try:
            specs = await self._renderer.run(lambda workshop: workshop.library.specs)
        except (EmblazonError, OSError):  # the project has never been right: its fault says so
            specs = {}
        message = {
            "changed": changed,
            "versions": {name: spec.version for name, spec in specs.items()},
            "faults": {name: fault.data() for name, fault in self._faults.items()},
        }
        return f"data: {json.dumps(message)}\n\n"

    def _tell(self, refreshed: Refreshed) -> None:
        now = time.strftime("%H:%M:%S")
        for name, milliseconds in refreshed.changed.items():
            if name not in refreshed.faults:
                self._say(f"{now} studio: {name} drawn again in {milliseconds:.0f} ms")
        for name, fault in refreshed.faults.items():
            self._say(f"{now} studio: {name or 'project'} keeps its last good look: {fault}")
