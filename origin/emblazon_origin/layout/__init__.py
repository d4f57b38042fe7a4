"""Layout: styled tree → positioned boxes (docs/architecture.md, origin step 6)."""
