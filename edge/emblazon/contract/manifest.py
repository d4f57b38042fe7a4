"""`/manifest.json` in and out.

    {"manifest": 1, "renderer": "…", "templates": {"article": {"version": "…", "params": {"title": {…}}, …}}}

Members that this version does not know are ignored, so that an edge may be older than its origin; members
that it knows must be right. What equals its default is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ..typed import TypeVar, cast, get_args
from .options import MAX_SIDE, MIN_SIDE
from .problem import BadParameter, unknown_word
from .route import TEMPLATE_NAME
from .schema import (
    BASE_LOOK,
    FORMATS,
    CacheLife,
    Experiment,
    Format,
    Manifest,
    ParamSpec,
    ParamType,
    ParamValue,
    TemplateSpec,
    Warm,
    safe_format_fault,
)
from .values import check_value

MANIFEST_VERSION = 1
MAX_WEIGHT = 1_000_000
PARAM_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
PARAM_TYPES: tuple[ParamType, ...] = get_args(ParamType)

_KINDS: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    dict: "an object",
    list: "an array",
}
T = TypeVar("T")
Object = dict[str, object]


class ManifestError(ValueError):
    """The manifest is not what it should be; the message begins with the path to the member at fault."""


def manifest_to_json(manifest: Manifest) -> bytes:
    """Write a manifest; equal manifests give equal bytes."""
    document = {
        "manifest": MANIFEST_VERSION,
        "renderer": manifest.renderer,
        "templates": {name: template_to_dict(spec) for name, spec in manifest.templates.items()},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def template_to_dict(spec: TemplateSpec) -> Object:
    """One template as JSON members."""
    members: Object = {
        "version": spec.version,
        # An array: the order of parameters is the author's, and JSON objects have none.
        "params": [_param_to_dict(param) for param in spec.params.values()],
        "width": spec.width,
        "height": spec.height,
        "cache": {
            "max_age": spec.cache.max_age,
            "stale_while_revalidate": spec.cache.stale_while_revalidate,
            "stale_if_error": spec.cache.stale_if_error,
        },
        "default_format": spec.default_format,
    }
    optional: Object = {
        "tags": list(spec.tags),
        "variants": list(spec.variants),
        "warm": _warm_to_dict(spec.warm),
        "experiment": _experiment_to_dict(spec.experiment),
        "alt": spec.alt,
        "description": spec.description,
        "safe_format": spec.safe_format,
        "fallback": {name: _plain(value) for name, value in spec.fallback.items()},
    }
    return members | {name: value for name, value in optional.items() if value}


def _warm_to_dict(warm: Warm) -> Object:
    members: Object = {"sizes": [list(size) for size in warm.sizes], "formats": list(warm.formats)}
    return {name: value for name, value in members.items() if value}


def _experiment_to_dict(experiment: Experiment) -> Object:
    members: Object = {"name": experiment.name, "weights": dict(experiment.weights)}
    return {name: value for name, value in members.items() if value}


def _param_to_dict(param: ParamSpec) -> Object:
    optional: Object = {
        "required": param.required,
        "default": _plain(param.default),
        "min": param.min,
        "max": param.max,
        "choices": list(param.choices),
        "description": param.description,
    }
    kept = {
        name: value for name, value in optional.items() if value not in (None, "", [], False) or value == 0
    }
    kept = {name: value for name, value in kept.items() if not (name == "required" and not value)}
    return {"name": param.name, "type": param.type, "max_length": param.max_length} | kept


def _plain(value: ParamValue | None) -> object:
    return list(value) if isinstance(value, tuple) else value


def manifest_from_json(document: bytes | str) -> Manifest:
    """Read a manifest; raises ManifestError."""
    try:
        data = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise ManifestError(f"manifest: not JSON: {error}") from None
    root = _Reader("manifest", data)
    version = root.get("manifest", int)
    if version != MANIFEST_VERSION:
        raise ManifestError(
            f"manifest.manifest: version {version} is not {MANIFEST_VERSION}; update the edge"
        )
    templates = root.members_of("templates")
    return Manifest(
        renderer=root.get("renderer", str),
        templates={name: template_from_dict(name, value) for name, value in templates.items()},
    )


def template_from_dict(name: str, data: object) -> TemplateSpec:
    """Read one template; raises ManifestError."""
    if not TEMPLATE_NAME.fullmatch(name):
        raise ManifestError(f"templates: {name[:64]!r} is not a template name")
    reader = _Reader(f"templates.{name}", data)
    params = [_param_from_dict(reader.path, item) for item in reader.array("params")]
    by_name = {param.name: param for param in params}
    cache = _Reader(f"{reader.path}.cache", reader.members_of("cache", {}))
    life = CacheLife()
    return TemplateSpec(
        name=name,
        version=reader.get("version", str),
        params=by_name,
        width=reader.whole("width", 1200, MIN_SIDE, MAX_SIDE),
        height=reader.whole("height", 630, MIN_SIDE, MAX_SIDE),
        cache=CacheLife(
            cache.whole("max_age", life.max_age),
            cache.whole("stale_while_revalidate", life.stale_while_revalidate),
            cache.whole("stale_if_error", life.stale_if_error),
        ),
        tags=reader.words("tags"),
        variants=reader.words("variants"),
        experiment=_experiment(reader),
        warm=_warm(reader),
        alt=reader.get("alt", str, ""),
        description=reader.get("description", str, ""),
        default_format=cast(Format, reader.one_of("default_format", FORMATS, "png")),
        safe_format=_safe_format(reader, by_name),
        fallback=_fallback(reader, by_name),
    )


def _safe_format(reader: _Reader, params: dict[str, ParamSpec]) -> str:
    given = reader.get("safe_format", str, "")
    if fault := safe_format_fault(given, params):
        raise ManifestError(f"{reader.path}.safe_format: {fault}")
    return given


def _warm(reader: _Reader) -> Warm:
    table = _Reader(f"{reader.path}.warm", reader.members_of("warm", {}))
    sizes: list[tuple[int, int]] = []
    for size in table.array("sizes", []):
        if not (isinstance(size, list) and len(size) == 2 and all(map(_is_side, size))):
            raise ManifestError(f"{table.path}.sizes: {str(size)[:40]} is not [width, height]")
        sizes.append((size[0], size[1]))
    formats = table.words("formats")
    for name in formats:
        if name not in FORMATS:
            raise ManifestError(f"{table.path}.formats: {name[:40]!r} is not one of {', '.join(FORMATS)}")
    return Warm(tuple(sizes), cast("tuple[Format, ...]", formats))


def _is_side(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and MIN_SIDE <= value <= MAX_SIDE


def _experiment(reader: _Reader) -> Experiment:
    table = _Reader(f"{reader.path}.experiment", reader.members_of("experiment", {}))
    weights = _Reader(f"{table.path}.weights", table.members_of("weights", {}))
    named = {name: weights.whole(name, 0, 0, MAX_WEIGHT) for name in weights.members}
    if fault := weights_fault(named, reader.words("variants")):
        raise ManifestError(f"{weights.path}: {fault}")
    return Experiment(table.get("name", str, ""), named)


def weights_fault(weights: Mapping[str, int], variants: Sequence[str]) -> str:
    """Return what is wrong with the weights of an experiment, empty where nothing is."""
    for name in weights:
        if name not in (BASE_LOOK, *variants):
            return unknown_word("Look", name, [BASE_LOOK, *variants])[0]
    return "all of them are 0" if weights and not any(weights.values()) else ""


def _fallback(reader: _Reader, params: dict[str, ParamSpec]) -> dict[str, ParamValue]:
    values: dict[str, ParamValue] = {}
    for name, raw in reader.members_of("fallback", {}).items():
        path = f"{reader.path}.fallback.{name}"
        if name not in params:
            raise ManifestError(f"{path}: no such parameter")
        value = _checked(path, params[name], raw)
        if value is not None:
            values[name] = value
    return values


def _param_from_dict(path: str, data: object) -> ParamSpec:
    reader = _Reader(f"{path}.params", data)
    name = reader.get("name", str)
    if not PARAM_NAME.fullmatch(name):
        raise ManifestError(f"{path}.params: {name[:64]!r} is not a parameter name")
    reader = _Reader(f"{path}.params.{name}", data)
    spec = ParamSpec(
        name=name,
        type=cast(ParamType, reader.one_of("type", PARAM_TYPES, "string")),
        required=reader.get("required", bool, False),
        max_length=reader.whole("max_length", 300, 1),
        min=reader.number("min"),
        max=reader.number("max"),
        choices=reader.words("choices"),
        description=reader.get("description", str, ""),
    )
    default = reader.members.get("default")
    if default is None:
        return spec
    value = _checked(f"{reader.path}.default", spec, default)
    return ParamSpec(
        name=spec.name, type=spec.type, required=spec.required, default=value, max_length=spec.max_length,
        min=spec.min, max=spec.max, choices=spec.choices, description=spec.description,
    )  # fmt: skip


def _checked(path: str, spec: ParamSpec, raw: object) -> ParamValue | None:
    try:
        return check_value(spec, raw)
    except BadParameter as problem:
        raise ManifestError(f"{path}: {problem.detail}") from None


class _Reader:
    """Typed access to the members of one JSON object; errors name the path."""

    def __init__(self, path: str, data: object) -> None:
        if not isinstance(data, dict):
            raise ManifestError(f"{path}: expected an object")
        self.path = path
        self.members: Object = data

    def get(self, name: str, kind: type[T], default: T | None = None) -> T:
        value = self.members.get(name, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ManifestError(f"{self.path}.{name}: expected {_KINDS[kind]}")
        return value

    def members_of(self, name: str, default: Object | None = None) -> Object:
        """A member that is a JSON object."""
        return cast(Object, self.get(name, dict, default))

    def array(self, name: str, default: list[object] | None = None) -> list[object]:
        """A member that is a JSON array."""
        return cast("list[object]", self.get(name, list, default))

    def whole(self, name: str, default: int, low: int = 0, high: int = 2**53) -> int:
        value = self.get(name, int, default)
        if not low <= value <= high:
            raise ManifestError(f"{self.path}.{name}: {value} is not between {low} and {high}")
        return value

    def number(self, name: str) -> float | None:
        value = self.members.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ManifestError(f"{self.path}.{name}: expected a number")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        values = self.array(name, [])
        if not all(isinstance(value, str) for value in values):
            raise ManifestError(f"{self.path}.{name}: expected an array of strings")
        return tuple(map(str, values))

    def one_of(self, name: str, known: tuple[str, ...], default: str) -> str:
        value = self.get(name, str, default)
        if value not in known:
            raise ManifestError(f"{self.path}.{name}: {value[:40]!r} is not one of {', '.join(known)}")
        return value
