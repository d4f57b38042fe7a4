"""The edge handler: sans-IO core behind ports (docs/architecture.md, docs/caching.md)."""
