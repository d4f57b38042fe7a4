"""satori and takumi, drawn by `peers.mjs` under Node with the same fonts.

takumi reads the variable files; satori needs one static file per weight, which HarfBuzz cuts from them,
with the characters of the corpus and every layout feature.
"""

from __future__ import annotations

import hashlib
import json
import string
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from PIL import Image

from .corpus import HEIGHT, WIDTH, Case, cases

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "fonts" / "vendor"
STATIC = ROOT / ".emblazon" / "peer-fonts"
PEERS = ("satori", "takumi")


@dataclass(frozen=True, slots=True)
class PeerFont:
    """A vendored file under the family name that CSS uses; `weights` are cut for satori."""

    name: str
    file: str
    weights: tuple[int, ...]
    style: str = "normal"
    face: int | None = None  # of a collection
    generic: str | None = None


FONTS = (
    PeerFont("Inter", "Inter[opsz,wght].ttf", (300, 400, 500, 650, 700, 800, 900), generic="sans-serif"),
    PeerFont("Inter", "Inter-Italic[opsz,wght].ttf", (400, 700), "italic"),
    PeerFont("Source Serif 4", "SourceSerif4[opsz,wght].ttf", (400, 700), generic="serif"),
    PeerFont("Source Serif 4", "SourceSerif4-Italic[opsz,wght].ttf", (400,), "italic"),
    PeerFont("Playfair Display", "PlayfairDisplay[wght].ttf", (400, 600, 700)),
    PeerFont("Playfair Display", "PlayfairDisplay-Italic[wght].ttf", (400, 600), "italic"),
    PeerFont("JetBrains Mono", "JetBrainsMono[wght].ttf", (400, 700), generic="monospace"),
    PeerFont("Noto Sans", "NotoSans[wdth,wght].ttf", (400, 700)),
    PeerFont("Noto Sans Arabic", "NotoSansArabic[wdth,wght].ttf", (400, 700, 800)),
    PeerFont("Noto Sans Hebrew", "NotoSansHebrew[wght].ttf", (400, 700)),
    PeerFont("Noto Sans Devanagari", "NotoSansDevanagari[wdth,wght].ttf", (400, 700)),
    PeerFont("Noto Sans Thai", "NotoSansThai[wdth,wght].ttf", (400, 700)),
    PeerFont("Noto Sans JP", "NotoSansCJK-VF.otf.ttc", (400, 700), face=0),
    PeerFont("Noto Sans KR", "NotoSansCJK-VF.otf.ttc", (400, 700, 800), face=1),
    PeerFont("Noto Sans SC", "NotoSansCJK-VF.otf.ttc", (400, 700), face=2),
    PeerFont("Noto Sans TC", "NotoSansCJK-VF.otf.ttc", (400,), face=3),
    PeerFont("Noto Color Emoji", "NotoColorEmoji_400Regular.ttf", (400,), generic="emoji"),
)


def _characters(more: str) -> str:
    text = "".join(case.path.read_text(encoding="utf-8") for case in cases()) + more
    return "".join(sorted(set(text) | set(text.upper()) | set(string.printable)))


def _cut(font: PeerFont, path: Path, characters: str | None, weight: int | None) -> None:
    """Write one face of a vendored file: of all or some characters, variable or at one weight."""
    face = hb.Face(hb.Blob.from_file_path(str(VENDOR / font.file)), font.face or 0)
    plan = hb.SubsetInput()
    if characters is None:
        plan.keep_everything()
    else:
        plan.unicode_set.update(map(ord, characters))
        plan.layout_feature_tag_set.clear()
        plan.layout_feature_tag_set.invert()  # every feature
    if weight is not None and face.axis_infos:
        plan.pin_all_axes_to_default(face)
        plan.pin_axis_location(face, "wght", weight)
        plan.flags |= hb.SubsetFlags.DOWNGRADE_CFF2
    path.write_bytes(plan.subset(face).blob.data)


def _variable(font: PeerFont) -> Path:
    """Return a file with this face alone."""
    if font.face is None:
        return VENDOR / font.file
    path = STATIC / f"{font.name}.otf"
    if not path.is_file():
        _cut(font, path, None, None)
    return path


def _static(font: PeerFont, characters: str) -> dict[int, Path]:
    """Return weight → static file, cut once for these characters."""
    digest = hashlib.sha256(characters.encode()).hexdigest()[:8]
    paths = {weight: STATIC / f"{font.name}-{font.style}-{weight}-{digest}.ttf" for weight in font.weights}
    for weight, path in paths.items():
        if not path.is_file():
            _cut(font, path, characters, weight)
    return paths


def static_fonts(fonts: Iterable[PeerFont], more: str = "") -> list[dict[str, object]]:
    """Return satori's font list for these fonts: name, path, weight and style of each static file.

    They hold the corpus's characters, and `more`.
    """
    characters = _characters(more)
    STATIC.mkdir(parents=True, exist_ok=True)
    return [
        {"name": font.name, "path": str(path), "weight": weight, "style": font.style}
        for font in fonts
        if font.generic != "emoji"
        for weight, path in _static(font, characters).items()
    ]


def peer_fonts(fonts: Iterable[PeerFont], more: str = "") -> dict[str, list[dict[str, object]]]:
    """Return the fonts as the peers read them: "static" files for satori, "variable" ones for takumi."""
    chosen = list(fonts)
    STATIC.mkdir(parents=True, exist_ok=True)
    variable: list[dict[str, object]] = [
        {"name": font.name, "path": str(_variable(font)), "generic": font.generic} for font in chosen
    ]
    return {"static": static_fonts(chosen, more), "variable": variable}


@dataclass(frozen=True, slots=True)
class PeerPicture:
    """What one peer made of one case: a picture, or the error that it gave."""

    picture: Image.Image | None
    error: str = ""


def draw(chosen: Sequence[Case], scale: float = 1.0) -> dict[str, dict[str, PeerPicture]]:
    """Draw the chosen cases with every peer; returns case id → peer → picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cards = [
            {
                "id": case.id,
                "path": str(case.path),
                "out": {peer: str(folder / f"{case.group}-{case.name}-{peer}.png") for peer in PEERS},
            }
            for case in chosen
        ]
        jobs: dict[str, Any] = {
            "width": WIDTH,
            "height": HEIGHT,
            "scale": scale,
            "fonts": peer_fonts(FONTS),
            "cards": cards,
        }
        (folder / "jobs.json").write_text(json.dumps(jobs))
        script = Path(__file__).with_suffix(".mjs")
        done = subprocess.run(
            ["node", str(script), str(folder / "jobs.json")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
        pictures: dict[str, dict[str, PeerPicture]] = {}
        for card in cards:
            identity, out = str(card["id"]), card["out"]
            assert isinstance(out, dict)
            pictures[identity] = {}
            for peer in PEERS:
                error = answers[identity][peer].get("error")
                if error is not None:
                    pictures[identity][peer] = PeerPicture(None, error)
                    continue
                with Image.open(out[peer]) as picture:
                    flat = Image.new("RGBA", picture.size, "white")
                    flat.alpha_composite(picture.convert("RGBA"))
                pictures[identity][peer] = PeerPicture(flat.convert("RGB"))
        return pictures
