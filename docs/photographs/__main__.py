"""Write the pictures whose name holds the argument, or all, into the templates' folders."""

from __future__ import annotations

import sys
from pathlib import Path

from .scenes import PICTURES

TEMPLATES = Path(__file__).parents[2] / "templates"


def main(wanted: str) -> None:
    """Draw, and tell each file's size."""
    for name, draw in PICTURES.items():
        if wanted in name:
            path = TEMPLATES / name
            path.parent.mkdir(exist_ok=True)
            draw().save(path, quality=80, optimize=True, progressive=True)
            print(f"{name}: {path.stat().st_size / 1024:.0f} KB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
