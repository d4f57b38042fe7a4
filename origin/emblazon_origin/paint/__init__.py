"""Paint: positioned boxes → display list → Pillow canvas (DESIGN.md §1, origin step 7)."""
