"""The edge handler: sans-IO core behind ports (DESIGN.md §1, CACHING.md)."""
