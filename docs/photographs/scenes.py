"""What is photographed: a lake, a kettle, plums, people by a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .landscape import finished, lake, rings
from .still_life import (
    Field,
    Floats,
    Studio,
    Thing,
    bumped,
    capsule,
    color,
    ellipsoid,
    merged,
    photograph,
    turned,
    without,
)

DAWN = ("#39597c", "#c98f7d", "#f4cfa4")
NOON = ("#4f86b8", "#9cc3dc", "#e8efe9")
DUSK = ("#2b3a6b", "#b06a86", "#ffb27a")


def kettle() -> Image.Image:
    """A copper kettle on a pale table."""
    copper, walnut = color("#d98a5a"), color("#4a2c1c")
    profile = [
        (0.5, 0.05), (0.8, 0.08), (0.9, 0.22), (0.93, 0.4), (0.86, 0.65), (0.7, 0.88), (0.46, 1.04),
        (0.36, 1.08),
    ]  # fmt: skip
    spout = merged(
        0.14,
        capsule((0.72, 0.42, 0), (1.12, 0.62, 0), 0.13, 0.085),
        capsule((1.12, 0.62, 0), (1.32, 1.02, 0), 0.085, 0.055),
    )
    lid = turned([(0.42, 1.09), (0.4, 1.12), (0.25, 1.19), (0.08, 1.23)], 0.015)
    stays = merged(
        0.06,
        capsule((-0.5, 1, 0), (-0.62, 1.62, 0), 0.035, 0.035),
        capsule((0.5, 1, 0), (0.62, 1.62, 0), 0.035, 0.035),
    )
    things = (
        Thing(merged(0.05, turned(profile, 0.03), spout), copper, 1, 0.9),
        Thing(lid, copper, 1, 0.9),
        Thing(ellipsoid((0, 1.36, 0), (0.11, 0.12, 0.11)), walnut, 0, 0.5),
        Thing(stays, copper * 0.8, 1, 0.8),
        Thing(capsule((-0.6, 1.66, 0), (0.6, 1.66, 0), 0.085, 0.085), walnut, 0, 0.5),
    )
    studio = Studio(things, (color("#cfc9bd"), color("#b3aa9c")), floor=color("#d8d1c4"), fade=0.22)
    return finished(photograph(studio, (600, 720), (0.9, 1.7, 5.6), (0.2, 0.74, 0), 0.33), 3)


def plums() -> Image.Image:
    """Plums in a white dish, one of them cut, on a wooden table."""
    rng = np.random.default_rng(4)
    dish = without(
        turned([(0.9, 0.02), (1.15, 0.06), (1.55, 0.34), (1.72, 0.44)], 0.03),
        turned([(0.8, 0.12), (1.05, 0.16), (1.45, 0.42), (1.9, 0.9)], 0.0),
    )
    things = [Thing(dish, color("#e9e3d6"), 0, 0.35)]
    places = [(0, 0), (0.78, 0.1), (0.32, 0.72), (-0.48, 0.62), (-0.78, -0.12), (-0.3, -0.74), (0.5, -0.68)]
    tones = ["#5a1f3d", "#742a3a", "#47183a", "#8a3340", "#5a1f3d", "#6b2340", "#4d1b3c"]
    for (x, z), tone in zip(places, tones, strict=True):
        radius = 0.38 + rng.uniform(-0.03, 0.04)
        plum = ellipsoid((x, 0.5, z), (radius, radius * 0.94, radius))
        things.append(Thing(plum, color(tone), 0, 0.4, 0.15))
    things += [
        Thing(_halved(0.38, 1.0), color("#5a1f3d"), 0, 0.4),
        Thing(_halved(0.36, 1.02), color("#d98a34"), 0, 0.12, 0.5),
        Thing(ellipsoid((0.265, 1.04, 0.19), (0.11, 0.08, 0.15)), color("#7a4522"), 0, 0.15),
        Thing(
            bumped(ellipsoid((-0.6, 0.9, -0.02), (0.34, 0.03, 0.13)), 0.006, 30),
            color("#5d7a3a"),
            0,
            0.1,
            0.3,
        ),
    ]
    studio = Studio(
        tuple(things),
        (color("#3a2c26"), color("#1f1715")),
        floor=color("#4a372b"),
        fade=0.1,
        key=color("#ffe7c8") * 3.0,
    )
    return finished(photograph(studio, (720, 720), (0.2, 4.3, 4.6), (0.0, 0.4, 0.1), 0.31), 3)


def _halved(radius: float, height: float) -> Field:
    ball = ellipsoid((0.28, 0.98, 0.16), (radius, radius * 0.95, radius))
    cut, through = np.array([-0.25, 0.75, 0.61]), np.array([0.28, height, 0.16])

    def distance(points: Floats) -> Floats:
        return np.asarray(np.maximum(ball(points), (points - through) @ cut))

    return distance


@dataclass(frozen=True)
class Person:
    """Somebody who looks out of the window; `hair` is short, bun, curly or long."""

    skin: str
    hair_color: str
    coat: str
    wall: tuple[str, str]
    hair: str

    def picture(
        self, width: int, height: int, eye: tuple[float, float, float] = (0, 1.42, 5.2), lens: float = 0.24
    ) -> Image.Image:
        """Photograph them, head and shoulders, from `eye`."""
        head = merged(
            0.12,
            ellipsoid((0, 1.62, 0), (0.36, 0.46, 0.42)),
            ellipsoid((0.16, 1.38, 0.1), (0.24, 0.24, 0.26)),
            capsule((0.33, 1.6, 0.12), (0.4, 1.5, 0.14), 0.05, 0.07),
            ellipsoid((0.29, 1.4, 0.13), (0.11, 0.055, 0.11)),
        )
        coat = merged(
            0.25,
            ellipsoid((-0.1, 0.35, -0.05), (0.95, 0.62, 0.5)),
            capsule((-0.7, 0.45, 0), (-0.85, -0.6, 0.1), 0.3, 0.32),
            capsule((0.55, 0.45, 0), (0.7, -0.6, 0.1), 0.3, 0.32),
            capsule((-0.1, 0.75, -0.05), (-0.1, 0.98, -0.06), 0.3, 0.25),
        )
        skin = color(self.skin)
        things = (
            Thing(head, skin, 0, 0.05, 0.6),
            Thing(capsule((-0.06, 1.3, -0.03), (-0.1, 0.8, -0.05), 0.19, 0.23), skin, 0, 0, 0.6),
            Thing(ellipsoid((-0.05, 1.56, 0.41), (0.07, 0.12, 0.05)), skin, 0, 0, 0.7),
            Thing(self._hair(), color(self.hair_color), 0, 0.1, 0.1),
            Thing(coat, color(self.coat), 0, 0, 0.15),
        )
        studio = Studio(
            things,
            (color(self.wall[0]), color(self.wall[1])),
            window=np.array([0.75, 0.5, 0.42]),
            key=color("#ffe9d0") * 2.1,
            fill=color("#a9bddb") * 0.42,
        )
        return finished(photograph(studio, (width, height), eye, (0, 1.26, 0), lens), 5)

    def _hair(self) -> Field:
        face = ellipsoid((0.34, 1.42, 0.27), (0.45, 0.42, 0.57))
        if self.hair == "curly":
            crown = ellipsoid((-0.12, 1.75, -0.05), (0.56, 0.54, 0.54))
            return bumped(without(crown, ellipsoid((0.38, 1.42, 0.3), (0.44, 0.44, 0.6))), 0.05, 15)
        crown = without(ellipsoid((-0.08, 1.7, -0.02), (0.42, 0.46, 0.45)), face)
        if self.hair == "short":
            return bumped(crown, 0.02, 18)
        if self.hair == "bun":
            return merged(0.08, crown, bumped(ellipsoid((-0.42, 1.98, -0.05), (0.2, 0.19, 0.2)), 0.012, 14))
        return merged(0.15, crown, capsule((-0.27, 1.6, -0.02), (-0.34, 0.85, 0.05), 0.3, 0.2))


INES = Person("#c98d6c", "#2a1a14", "#2f4a5c", ("#35423f", "#8fa39a"), "bun")
AMARA = Person("#8a5a40", "#17110f", "#b8552f", ("#c9b794", "#ead9bd"), "curly")
JONAS = Person("#e3b494", "#7a4a26", "#39424e", ("#5b4a57", "#b78f86"), "short")
MEI = Person("#d9a582", "#1d1513", "#7d8f6e", ("#26303c", "#5d7384"), "long")

PICTURES: dict[str, Callable[[], Image.Image]] = {
    "article/lake.jpg": lambda: lake((760, 800), 11, DAWN, "#8fa0b4", "#15222b"),
    "article/ines.jpg": lambda: INES.picture(200, 200),
    "product/kettle.jpg": kettle,
    "event/amara.jpg": lambda: AMARA.picture(240, 240),
    "event/jonas.jpg": lambda: JONAS.picture(240, 240),
    "event/mei.jpg": lambda: MEI.picture(240, 240),
    "quote/amara.jpg": lambda: AMARA.picture(560, 760, (-3.6, 1.5, 3.4), 0.25),
    "profile/mei.jpg": lambda: MEI.picture(420, 420),
    "profile/fjord.jpg": lambda: lake((1200, 420), 23, NOON, "#9db4c4", "#2c4a46", 0.72),
    "job/quay.jpg": lambda: lake((560, 560), 61, NOON, "#8fa9b8", "#1d3a3a", 0.58),
    "repository/amara.jpg": lambda: AMARA.picture(200, 200),
    "podcast/cover.jpg": lambda: rings(
        620, "#1d2b4f", ("#c8452f", "#e9a13b", "#f2dfbf", "#2d6a72", "#14213d"), 7
    ),
    "podcast/jonas.jpg": lambda: JONAS.picture(200, 200),
    "podcast/still.jpg": lambda: lake((1200, 640), 53, DAWN, "#7f8fa6", "#101a22", 0.74),
    "recipe/plums.jpg": plums,
    "place/bay.jpg": lambda: lake((1200, 700), 31, NOON, "#a9bccb", "#22403c", 0.6),
    "minimal/dusk.jpg": lambda: lake((1200, 640), 47, DUSK, "#4a4569", "#0d1220", 0.7),
}
