"""Style: HTML tree + CSS cascade → computed styles (DESIGN.md §1, origin step 3)."""
