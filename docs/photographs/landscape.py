"""Mountains over still water, a cover of rings; and how light becomes a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .still_life import color

Floats = NDArray[np.float64]


def finished(light: Floats, seed: int, grain: float = 0.012, blur: float = 0.6) -> Image.Image:
    """Develop linear light of shape (height, width, 3): film curve, vignette, grain, a soft lens."""
    height, width, _ = light.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    tone = np.clip(light * (1 - 0.22 * (x**2 + y**2) / 2)[..., None], 0, None)
    tone = tone * (2.51 * tone + 0.03) / (tone * (2.43 * tone + 0.59) + 0.14)  # ACES, as fitted by Narkowicz
    noise = np.random.default_rng(seed).normal(0, grain, (height, width, 1))
    pixels = np.clip(tone, 0, 1) ** (1 / 2.2) + noise
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(blur))


def ridge(width: int, rng: np.random.Generator, rough: float, octaves: int = 9) -> Floats:
    """Return a fractal line of `width` heights from 0 to 1."""
    line = np.zeros(width)
    for octave in range(octaves):
        points = rng.normal(0, 1, 3 + 2 ** (octave + 1))
        places = np.linspace(0, len(points) - 1, width)
        line += np.interp(places, np.arange(len(points)), points) * rough**octave
    return np.asarray((line - line.min()) / np.ptp(line))


def lake(
    size: tuple[int, int], seed: int, sky: tuple[str, str, str], far: str, near: str, shore_at: float = 0.66
) -> Image.Image:
    """Draw mountains in morning haze over still water; `sky` is from the top down."""
    width, height = size
    rng = np.random.default_rng(seed)
    shore = int(height * shore_at)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    t = np.clip(y / shore, 0, 1)[..., None]
    top, middle, low = (color(value) for value in sky)
    upper, lower = t / 0.55, (t - 0.55) / 0.45
    light = np.where(t < 0.55, top + (middle - top) * upper, middle + (low - middle) * lower)
    sun = np.hypot((x - width * 0.64) / width, (y - shore * 0.66) / width)
    light = light + np.exp(-((sun / 0.2) ** 2))[..., None] * color("#ffcf9a") * 0.55
    light = light + np.exp(-((sun / 0.03) ** 2))[..., None] * color("#fff1d6") * 1.6
    layers = 6
    for layer in range(layers):
        depth = layer / (layers - 1)
        line = ridge(width, rng, 0.5 if layer < layers - 1 else 0.6)
        crest = (shore * (0.36 + 0.5 * depth) - (line - 0.4) * height * (0.3 - 0.2 * depth))[None, :]
        body = color(far) * (1 - depth) + color(near) * depth
        even = np.convolve(np.pad(crest[0], 40, "edge"), np.full(81, 1 / 81), "valid")[None, :]
        haze = np.clip((y - even) / (height * 0.26), 0, 1)[..., None] * (1 - depth) * 0.75
        inside = np.clip(y - crest, 0, 1)[..., None]
        light = light * (1 - inside) + (body * (1 - haze) + low * haze) * inside
    return finished(mirrored(light, shore, rng), seed)


def mirrored(light: Floats, shore: int, rng: np.random.Generator) -> Floats:
    """Return a view with all below the shore as rippled water."""
    height = len(light)
    ripple = np.cumsum(rng.normal(0, 1, height)) * 0.2 + rng.normal(0, 1.6, height)
    for row in range(shore, height):
        depth = (row - shore) / (height - shore)
        above = light[max(2 * shore - row, 0)]
        shifted = np.roll(above, int(ripple[row] * (1 + 9 * depth)), axis=0)
        light[row] = shifted * (0.8 - 0.34 * depth) + color("#20323f") * 0.1
    return light


def rings(size: int, ground: str, tones: tuple[str, ...], seed: int) -> Image.Image:
    """Draw a record's cover: rings of sound, each lit from one side."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    light = np.broadcast_to(color(ground), (size, size, 3)) * (1.1 - 0.35 * y[..., None])
    for number, tone in enumerate(tones):
        radius = 1.16 - number * 0.2
        away = np.hypot(x - 0.12 * number, y - 0.06 * number)
        inside = np.clip((radius - away) * size / 2, 0, 1)[..., None]
        lit = 0.45 + 0.55 * np.clip((x - y + 1.2) / 2.2 + 0.1 * np.sin(number), 0, 1.2)[..., None]
        shade = 1 - 0.5 * np.exp(-(((away - radius) / 0.07) ** 2))[..., None] * (1 - inside)
        light = light * shade * (1 - inside) + color(tone) * lit * 1.15 * inside
    return finished(light, seed, grain=0.022, blur=0.4)
