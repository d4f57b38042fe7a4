"""Bytes of a PNG beside takumi's: of the quick form and of the small one, which has to look the same.

    python -m bench sizes

Geometric means over the cards that takumi draws with all of their pictures.
"""

from __future__ import annotations

import argparse
import io
import sys

from PIL import Image

from emblazon_origin.encode import encode, optimize
from emblazon_origin.encode.likeness import likeness
from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.report import Report
from emblazon_origin.template.library import TemplateLibrary

from .corpus import HEIGHT, WIDTH, cards
from .engines import ROOT, Peers, Refused
from .summary import geometric_mean

LEAST_ALIKE = 0.995  # SSIM of a small file to its pixels


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns 1 where a small file does not look the same."""
    home = find_home(ROOT)
    engine = Engine.from_home(home)
    library = TemplateLibrary(home.templates, engine.fonts.digest)
    peers = Peers()
    ratios: list[tuple[float, float]] = []
    least = 1.0
    for card in cards(library):
        if options.only not in card.id:
            continue
        html = card.html(1)
        picture = engine.draw(
            RenderRequest(html, card.base, "", WIDTH, HEIGHT, format="png", lang=card.lang), Report()
        )
        small_file = optimize(picture, "png")[0]
        quick, small = len(encode(picture, "png")[0]), len(small_file)
        alike = likeness(picture, Image.open(io.BytesIO(small_file)))
        least = min(least, alike)
        try:
            theirs = peers.draw("takumi", "png", html).bytes
        except Refused:
            continue
        print(f"{card.id:32}{quick / theirs:7.2f}{small / theirs:7.2f}{alike:9.4f}", flush=True)
        if "<img" not in html:  # takumi leaves files out
            ratios.append((quick / theirs, small / theirs))
    peers.close()
    quick_mean, small_mean = (geometric_mean(ratio[form] for ratio in ratios) for form in (0, 1))
    means = f"quick {quick_mean:.2f}, small {small_mean:.2f} of takumi's bytes"
    print(f"{len(ratios)} cards: {means}; the least SSIM is {least:.4f}")
    if least < LEAST_ALIKE:
        print(f"a small file is less like its pixels than {LEAST_ALIKE}", file=sys.stderr)
    return int(least < LEAST_ALIKE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `python -m bench sizes` takes."""
    parser.add_argument("--only", default="", metavar="TEXT", help="cards whose kind/name has this text")
