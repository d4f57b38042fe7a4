"""What an element costs: milliseconds of CPU for each, by kind and number, beside takumi's.

    python -m bench elements --counts 100 1000 3000

Pages of so many elements of a kind, without texts or with one of its own in each, never seen before; from
HTML to pixels, from its own tree for takumi; the least of the rounds. A star: a limit left something out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import nan

from emblazon_origin.home import find_home
from emblazon_origin.processes import keep_freed_memory
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report

from .corpus import HEIGHT, WIDTH, BenchCard
from .engines import ROOT, Emblazon, Peers, Refused
from .filler import fill

_STYLE = (
    "<!doctype html><style>body{margin:0;font:8px Inter}.row{display:flex;flex-wrap:wrap}"
    ".column{display:flex;flex-direction:column}.line{display:flex}"
    ".grid{display:grid;grid-template-columns:repeat(20,1fr)}.inline div{display:inline-block}"
    ".box{width:12px;height:6px;margin:1px;background:#36c}.text{margin:1px;background:#eef}</style>"
)
_LINES = 10  # of boxes in each column of nested flex boxes


def _in(kind: str) -> Callable[[list[str]], str]:
    """Return what puts all elements into one box of a class."""
    return lambda items: f"<div class={kind}>{''.join(items)}</div>"


def _nested(items: list[str]) -> str:
    """Put elements into lines, and those into columns of a row: three levels of flex boxes."""
    lines = [f"<div class=line>{''.join(items[at : at + 4])}</div>" for at in range(0, len(items), 4)]
    columns = [_in("column")(lines[at : at + _LINES]) for at in range(0, len(lines), _LINES)]
    return _in("row")(columns)


KINDS: dict[str, Callable[[list[str]], str]] = {
    "flex row": _in("row"),
    "flex column": _in("column"),
    "nested flex": _nested,
    "grid": _in("grid"),
    "blocks": _in("blocks"),
    "inline blocks": _in("inline"),
}


def page(kind: str, count: int, seed: str, *, with_text: bool) -> str:
    """Return a page of so many elements of a kind; another seed makes another document."""
    text = "<div class=text>[[word]] {}</div>" if with_text else "<div class=box></div>"
    return fill(
        f"{_STYLE}<!-- {seed} -->{KINDS[kind]([text.format(number) for number in range(count)])}", seed
    )


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    keep_freed_memory()  # as render processes do
    engine = Engine.from_home(find_home(ROOT))
    emblazon, peers = Emblazon(engine), Peers()
    print(f"{'ms of CPU for each element':36}" + "".join(f"{count:>9,}{'':6}" for count in options.counts))
    for kind in KINDS:
        for with_text in (False, True):
            cells = ""
            for count in options.counts:
                ours, theirs = [], []
                for number in range(options.rounds):
                    html = page(kind, count, f"{kind} {number}", with_text=with_text)
                    ours.append(emblazon.draw(BenchCard(kind, "", str), "raw", html).cpu / count)
                    theirs.append(_theirs(peers, html) / count)
                report = Report()
                engine.draw(RenderRequest(html, "", "", WIDTH, HEIGHT), report)
                star = "*" if any(finding.code == "limit" for finding in report.diagnostics) else " "
                cells += f"{min(ours):9.3f}{star}{min(theirs):5.3f}"
            print(f"{kind + (', a text each' if with_text else ''):36}{cells}", flush=True)
    peers.close()
    return 0


def _theirs(peers: Peers, html: str) -> float:
    """Return takumi's milliseconds in its quicker box mode; nan where it draws no such page."""
    try:
        return min(peers.draw(engine, "raw", html).cpu for engine in ("takumi", "takumi-border"))
    except Refused:
        return nan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench elements` takes."""
    counts = [100, 1_000, 3_000]
    parser.add_argument("--counts", type=int, nargs="+", default=counts, help="elements (100 1000 3000)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="drawings of each page, of which the least counts (3)"
    )
