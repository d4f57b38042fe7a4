"""The workshop behind an event loop: one thread, one drawing at a time, what is outdated never begins.

What somebody types goes before the examples beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from ..home import Home
from ..server.config import OriginConfig
from .dropped_pictures import DroppedPictures, StudioFetcher

if TYPE_CHECKING:
    from .workshop import Workshop

T = TypeVar("T")


class LiveRenderer:
    """Runs work on the workshop, which is made when it is first asked for."""

    def __init__(self, home: Home, settings: OriginConfig, pictures: DroppedPictures) -> None:
        self._home = home
        self._settings = settings
        self._pictures = pictures
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="studio")
        self._workshop: Workshop | None = None
        self._turn = asyncio.Condition()
        self._busy = False
        self._urgent = 0  # waiting

    async def run(self, work: Callable[[Workshop], T], *, urgent: bool = True) -> T:
        """Return what `work` returns; cancelled before its turn, it is never done.

        What is not urgent waits until nothing else does. Raises what the work raises, and EmblazonError
        where the project cannot be loaded.
        """
        async with self._turn:
            self._urgent += urgent
            try:
                await self._turn.wait_for(lambda: not self._busy and (urgent or not self._urgent))
            finally:
                self._urgent -= urgent
            self._busy = True
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        finally:
            async with self._turn:
                self._busy = False
                self._turn.notify_all()

    def _do(self, work: Callable[[Workshop], T]) -> T:
        if self._workshop is None:
            from ..assets.fetch import GuardedFetcher  # late: a server that nobody works at draws elsewhere
            from ..assets.images_decode import ImageLimits
            from .workshop import Workshop

            others = GuardedFetcher.of(self._settings.fetch_settings)
            fetcher = StudioFetcher(self._pictures, others)
            limits = ImageLimits(**self._settings.image_settings)
            self._workshop = Workshop(self._home, fetcher, limits)
        return work(self._workshop)

    def close(self) -> None:
        """End the thread after the drawing that it is at."""
        self._thread.shutdown(wait=True, cancel_futures=True)
