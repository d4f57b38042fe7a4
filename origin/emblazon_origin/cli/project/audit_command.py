"""`emblazon audit`: what each platform shows of a page, and why not more."""

from __future__ import annotations

import argparse
import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ...report import told_counts
from ..exit_codes import FINDINGS
from ..numbers import http_url

if TYPE_CHECKING:
    from ...audit.audit import Audited
    from ..outputs import AuditOutput, AuditPageOutput

WIDTH = 100


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("audit", help="what each platform shows of a page, and why not more")
    parser.add_argument("url", nargs="+", type=http_url, metavar="URL", help="pages, here or anywhere")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report with the pictures")
    parser.add_argument(
        "--seconds", type=float, default=10.0, metavar="N", help="how long crawlers wait (10)"
    )
    parser.add_argument("--strict", action="store_true", help="exit with 3 for warnings too")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Audit the pages; 3 where something costs a platform's card or picture."""
    from ...audit.audit import audit
    from ...audit.visit import Visitor

    with Visitor(seconds=options.seconds) as visitor:
        pages = []
        for page in audit(options.url, visitor):
            pages.append(page)
            if not options.json:
                print(_told(page), flush=True)
    if options.json:
        told: AuditOutput = {"pages": [_as_json(page) for page in pages]}
        print(json.dumps(told, ensure_ascii=False))
    if options.html is not None:
        from ...audit.audit import html_report

        options.html.write_text(html_report(pages), encoding="utf-8")
        if not options.json:
            print(f"The report is in {options.html}.")
    bad = any(page.errors or (options.strict and page.findings) for page in pages)
    return FINDINGS if bad else 0


def _told(page: Audited) -> str:
    lines = [page.url, ""]
    for preview in page.previews:
        shown = {"large": "large picture", "small": "small picture", "none": "no picture"}[preview.size]
        if preview.crop is not None:
            shown += f", {preview.crop[2]} × {preview.crop[3]} of it"
        why = f" ({preview.why})" if preview.why else ""
        lines.append(f"  {preview.platform:<10}{shown}{why}")
        lines.append(f"  {'':<10}{textwrap.shorten(preview.title, 80, placeholder='…') or '(no title)'}")
    lines.append("")
    for finding in page.findings:
        place = f" (line {finding.line})" if finding.line else ""
        whom = f" [{', '.join(finding.platforms)}]" if finding.platforms else ""
        lines.append(f"  {finding.severity:<8}{finding.code}{place}: {finding.message}{whom}")
        lines += textwrap.wrap(finding.fix, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)
    warnings = len(page.findings) - page.errors
    lines.append(f"  {told_counts(page.errors, warnings)}" if page.findings else "  Nothing is wrong.")
    return "\n".join(lines) + "\n"


def _as_json(page: Audited) -> AuditPageOutput:
    return {
        "url": page.url,
        "errors": page.errors,
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "message": finding.message,
                "line": finding.line,
                "platforms": list(finding.platforms),
                "fix": finding.fix,
            }
            for finding in page.findings
        ],
        "previews": [
            {
                "platform": preview.platform,
                "title": preview.title,
                "description": preview.description,
                "image": preview.image,
                "size": preview.size,
                "crop": list(preview.crop) if preview.crop is not None else None,
                "why": preview.why,
            }
            for preview in page.previews
        ],
    }
