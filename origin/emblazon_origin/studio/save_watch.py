"""Notices saved files, has what changed drawn, and tells the terminal and every open page.

The pages hear server-sent events, one JSON object each:
`{"changed": {template: milliseconds}, "faults": {template: fault or null}}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable

from ..errors import EmblazonError
from ..home import Home
from ..server.watch import TreeWatch
from .live_renderer import LiveRenderer
from .template_fault import Refreshed, TemplateFault, fault_of

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
        self.faults: dict[str, TemplateFault] = {}

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
            yield _event({"changed": {}, "faults": self._fault_data()})
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
        while True:
            await asyncio.sleep(EVERY)
            if await asyncio.to_thread(watch.changed):
                await self._refresh()

    async def _refresh(self) -> None:
        try:
            refreshed = await self._renderer.run(lambda workshop: workshop.refresh())
        except (EmblazonError, OSError) as error:
            refreshed = Refreshed(faults={"": fault_of(error, self._home.root)})
        mended = self.faults.keys() - refreshed.faults.keys()
        self.faults = refreshed.faults
        self._tell(refreshed)
        faults = self._fault_data() | dict.fromkeys(mended)
        message = _event({"changed": refreshed.changed, "faults": faults})
        for page in self._pages:
            with contextlib.suppress(asyncio.QueueFull):  # a page that far behind has left
                page.put_nowait(message)

    def _fault_data(self) -> dict[str, object]:
        return {name: fault.data() for name, fault in self.faults.items()}

    def _tell(self, refreshed: Refreshed) -> None:
        now = time.strftime("%H:%M:%S")
        for name, milliseconds in refreshed.changed.items():
            if name not in refreshed.faults:
                self._say(f"{now} studio: {name} drawn again in {milliseconds:.0f} ms")
        for name, fault in refreshed.faults.items():
            self._say(f"{now} studio: {name or 'project'} keeps its last good look: {fault}")


def _event(message: dict[str, object]) -> str:
    return f"data: {json.dumps(message)}\n\n"
