"""Emblazon: Open Graph images at the edge, in Python.

A site imports `Card` (and `Client`, `Keyring`, `meta_tags`) from here. They are loaded on first use, so
that the Worker, which needs none of them, starts as fast as it can.

contract    the URL grammar, signing, cache keys, schemas: one truth for all others
sdk         what a site imports
django, flask, starlette, aiohttp   the SDK at home in these frameworks
edge        the handler on a request's way through the edge
dataclass, typed            `dataclasses` and names of `typing`, without what loading those takes
cloudflare  the Workers runtime behind the handler's ports
"""

from __future__ import annotations

TYPE_CHECKING = False  # nobody who imports this module needs `typing` for it
if TYPE_CHECKING:
    from .contract.signing import Keyring
    from .sdk.card import Card
    from .sdk.client import ApiError, Client, CreatedCard
    from .sdk.meta import meta_tags
    from .sdk.telling import CardWarning, InvalidCard

__version__ = "0.2.0"
__all__ = [
    "ApiError",
    "Card",
    "CardWarning",
    "Client",
    "CreatedCard",
    "InvalidCard",
    "Keyring",
    "__version__",
    "meta_tags",
]

_HOMES = {
    "ApiError": "sdk.client",
    "Card": "sdk.card",
    "CardWarning": "sdk.telling",
    "Client": "sdk.client",
    "CreatedCard": "sdk.client",
    "InvalidCard": "sdk.telling",
    "Keyring": "contract.signing",
    "meta_tags": "sdk.meta",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'emblazon' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
