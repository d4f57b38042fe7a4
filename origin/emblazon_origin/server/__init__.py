"""Server stage of the origin (docs/architecture.md)."""
