"""Layout: styled tree → positioned boxes (DESIGN.md §1, origin step 6)."""
