"""`make fidelity`: closeness to Chromium of Emblazon, satori and takumi, side by side in one run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from statistics import fmean

from PIL import Image

from . import corpus, emblazon, peers
from .chromium import browser
from .fonts import ROOT
from .score import Score, compare
from .sheet import difference, write_sheet

OUT = corpus.FOLDER / "out"
ENGINES = ("emblazon", *peers.PEERS)
Scores = dict[str, dict[str, Score | None]]


async def references(cases: Sequence[corpus.Case]) -> dict[str, Image.Image]:
    """Draw every case with Chromium."""
    pictures: dict[str, Image.Image] = {}
    for scale in sorted({case.scale for case in cases}):
        size = round(corpus.WIDTH * scale), round(corpus.HEIGHT * scale)
        async with browser(scale) as page:
            for case in cases:
                if case.scale == scale:
                    shot = await page.screenshot(case.path.as_uri(), corpus.WIDTH, corpus.HEIGHT)
                    pictures[case.id] = shot.crop((0, 0, *size))
    return pictures


def _cell(score: Score | None) -> str:
    return "  failed     " if score is None else f"{score.ssim:.4f} {score.off:6.2%}"


def _mean(scores: Sequence[Score | None]) -> str:
    drawn = [score for score in scores if score is not None]
    if not drawn:
        return "  none drawn "
    return _cell(Score(fmean(s.ssim for s in drawn), fmean(s.off for s in drawn)))


def print_table(scores: Mapping[str, Mapping[str, Score | None]]) -> None:
    """Print SSIM and the share of pixels visibly off: per case, then the mean of each group."""
    print(f"{'case':34}" + "".join(f"{engine:>20}" for engine in ENGINES))
    for identity, row in scores.items():
        print(f"{identity:34}" + "".join(f"{_cell(row[engine]):>20}" for engine in ENGINES))
    print("\nmean of the cases that the engine drew")
    for group in corpus.GROUPS:
        rows = [row for identity, row in scores.items() if identity.startswith(f"{group}/")]
        print(f"{group:34}" + "".join(f"{_mean([row[engine] for row in rows]):>20}" for engine in ENGINES))


def main() -> None:
    """Draw the corpus with every engine, print the table and write the contact sheets."""
    cases = [case for case in corpus.cases() if case.scale == 1.0]  # the peers draw at one scale
    chromium = asyncio.run(references(cases))
    others = peers.draw(cases)
    scores: Scores = {}
    rows: dict[str, list[tuple[str, list[Image.Image]]]] = {group: [] for group in corpus.GROUPS}
    blank = Image.new("RGB", (corpus.WIDTH, corpus.HEIGHT), "#dddddd")
    for case in cases:
        expected, ours = chromium[case.id], emblazon.draw(case)
        drawn = {peer: others[case.id][peer].picture for peer in peers.PEERS}
        scores[case.id] = {
            name: None if picture is None else compare(expected, picture)
            for name, picture in {"emblazon": ours, **drawn}.items()
        }
        pictures = [
            expected,
            ours,
            difference(expected, ours),
            *(picture or blank for picture in drawn.values()),
        ]
        rows[case.group].append(
            (f"{case.id}: chromium | emblazon | difference | {' | '.join(peers.PEERS)}", pictures)
        )
    print_table(scores)
    for group, group_rows in rows.items():
        write_sheet(group_rows, OUT / f"{group}.png")
    print(f"\nContact sheets: {OUT.relative_to(ROOT)}/{{{','.join(corpus.GROUPS)}}}.png")


if __name__ == "__main__":
    main()
