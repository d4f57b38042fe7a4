"""Paint: positioned boxes → display list → Pillow canvas (docs/architecture.md, origin step 7)."""
