"""The port that every storage implements, and what keys look like."""

from __future__ import annotations

import re
from typing import Protocol

from emblazon_origin.errors import EmblazonError

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]*(?:/[A-Za-z0-9_][A-Za-z0-9._\-]*)*")
MAX_KEY = 512


class StorageError(EmblazonError):
    """A card could not be stored; the message says why."""

    status = 502


class Incomplete(StorageError):
    """A card lacks an image or a font. What is stored stays, so such a card is not."""


class Storage(Protocol):
    """Keeps cards under keys like `cards/ab12.png`."""

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """Store bytes under a key, replacing what was there. Raises StorageError."""
        ...

    def get_url(self, key: str) -> str:
        """Return where the world finds the key. Raises StorageError when it is nowhere."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def is_key(text: str) -> bool:
    """Return whether a text is a plain relative path."""
    return len(text) <= MAX_KEY and _KEY.fullmatch(text) is not None


def check_key(key: str) -> str:
    """Return the key. Raises StorageError unless it is a plain relative path."""
    if not is_key(key):
        raise StorageError(f"{key[:80]!r} is no storage key; use letters, digits, . _ - and / between names")
    return key
