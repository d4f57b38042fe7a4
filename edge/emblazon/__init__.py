"""Emblazon: Open Graph images at the edge, in Python.

A site imports `Card` (and `Client`, `Keyring`, `meta_tags`) from here. They are loaded on first use, so
that the Worker, which needs none of them, starts as fast as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .card import Card
    from .client import ApiError, Client, CreatedCard
    from .contract.signing import Keyring
    from .invalid_card import InvalidCard
    from .meta import meta_tags

__version__ = "0.1.0"
__all__ = ["ApiError", "Card", "Client", "CreatedCard", "InvalidCard", "Keyring", "__version__", "meta_tags"]

_HOMES = {
    "ApiError": "client",
    "Card": "card",
    "Client": "client",
    "CreatedCard": "client",
    "InvalidCard": "invalid_card",
    "Keyring": "contract.signing",
    "meta_tags": "meta",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'emblazon' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
