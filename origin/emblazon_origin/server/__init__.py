"""Server stage of the origin (DESIGN.md §1)."""
