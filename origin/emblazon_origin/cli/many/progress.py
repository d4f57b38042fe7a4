"""How far a long command is, and the table that it ends with; both for people alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")


@contextmanager
def progress(total: int, doing: str) -> Iterator[Callable[[], None]]:
    """Show how far it is, where somebody looks; call what is given after each of `total` items."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda: bar.advance(task)


def with_progress(items: Iterable[Item], total: int, doing: str) -> Iterator[Item]:
    """Pass items on and show how far it is."""
    with progress(total, doing) as advance:
        for item in items:
            yield item
            advance()


def print_summary(counts: Mapping[str, int | str], *, to_stderr: bool = False) -> None:
    """Print one row of numbers under their names."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*counts)
    table.add_row(*map(str, counts.values()))
    Console(stderr=to_stderr).print(table)


def print_notes(rows: list[tuple[str, str, str]], most: int = 25) -> None:
    """Print what is to know of single items: name, state, note."""
    from rich.console import Console
    from rich.table import Table

    table = Table("", "", "Note", title="What is to know")
    for row in rows[:most]:
        table.add_row(*row)
    console = Console()
    if rows:
        console.print(table)
    if len(rows) > most:
        console.print(f"… and {len(rows) - most} more; --json names all.")
