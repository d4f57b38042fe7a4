"""`card.toml` in, `TemplateSpec` out. An error names the file, the key and what to write instead.

description = "…"           alt = "{title}, on {site}"     tags = ["article"]
fonts = ["Inter"]           # families that the card uses; their files are part of its version
variants = ["night"]        # drawn by card.night.html where that file exists, else by card.html
format = "png"              # what `.auto` gives to a client without preference
safe_format = "jpg"         # what `.auto-safe` is: png, jpg, "jpg if image"; without it each picture decides
[size]                      width = 1200, height = 630
[cache]                     max_age = "5m", stale_while_revalidate = "1d", stale_if_error = "7d"
[params.title]              type, required, default, max_length, min, max, choices, description,
                            brand = "accent": the default is the brand's value, where it has one
[fallback]                  params of the look that is drawn when the card itself cannot be
[warm]                      sizes = ["600x315"], formats = ["webp"]: drawn beside a card that is drawn ahead
[experiment]                name = "…", weights = { base = 50, night = 50 }: how `_v=auto` chooses
[samples]                   "https://example.com/a.jpg" = "a.jpg": pictures of the previews, beside card.toml

`preview.json` beside it is demo data for a template, and the worst cases that `emblazon lint` draws:

    {"params": {…}, "cases": {"arabic": {"params": {…}, "options": {"lang": "ar"}}}}

A case's params stand alone; its options are the reserved parameters of a URL without the underscore.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Formatter
from typing import TypeVar, cast

from emblazon.contract.manifest import MAX_WEIGHT, PARAM_NAME, PARAM_TYPES, weights_fault
from emblazon.contract.options import AUTO_VARIANT, FALLBACK_VARIANT, MAX_SIDE, MIN_SIDE
from emblazon.contract.params import ParamRules
from emblazon.contract.problem import BadParameter, Problem, unknown_word
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.schema import (
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
from emblazon.contract.uri import IgnoreList, IgnoreListError
from emblazon.contract.values import check_value

from ..errors import TemplateError
from .brand import BRAND_TEXTS, NO_BRAND, Brand

_KEYS = (
    "description", "alt", "tags", "fonts", "variants", "format", "safe_format", "size", "cache", "params",
    "fallback", "experiment", "warm", "samples",
)  # fmt: skip
_PARAM_KEYS = (
    "type", "required", "default", "max_length", "min", "max", "choices", "description", "brand",
)  # fmt: skip
_CACHE_KEYS = ("max_age", "stale_while_revalidate", "stale_if_error")
_DURATION = re.compile(r"([0-9]{1,9})([smhdw])")
_SIZE = re.compile(r"([0-9]{2,4})x([0-9]{2,4})")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SAMPLE_URL = re.compile(r"https://example\.(?:com|net|org)/")
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAMES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
    list: "an array",
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CardFile:
    """What `card.toml` says; the spec's version is still empty."""

    spec: TemplateSpec
    fonts: tuple[str, ...]
    samples: dict[str, str]


def read_card_file(path: Path, name: str, brand: Brand = NO_BRAND) -> CardFile:
    """Read and check the `card.toml` of the template called `name`; raises TemplateError."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise TemplateError(f"{path}: missing; a template needs card.html and card.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: not valid TOML: {error}") from None
    table = _Table(path, "", data, _KEYS)
    params = {key: _param(path, key, value, brand) for key, value in table.get("params", dict, {}).items()}
    size = table.table("size", ("width", "height"))
    cache = table.table("cache", _CACHE_KEYS)
    life = CacheLife()
    spec = TemplateSpec(
        name=name,
        version="",
        params=params,
        width=size.whole("width", 1200, MIN_SIDE, MAX_SIDE),
        height=size.whole("height", 630, MIN_SIDE, MAX_SIDE),
        cache=CacheLife(
            cache.seconds("max_age", life.max_age),
            cache.seconds("stale_while_revalidate", life.stale_while_revalidate),
            cache.seconds("stale_if_error", life.stale_if_error),
        ),
        tags=table.words("tags", pattern=_WORD),
        variants=table.words("variants", pattern=_WORD),
        experiment=_experiment(table),
        warm=_warm(table),
        alt=table.get("alt", str, ""),
        description=table.get("description", str, ""),
        default_format=cast(Format, table.one_of("format", FORMATS, "png")),
        safe_format=table.get("safe_format", str, ""),
    )
    _check_variants(table, spec)
    _check_alt(table, spec)
    if fault := safe_format_fault(spec.safe_format, spec.params):
        raise table.error("safe_format", fault)
    return CardFile(replace(spec, fallback=_fallback(table, spec)), table.words("fonts"), _samples(table))


def _param(path: Path, name: str, data: object, brand: Brand) -> ParamSpec:
    where = f"params.{name}"
    if not PARAM_NAME.fullmatch(name):
        raise TemplateError(f"{path}: {where}: a name is a lower-case letter, then a-z 0-9 _")
    if name in ignored_params():
        raise TemplateError(
            f"{path}: {where}: others append this name to URLs, so no card sees it; "
            "rename it, or take it off EMBLAZON_IGNORE_PARAMS at the edge and here"
        )
    table = _Table(path, where, data, _PARAM_KEYS)
    spec = ParamSpec(
        name=name,
        type=cast(ParamType, table.one_of("type", PARAM_TYPES, "string")),
        required=table.get("required", bool, False),
        max_length=table.whole("max_length", 300, 1, 100_000),
        min=table.number("min"),
        max=table.number("max"),
        choices=table.words("choices"),
        description=table.get("description", str, ""),
    )
    if spec.type == "choice" and not spec.choices:
        raise table.error("choices", 'a choice needs them: choices = ["a", "b"]')
    if spec.required and "default" in table.data:
        raise table.error("default", "a required parameter has no default; drop one of the two")
    if "default" in table.data:
        spec = replace(spec, default=table.value("default", spec))
    if "brand" not in table.data:
        return spec
    own = getattr(brand, table.one_of("brand", BRAND_TEXTS, ""))
    return replace(spec, default=check_value(spec, own)) if own and not spec.required else spec


def ignored_params() -> IgnoreList:
    """Return the ignore list of this process; raises TemplateError where the setting is wrong."""
    try:
        return IgnoreList.parse(os.environ.get("EMBLAZON_IGNORE_PARAMS", ""))
    except IgnoreListError as error:
        raise TemplateError(f"EMBLAZON_IGNORE_PARAMS: {error}") from None


def _fallback(table: _Table, spec: TemplateSpec) -> dict[str, ParamValue]:
    fallback = table.table("fallback", tuple(spec.params))
    values = {name: fallback.value(name, spec.params[name]) for name in fallback.data}
    return {name: value for name, value in values.items() if value is not None}


def _warm(table: _Table) -> Warm:
    """Read `[warm]`: the sizes and formats that are drawn beside a card that is drawn ahead."""
    warm = table.table("warm", ("sizes", "formats"))
    sizes: list[tuple[int, int]] = []
    for text in warm.words("sizes"):
        size = _SIZE.fullmatch(text)
        if size is None or not all(MIN_SIDE <= int(side) <= MAX_SIDE for side in size.groups()):
            raise warm.error(
                "sizes", f'{text!r} is no size; write "600x315", sides of {MIN_SIDE} to {MAX_SIDE}'
            )
        sizes.append((int(size[1]), int(size[2])))
    formats = warm.words("formats")
    for name in formats:
        if name not in FORMATS:
            raise warm.error("formats", unknown_word("Value", name, list(FORMATS))[0])
    return Warm(tuple(sizes), cast("tuple[Format, ...]", formats))


def _experiment(table: _Table) -> Experiment:
    """Read `[experiment]`: its name, and the weights of the looks that `_v=auto` chooses among."""
    experiment = table.table("experiment", ("name", "weights"))
    looks = (BASE_LOOK, *table.words("variants"))
    weights = experiment.table("weights", looks)
    named = {look: weights.whole(look, 0, 0, MAX_WEIGHT) for look in weights.data}
    if fault := weights_fault(named, looks):
        raise experiment.error("weights", fault)
    return Experiment(experiment.get("name", str, ""), named)


def _check_variants(table: _Table, spec: TemplateSpec) -> None:
    taken = {
        FALLBACK_VARIANT: "is always there; describe it under [fallback]",
        AUTO_VARIANT: "stands for the one that the experiment chooses",
        BASE_LOOK: "stands for the template's own look",
    }
    for name in spec.variants:
        if name in taken:
            raise table.error("variants", f"{name!r} {taken[name]}")


def _samples(table: _Table) -> dict[str, str]:
    """Pictures by the address that stands for them; only addresses that are nobody's (RFC 2606 §3)."""
    samples = table.get("samples", dict, {})
    for url, name in samples.items():
        if not _SAMPLE_URL.match(url):
            raise table.error("samples", f"{url!r} is somebody's; begin it with https://example.com/")
        if not isinstance(name, str) or not (table.path.parent / name).is_file():
            raise table.error("samples", f"{name!r} is no file beside it")
    return samples


def _check_alt(table: _Table, spec: TemplateSpec) -> None:
    try:
        fields = [name for _, name, _, _ in Formatter().parse(spec.alt) if name is not None]
    except ValueError as error:
        raise table.error("alt", f"{error}; write {{name}} for a parameter") from None
    for name in fields:
        if name not in spec.params:
            raise table.error("alt", unknown_word("Parameter", name, [*spec.params])[0])


class _Table:
    """Typed access to one TOML table; unknown keys are errors, since a misspelt key would do nothing."""

    def __init__(self, path: Path, where: str, data: object, known: tuple[str, ...]) -> None:
        self.path, self.where = path, where
        if not isinstance(data, dict):
            raise TemplateError(f"{path}: {where}: expected a table")
        self.data: dict[str, object] = data
        for key in data:
            if key not in known:
                raise self.error(key, unknown_word("Key", key, list(known))[0])

    def error(self, key: str, what: str) -> TemplateError:
        where = f"{self.where}.{key}" if self.where else key
        return TemplateError(f"{self.path}: {where}: {what}", public="The template is at fault.")

    def get(self, key: str, kind: type[T], default: T) -> T:
        value = self.data.get(key, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"expected {_NAMES[kind]}")
        return value

    def table(self, key: str, known: tuple[str, ...]) -> _Table:
        where = f"{self.where}.{key}" if self.where else key
        return _Table(self.path, where, self.data.get(key, {}), known)

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self.get(key, int, default)
        if not low <= value <= high:
            raise self.error(key, f"{value} is not between {low} and {high}")
        return value

    def number(self, key: str) -> float | None:
        value = self.data.get(key)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        raise self.error(key, "expected a number")

    def seconds(self, key: str, default: int) -> int:
        value = self.data.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9:
            return value
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.error(key, 'expected seconds, or a duration such as "5m", "2h", "7d"')
        return int(match[1]) * _SECONDS[match[2]]

    def words(self, key: str, pattern: re.Pattern[str] | None = None) -> tuple[str, ...]:
        values = self.get(key, list, [])
        for value in values:
            if not isinstance(value, str):
                raise self.error(key, "expected an array of strings")
            if pattern and not pattern.fullmatch(value):
                raise self.error(key, f"{value!r} may have only a-z 0-9 _ -")
        return tuple(values)

    def one_of(self, key: str, known: tuple[str, ...], default: str) -> str:
        value = self.get(key, str, default)
        if value not in known:
            raise self.error(key, unknown_word("Value", value, list(known))[0])
        return value

    def value(self, key: str, spec: ParamSpec) -> ParamValue | None:
        try:
            # TOML's own dates become the text that a URL would carry.
            raw = self.data[key]
            return check_value(spec, raw.isoformat() if hasattr(raw, "isoformat") else raw)
        except BadParameter as problem:
            raise self.error(key, problem.detail) from None


@dataclass(frozen=True, slots=True)
class Preview:
    """Checked cards by case name; `preview` is the one for show."""

    cases: Mapping[str, CardRequest] = field(default_factory=dict)


def read_preview(path: Path, spec: TemplateSpec) -> Preview:
    """Read `preview.json`, if there is one; raises TemplateError that names the case and the parameter."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Preview()
    except ValueError as error:
        raise TemplateError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("cases", {}), dict):
        raise TemplateError(f'{path}: expected {{"params": {{…}}, "cases": {{…}}}}')
    manifest = Manifest("", {spec.name: spec})
    main = {name: value for name, value in data.items() if name != "cases"}
    cases = {"preview": main, **data.get("cases", {})}
    return Preview({name: _case(path, name, case, spec, manifest) for name, case in cases.items()})


def _case(path: Path, name: str, case: object, spec: TemplateSpec, manifest: Manifest) -> CardRequest:
    if not isinstance(case, dict):
        raise TemplateError(f"{path}: {name}: expected an object")
    try:
        request = build_request({**case, "template": spec.name}, manifest, rules=ParamRules(strict=True))
    except Problem as problem:
        raise TemplateError(f"{path}: {name}: {problem.detail}") from None
    for finding in request.findings:
        raise TemplateError(f"{path}: {name}: {finding.detail}")
    return request
