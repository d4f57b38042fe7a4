"""`emblazon fonts`: fill fonts/vendor/ from the font packages."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from ..home import find_home
from .exit_codes import CommandError

if TYPE_CHECKING:
    from .outputs import FontsOutput


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("fonts", help="copy the fonts of fonts.toml out of their packages")
    parser.add_argument(
        "--refresh-lock", action="store_true", help="record the files' digests instead of checking"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Install the fonts; says what it did only where it did something."""
    from ..fontsetup import install_fonts  # late: `--help` and `sign` need no font tools

    root = find_home().root
    if not (root / "fonts" / "fonts.toml").is_file():
        raise CommandError(
            f"{root} has no fonts/fonts.toml. The built-in fonts need no copying; your own go into fonts/."
        )
    written = install_fonts(root, refresh_lock=options.refresh_lock)
    told: FontsOutput = {"folder": str(root / "fonts" / "vendor"), "written": written}
    if options.json:
        print(json.dumps(told))
    elif written:
        print(f"Fonts ready: {written} files in fonts/vendor")
    return 0
