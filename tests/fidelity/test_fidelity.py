"""Every card of the corpus stays as close to Chromium's picture as its recorded score.

`pytest -m e2e tests/fidelity --refresh-scores` records the scores of this run instead of checking them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from PIL import Image

from fidelity import corpus, emblazon
from fidelity.__main__ import OUT, references
from fidelity.score import compare
from fidelity.sheet import difference, write_sheet

pytestmark = pytest.mark.e2e

SCORES = corpus.FOLDER / "scores.json"
SSIM_SLACK = 0.004  # two Chromium releases differ by less
OFF_SLACK = 0.004
CASES = corpus.cases()


@pytest.fixture(scope="module")
def chromium() -> dict[str, Image.Image]:
    return asyncio.run(references(CASES))


@pytest.fixture(scope="module")
def sheet() -> Iterator[dict[str, list[tuple[str, list[Image.Image]]]]]:
    rows: dict[str, list[tuple[str, list[Image.Image]]]] = {group: [] for group in corpus.GROUPS}
    yield rows
    for group, group_rows in rows.items():
        write_sheet(group_rows, OUT / f"{group}-tested.png")


@pytest.fixture(scope="module")
def recorded(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, float]]]:
    scores: dict[str, dict[str, float]] = json.loads(SCORES.read_text()) if SCORES.is_file() else {}
    yield scores
    if request.config.getoption("--refresh-scores"):
        SCORES.write_text(json.dumps(scores, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_card_is_as_close_to_chromium_as_recorded(
    case: corpus.Case,
    chromium: dict[str, Image.Image],
    recorded: dict[str, dict[str, float]],
    sheet: dict[str, list[tuple[str, list[Image.Image]]]],
    request: pytest.FixtureRequest,
) -> None:
    expected, actual = chromium[case.id], emblazon.draw(case)
    score = compare(expected, actual)
    label = f"{case.id}: {score.ssim:.4f} {score.off:.2%}: chromium | emblazon | difference"
    sheet[case.group].append((label, [expected, actual, difference(expected, actual)]))
    if request.config.getoption("--refresh-scores"):
        recorded[case.id] = {"ssim": round(score.ssim, 4), "off": round(score.off, 4)}
    floor = recorded[case.id]
    assert score.ssim >= floor["ssim"] - SSIM_SLACK, (
        f"SSIM {score.ssim:.4f} < recorded {floor['ssim']}; see {OUT}"
    )
    assert score.off <= floor["off"] + OFF_SLACK, f"{score.off:.4f} off > recorded {floor['off']}; see {OUT}"


def test_corpus_has_sixty_cards_in_every_group() -> None:
    assert len(CASES) >= 60
    assert {case.group for case in CASES} == set(corpus.GROUPS)
