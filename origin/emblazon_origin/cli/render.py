"""`emblazon render`: one card to a file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.schema import CARD_FORMATS

from .card_input import add_card_arguments, read_card
from .exit_codes import CommandError
from .numbers import whole

if TYPE_CHECKING:
    from ..render import Rendered
    from .outputs import RenderOutput

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
    parser.add_argument("--json", action="store_true", help="the file, its size and the findings as JSON")
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
    if options.output == "-" and options.json:
        raise CommandError("-o - and --json both write to stdout; name a file with -o.")
    engine, request = read_card(options, _format(options))
    rendered = engine.render(request)
    if options.output == "-":
        sys.stdout.buffer.write(rendered.data)
    else:
        Path(options.output).write_bytes(rendered.data)
    if options.json:
        print(json.dumps(_output(options.output, rendered), ensure_ascii=False))
    elif not options.quiet:
        _print_findings(rendered)
    return 0


def _output(file: str, rendered: Rendered) -> RenderOutput:
    return {
        "file": file,
        "type": rendered.content_type,
        "width": rendered.width,
        "height": rendered.height,
        "bytes": len(rendered.data),
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "message": finding.message,
                "file": finding.file,
                "line": finding.line,
                "column": finding.column,
                "where": finding.where,
            }
            for finding in rendered.report.diagnostics
        ],
    }


def _print_findings(rendered: Rendered) -> None:
    from ..explain.explanation import format_finding
    from ..report import summed

    for finding in summed(rendered.report.diagnostics):
        print(format_finding(finding), file=sys.stderr)
