"""Signed distance fields, marched by rays and lit by a window: for still lifes and portraits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Field = Callable[[Floats], Floats]  # points of shape (n, 3) → distances (n,)


def color(value: str) -> Floats:
    """Return `#rrggbb` as linear light."""
    channels = np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(channels**2.2)


# --- shapes ----------------------------------------------------------------------------------------------


def ellipsoid(center: Sequence[float], radii: Sequence[float]) -> Field:
    """Return a bound of the distance to an ellipsoid, exact for a sphere."""
    middle, radius = np.array(center), np.array(radii)

    def distance(points: Floats) -> Floats:
        scaled = np.linalg.norm((points - middle) / radius, axis=1)
        slope = np.linalg.norm((points - middle) / radius**2, axis=1)
        return np.asarray(scaled * (scaled - 1) / np.maximum(slope, 1e-6))

    return distance


def capsule(start: Sequence[float], end: Sequence[float], first: float, last: float) -> Field:
    """Return a rod with round ends, whose radius goes from `first` to `last`."""
    a, b = np.array(start), np.array(end)

    def distance(points: Floats) -> Floats:
        along = np.clip((points - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
        away = np.linalg.norm(points - a - along[:, None] * (b - a), axis=1)
        return np.asarray(away - first - (last - first) * along)

    return distance


def turned(profile: Sequence[tuple[float, float]], round_by: float) -> Field:
    """Return a solid of revolution about the y axis: (radius, height) of its outline, from below."""
    outline = np.array(profile)
    for _ in range(4):  # corners cut, as by Chaikin
        near, away = outline[:-1] * 0.75 + outline[1:] * 0.25, outline[:-1] * 0.25 + outline[1:] * 0.75
        inner = np.stack([near, away], axis=1).reshape(-1, 2)
        outline = np.concatenate([outline[:1], inner, outline[-1:]])

    def distance(points: Floats) -> Floats:
        flat = np.stack([np.hypot(points[:, 0], points[:, 2]), points[:, 1]], axis=1)
        radius = np.interp(flat[:, 1], outline[:, 1], outline[:, 0])
        side = (flat[:, 0] - radius) * 0.7
        cap = np.maximum(outline[0, 1] - flat[:, 1], flat[:, 1] - outline[-1, 1])
        return np.asarray(np.maximum(side, cap) - round_by)

    return distance


def ring(center: Sequence[float], radius: float, thick: float, squash: float = 1.0) -> Field:
    """Return a torus that stands in the xy plane."""
    middle = np.array(center)

    def distance(points: Floats) -> Floats:
        at = points - middle
        return np.asarray(np.hypot(np.hypot(at[:, 0], at[:, 1] / squash) - radius, at[:, 2]) - thick)

    return distance


def merged(blend: float, *parts: Field) -> Field:
    """Return the union of shapes, with seams rounded by `blend`."""

    def distance(points: Floats) -> Floats:
        found = parts[0](points)
        for part in parts[1:]:
            other = part(points)
            mix = np.clip(0.5 + 0.5 * (other - found) / blend, 0, 1)
            found = other * (1 - mix) + found * mix - blend * mix * (1 - mix)
        return np.asarray(found)

    return distance


def without(solid: Field, cut: Field) -> Field:
    """Return a solid with another cut out of it."""
    return lambda points: np.maximum(solid(points), -cut(points))


def bumped(solid: Field, depth: float, scale: float) -> Field:
    """Return a solid with a surface of small waves, as hair or peel has it."""

    def distance(points: Floats) -> Floats:
        wave = np.sin(points * scale + np.sin(points[:, [1, 2, 0]] * scale * 0.7) * 1.7)
        return np.asarray(solid(points) - depth * wave.prod(axis=1))

    return distance


# --- light -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """A shape and what it is made of; `metal` and `gloss` are 0 to 1."""

    shape: Field
    base: Floats
    metal: float = 0.0
    gloss: float = 0.2
    glow: float = 0.0  # light that comes through it, as through skin


@dataclass(frozen=True)
class Studio:
    """The things, the window and the wall behind them."""

    things: tuple[Thing, ...]
    wall: tuple[Floats, Floats]  # low and high
    window: Floats = field(default_factory=lambda: np.array([-0.62, 0.62, 0.48]))
    key: Floats = field(default_factory=lambda: color("#fff2e2") * 2.6)
    fill: Floats = field(default_factory=lambda: color("#b9cce4") * 0.5)
    floor: Floats | None = None  # base colour of the table at y = 0
    fade: float = 0.16  # how soon the table goes over into the wall


def nearest(studio: Studio, points: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the distance to the nearest thing and which it is; the table is the last."""
    found = np.stack([thing.shape(points) for thing in studio.things], axis=0)
    if studio.floor is not None:
        found = np.concatenate([found, points[None, :, 1]], axis=0)
    which = found.argmin(axis=0)
    return found[which, np.arange(len(points))], which


def march(studio: Studio, eye: Floats, rays: Floats, far: float = 30.0) -> tuple[Floats, NDArray[np.int64]]:
    """Return how far each ray goes (`far` where it meets nothing), and what it meets."""
    gone, met = np.full(len(rays), 0.02), np.full(len(rays), -1)
    going = np.arange(len(rays))
    starts = np.broadcast_to(eye, rays.shape)
    for _ in range(110):
        step, which = nearest(studio, starts[going] + rays[going] * gone[going, None])
        hit = step < 0.0012 * np.maximum(gone[going], 1)
        met[going[hit]] = which[hit]
        gone[going] += np.where(hit, 0, step * 0.85)
        going = going[~hit & (gone[going] < far)]
        if not len(going):
            break
    return np.where(met >= 0, gone, far), met


def surroundings(studio: Studio, rays: Floats) -> Floats:
    """Return what is seen along a ray that meets nothing: wall, window, a strip of light."""
    low, high = studio.wall
    light = low + (high - low) * np.clip(rays[:, 1:2] * 1.3 + 0.3, 0, 1)
    window = studio.window / np.linalg.norm(studio.window)
    side = np.cross(window, [0, 1, 0])
    up = np.cross(side, window)
    across, along, ahead = rays @ side, rays @ up, rays @ window
    pane = (
        (ahead > 0) & (abs(across) < 0.34) & (abs(along) < 0.42) & (abs(across) > 0.02) & (abs(along) > 0.02)
    )
    strip = (abs(rays[:, 0] - 0.75) < 0.07) & (rays[:, 2] > -0.2)
    return np.asarray(light + pane[:, None] * studio.key * 2.1 + strip[:, None] * studio.fill * 1.6)


def shadow(studio: Studio, points: Floats, window: Floats) -> Floats:
    """Return the share of the window that is seen from each point (a soft penumbra)."""
    seen, gone = np.ones(len(points)), np.full(len(points), 0.03)
    for _ in range(36):
        step, _ = nearest(studio, points + window * gone[:, None])
        seen = np.minimum(seen, np.clip(0.5 + 5.0 * step / gone, 0, 1))
        gone += np.clip(step, 0.02, 0.3)
    return np.asarray(seen)


def shaded(studio: Studio, points: Floats, rays: Floats, met: NDArray[np.int64]) -> Floats:
    """Return the light that comes from points of surfaces towards the camera."""
    normals = np.empty_like(points)
    for axis in range(3):
        offset = np.zeros(3)
        offset[axis] = 0.0015
        normals[:, axis] = nearest(studio, points + offset)[0] - nearest(studio, points - offset)[0]
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    window = studio.window / np.linalg.norm(studio.window)
    out = points + normals * 0.01
    hidden = np.zeros(len(points))
    for step in (0.05, 0.14, 0.3, 0.55):
        hidden += np.clip(step - nearest(studio, out + normals * step)[0], 0, None) / step * 0.3
    open_air = np.clip(1 - hidden, 0.12, 1)[:, None]
    things = [
        *studio.things,
        Thing(lambda p: p[:, 1], studio.floor if studio.floor is not None else np.zeros(3)),
    ]
    base = np.stack([thing.base for thing in things])[met]
    metal, gloss, glow = (
        np.array([getattr(thing, name) for thing in things])[met][:, None]
        for name in ("metal", "gloss", "glow")
    )
    facing = np.clip(normals @ window, 0, 1)[:, None]
    wrapped = np.clip((normals @ window + 0.45) / 1.45, 0, 1)[:, None]
    lit = shadow(studio, out, window)[:, None]
    diffuse = studio.key * (facing * lit * (1 - glow) + wrapped * (0.35 + 0.65 * lit) * glow)
    sky = studio.fill * (0.55 + 0.45 * normals[:, 1:2]) * open_air
    bounced = rays - 2 * (rays * normals).sum(axis=1, keepdims=True) * normals
    edge = (1 - np.clip(-(rays * normals).sum(axis=1, keepdims=True), 0, 1)) ** 5
    mirror = surroundings(studio, bounced) * open_air
    tint = np.where(metal > 0.5, base, 0.04 * gloss * 4)
    return np.asarray(base * (1 - metal) * (diffuse + sky) + mirror * (tint + (1 - tint) * edge * gloss))


def photograph(
    studio: Studio, size: tuple[int, int], eye: Sequence[float], target: Sequence[float], lens: float
) -> Floats:
    """Return linear light (height, width, 3); `lens` is half the picture's height at distance 1."""
    width, height = size
    at = np.array(eye, float)
    forward = np.array(target) - at
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 1, 0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    y, x = np.mgrid[1 : -1 : height * 1j, -1 : 1 : width * 1j]
    rays = forward + lens * (y[..., None] * up + x[..., None] * right * width / height)
    rays = (rays / np.linalg.norm(rays, axis=2, keepdims=True)).reshape(-1, 3)
    gone, met = march(studio, at, rays)
    low, high = studio.wall
    tall = np.repeat(np.linspace(1, 0, height), width)[:, None]
    light = low + (high - low) * tall
    hit = met >= 0
    points = at + rays[hit] * gone[hit, None]
    surface = shaded(studio, points, rays[hit], met[hit])
    table = met[hit] == len(studio.things)
    haze = np.where(table, 1 - np.exp(-((np.clip(-points[:, 2], 0, None) * studio.fade) ** 2)), 0)[:, None]
    light[hit] = surface * (1 - haze) + light[hit] * haze
    return np.asarray(light.reshape(height, width, 3))
