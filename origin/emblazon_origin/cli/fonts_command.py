"""`emblazon fonts`: fill fonts/vendor/ from the font packages."""

from __future__ import annotations

import argparse

from ..home import find_home


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("fonts", help="copy the fonts of fonts.toml out of their packages")
    parser.add_argument(
        "--refresh-lock", action="store_true", help="record the files' digests instead of checking"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Install the fonts; says what it did only where it did something."""
    from ..fontsetup import install_fonts  # late: `--help` and `sign` need no font tools

    written = install_fonts(find_home().root, refresh_lock=options.refresh_lock)
    if written:
        print(f"Fonts ready: {written} files in fonts/vendor")
    return 0
