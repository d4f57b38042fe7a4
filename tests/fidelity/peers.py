"""satori and takumi (in both its box models), drawn by `peers.mjs` under Node with the same fonts.

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

from PIL import Image

from .corpus import HEIGHT, WIDTH, Case, cases
from .fonts import CUT, FONTS, ROOT, VendorFont, cut, variable_file

PEERS = ("satori", "takumi", "takumi-content-box")


def _characters(more: str) -> str:
    text = "".join(case.path.read_text(encoding="utf-8") for case in cases()) + more
    return "".join(sorted(set(text) | set(text.upper()) | set(string.printable)))


def _static(font: VendorFont, characters: str) -> dict[int, Path]:
    """Return weight → static file, cut once for these characters."""
    digest = hashlib.sha256(characters.encode()).hexdigest()[:8]
    return {
        weight: cut(
            font,
            CUT / f"{font.name}-{font.style}-{weight}-{digest}.ttf",
            characters=characters,
            pins={"wght": weight},
            static=True,
        )
        for weight in font.weights
    }


def static_fonts(fonts: Iterable[VendorFont], more: str = "") -> list[dict[str, object]]:
    """Return satori's font list for these fonts: name, path, weight and style of each static file.

    They hold the corpus's characters, and `more`.
    """
    characters = _characters(more)
    return [
        {"name": font.name, "path": str(path), "weight": weight, "style": font.style}
        for font in fonts
        if font.generic != "emoji"
        for weight, path in _static(font, characters).items()
    ]


def peer_fonts(fonts: Iterable[VendorFont], more: str = "") -> dict[str, list[dict[str, object]]]:
    """Return the fonts as the peers read them: "static" files for satori, "variable" ones for takumi."""
    chosen = list(fonts)
    variable: list[dict[str, object]] = [
        {"name": font.name, "path": str(variable_file(font)), "generic": font.generic} for font in chosen
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
