"""`make bench`: every benchmark that fits in a minute; `bench/load` is run by itself."""

from __future__ import annotations

from .render.compare import main

if __name__ == "__main__":
    main()
