"""Cards by name: what the store has is there at once; the others are drawn once each, and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from emblazon.contract.request import CardRequest
from emblazon.contract.schema import CONTENT_TYPES

from .card_store import CardStore
from .drawing import SitePicture, Task

Owner = TypeVar("Owner")


@dataclass(slots=True)
class CardBatch(Generic[Owner]):
    """Who waits for which picture: pages of a site, lines of a list."""

    store: CardStore
    tasks: list[Task] = field(default_factory=list)  # what is to be drawn
    _waiting: dict[str, list[Owner]] = field(default_factory=dict)

    def ask(self, name: str, request: CardRequest, owner: Owner) -> Path | None:
        """Return the picture of that name; None where it is to be drawn, and `owner` waits for it."""
        kept = self.store.find(name)
        if kept is None:
            if name not in self._waiting:
                self.tasks.append(Task(name, request))
            self._waiting.setdefault(name, []).append(owner)
        return kept

    def take(self, picture: SitePicture) -> tuple[list[Owner], Path | None]:
        """Keep a picture; return who waited for it, and where it is.

        It is nowhere where it could not be drawn, or lacks an image or a font: the next run tries again.
        """
        owners = self._waiting.pop(picture.key)
        if picture.error or picture.degraded:
            return owners, None
        return owners, self.store.add(picture.key, ending_of(picture), picture.data)


def ending_of(picture: SitePicture) -> str:
    """Return the ending of a picture's file, without a dot."""
    return next(name for name, kind in CONTENT_TYPES.items() if kind == picture.content_type)
