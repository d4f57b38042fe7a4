"""The URL contract: one truth for the edge, the origin and the SDK (DESIGN.md §3)."""
