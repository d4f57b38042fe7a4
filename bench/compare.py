"""Emblazon beside satori and takumi on every card of `bench/cards` and the shipped templates.

Every engine gets the same HTML, with new text for every drawing, in turn, in one run: only the ratios
travel to another machine. Emblazon is timed from HTML text to bytes, the peers from their own trees.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from emblazon_origin.home import find_home
from emblazon_origin.processes import keep_freed_memory
from emblazon_origin.render import Engine
from emblazon_origin.template.library import TemplateLibrary

from .corpus import BenchCard, cards
from .engines import ROOT, Emblazon, Peers
from .measure import Results, measure
from .summary import as_json, ratios, read_record, record, regressions, table, worst


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench` takes."""
    parser.add_argument("--unseen", action="store_true", help="documents that no engine saw before")
    parser.add_argument("--rounds", type=int, default=7, help="drawings of each card that count (7)")
    parser.add_argument("--warm", type=int, default=3, help="drawings of each card before those (3)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cards whose kind/name has this text")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--record", action="store_true", help="make this run the one to compare with")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 1 where Emblazon became slower than recorded."""
    keep_freed_memory()  # as render processes do
    home = find_home(ROOT)
    engine = Engine.from_home(home)
    chosen = [c for c in cards(TemplateLibrary(home.templates, engine.fonts.digest)) if options.only in c.id]
    peers = Peers()
    results = measure(
        chosen, Emblazon(engine), peers, warm=options.warm, rounds=options.rounds, unseen=options.unseen
    )
    peers.close()
    found = ratios(results, chosen)
    _print(results, chosen)
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(results, chosen), indent=1), encoding="utf-8")
    if options.record:
        record(found, unseen=options.unseen)
        return 0
    if options.only:
        return 0
    slower = regressions(found, read_record().get("unseen" if options.unseen else "known", {}))
    for line in slower:
        print(f"slower than recorded: {line}", file=sys.stderr)
    return 1 if slower else 0


def _print(results: Results, chosen: list[BenchCard]) -> None:
    print("Documents never seen before" if results.unseen else "New text in known templates")
    print(table(ratios(results, chosen)))
    print("\nworst beside takumi, PNG")
    for name, ratio in worst(results, chosen):
        print(f"  {name:32}{ratio:6.2f}")
    for (card, engine), reason in sorted(results.refused.items()):
        print(f"{engine} does not draw {card}: {reason}")
