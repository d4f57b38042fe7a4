"""The way back to a cold start within one process."""

from __future__ import annotations

from emblazon_origin import caching


def clear_caches() -> None:
    """Forget everything in every cache."""
    for cache in list(caching._registry.caches):
        cache.clear()
    for function in caching._registry.functions:
        function.function.cache_clear()
