"""`emblazon render`: one card to a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emblazon.contract.schema import CARD_FORMATS

from .card_input import add_card_arguments, read_card
from .exit_codes import CommandError
from .numbers import whole

ALIASES = {"jpeg": "jpg"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("render", help="draw a template or a bare HTML file")
    add_card_arguments(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="where to write; - is stdout")
    parser.add_argument(
        "--format", choices=[*CARD_FORMATS, *ALIASES], help="default: the ending of -o, else png"
    )
    parser.add_argument("--quality", type=whole(1, 100), metavar="1-100", help="of JPEG, WebP and AVIF")
    parser.add_argument("--max-bytes", type=whole(1, 10**9), metavar="N", help="byte budget of the file")
    parser.add_argument("-q", "--quiet", action="store_true", help="do not print the findings")
    parser.set_defaults(run=run)


def _format(options: argparse.Namespace) -> str:
    named = options.format or Path(options.output).suffix.lstrip(".").lower() or "png"
    named = ALIASES.get(named, named)
    if named not in CARD_FORMATS:
        raise CommandError(
            f"{options.output} does not end in a known format; use .{', .'.join(CARD_FORMATS)} or --format."
        )
    return named


def run(options: argparse.Namespace) -> int:
    """Draw the card, write the file, and print what the author should know on stderr."""
    folder = Path(options.output).parent
    if options.output != "-" and not folder.is_dir():
        raise CommandError(f"The folder {folder} does not exist; make it, or write elsewhere with -o.")
    engine, request = read_card(options, _format(options))
    rendered = engine.render(request)
    if options.output == "-":
        sys.stdout.buffer.write(rendered.data)
    else:
        Path(options.output).write_bytes(rendered.data)
    if not options.quiet:
        from ..finding_summary import summed

        for finding in summed(rendered.report.diagnostics):
            place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
            print(f"{place}: {finding.severity}: {finding.message} [{finding.code}]", file=sys.stderr)
    return 0
