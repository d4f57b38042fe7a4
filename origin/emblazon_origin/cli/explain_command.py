"""`emblazon explain` and `emblazon lint`: what a render has to say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..home import find_home
from ..project import read_project
from .card_input import LateFetcher, add_card_arguments, image_limits, read_card
from .exit_codes import FINDINGS, CommandError


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    explain = commands.add_parser("explain", help="what was ignored, drawn with which font, cut or too pale")
    add_card_arguments(explain)
    explain.add_argument("--json", action="store_true", help="everything, as JSON on stdout")
    explain.add_argument(
        "--overlay",
        type=Path,
        metavar="FILE",
        help="write the card with its boxes and findings drawn over it",
    )
    explain.add_argument("--all", action="store_true", help="every finding; standard ones are summed up else")
    explain.add_argument("--strict", action="store_true", help="exit with 3 where there are errors")
    explain.set_defaults(run=run_explain)
    lint = commands.add_parser("lint", help="explain every template with its worst inputs")
    lint.add_argument("folder", nargs="?", type=Path, help="folder of templates (default: templates/)")
    lint.add_argument("--json", action="store_true", help="as JSON")
    lint.set_defaults(run=run_lint)


def run_explain(options: argparse.Namespace) -> int:
    """Explain one card."""
    from ..explain import explain_card  # late: `--help` and `sign` need none of the renderer

    if options.overlay is not None and not options.overlay.parent.is_dir():
        raise CommandError(
            f"The folder {options.overlay.parent} does not exist; make it, or write elsewhere."
        )
    engine, request = read_card(options)
    explanation = explain_card(request, engine)
    if options.overlay is not None:
        options.overlay.write_bytes(explanation.overlay_png())
    if options.json:
        sys.stdout.write(explanation.to_json() + "\n")
    else:
        sys.stdout.write(explanation.to_text(everything=options.all))
    return FINDINGS if options.strict and explanation.has_errors else 0


def run_lint(options: argparse.Namespace) -> int:
    """Lint a folder of templates; 3 where there are errors."""
    from ..explain import lint_templates
    from ..render import Engine

    home = find_home()
    if options.folder is not None:
        _check_is_library(options.folder)
    engine = Engine.from_home(home, fetcher=LateFetcher(), image_limits=image_limits())
    result = lint_templates(options.folder or home.templates, engine, read_project(home).brand)
    sys.stdout.write(result.to_json() + "\n" if options.json else result.to_text())
    return FINDINGS if result.has_errors else 0


def _check_is_library(folder: Path) -> None:
    if not folder.is_dir():
        raise CommandError(
            f"{folder} is no folder of templates. For one template: emblazon explain {folder.name} --preview"
        )
    if not any(folder.glob("*/card.html")):
        hint = f"; lint {folder.parent}, which holds it" if (folder / "card.html").is_file() else ""
        raise CommandError(f"{folder} holds no folder with a card.html{hint}.")
