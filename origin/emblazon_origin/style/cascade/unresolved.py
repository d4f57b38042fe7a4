"""Reports of var() that did not resolve, at the place of their declaration in the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...report import Diagnostic, Report
from ..syntax.declarations import PendingSubstitution
from .sheets import Loaded

Place = tuple[str, int, int]  # file, line, column of the CSS text's start


def report_unresolved(
    notes: Iterable[tuple[PendingSubstitution, str]],
    sheets: Iterable[Loaded],
    inline_places: Mapping[int, Place],
    report: Report,
) -> None:
    """Report each pending declaration that turned out invalid; places are found only if there is one."""
    if not notes:
        return
    places = dict(inline_places)
    for sheet in sheets:
        for rule in sheet.sheet.rules:
            for value in (*rule.block.normal.values(), *rule.block.important.values()):
                if value.__class__ is PendingSubstitution:
                    places[id(value.tokens)] = (sheet.file, sheet.line, sheet.column)
    for pending, message in notes:
        file, line, column = places.get(id(pending.tokens), ("", 1, 1))
        report.diagnostics.append(
            Diagnostic(
                "warning",
                "css-invalid-value",
                message,
                file or report.file,
                line + pending.line - 1,
                pending.column + (column - 1 if pending.line == 1 else 0),
                pending.row.name,
            )
        )
