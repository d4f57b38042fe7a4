"""The caches of painting; their budget is shared with those of assets."""

from ..caching import ByteCache, caches, clear_caches

__all__ = ["ByteCache", "caches", "clear_caches"]
