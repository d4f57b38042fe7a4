"""The registry of CSS properties: what each is called, how it parses, and how far it is supported.

One row per property; the cascade, `@supports`, the diagnostics and `docs/css.md` all read it. A `key` is the
CSS name with `_` for `-`: the field of `ComputedStyle`, or an intermediate that `compute` folds into one.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ...caching import remembered
from ..values.tokens import Cursor

Status = Literal["yes", "partly", "no", "inert", "svg"]
Parse = Callable[[Cursor], object]
# Values by key, each of the type that the parser of its row gives; no type of a dictionary can: hence `Any`.
Values: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Longhand:
    """A property that stands for itself. `parse` reads everything but the CSS-wide keywords."""

    name: str
    key: str
    initial: Any  # of the type that `parse` gives
    parse: Parse
    inherited: bool = False
    status: Status = "yes"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A property that sets others; `parse` returns a value for each of `keys`."""

    name: str
    keys: tuple[str, ...]
    parse: Callable[[Cursor], Mapping[str, object]]
    status: Status = "yes"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Logical:
    """A flow-relative property: the physical keys it is in left-to-right and right-to-left text."""

    name: str
    ltr: tuple[str, ...]
    rtl: tuple[str, ...]
    parse: Callable[[Cursor], Mapping[str, object]]  # by ltr keys
    status: Status = "yes"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A property that styles no CSS box: `inert` by nature, of SVG shapes, or not supported."""

    name: str
    status: Status
    note: str
    harmless: frozenset[str] = frozenset()  # values of one that is not drawn that change nothing


Property = Longhand | Shorthand | Logical | Other

PROPERTIES: dict[str, Property] = {}
ALIASES: dict[str, str] = {}
LONGHANDS: dict[str, Longhand] = {}  # by key


def longhand(
    name: str,
    initial: object,
    parse: Parse,
    *,
    inherited: bool = False,
    key: str | None = None,
    status: Status = "yes",
    note: str = "",
) -> None:
    """Register a longhand."""
    row = Longhand(name, key or name.replace("-", "_"), initial, parse, inherited, status, note)
    PROPERTIES[name] = row
    LONGHANDS[row.key] = row


def shorthand(
    name: str,
    keys: tuple[str, ...],
    parse: Callable[[Cursor], Mapping[str, object]],
    *,
    status: Status = "yes",
    note: str = "",
) -> None:
    """Register a shorthand."""
    PROPERTIES[name] = Shorthand(name, keys, parse, status, note)


def logical(name: str, ltr: str, rtl: str | None = None) -> None:
    """Register a flow-relative longhand over physical keys (the same in both directions by default)."""
    of = LONGHANDS[ltr]
    PROPERTIES[name] = Logical(
        name, (ltr,), (rtl or ltr,), lambda c: {ltr: of.parse(c)}, note=f"as {of.name}"
    )


def logical_pair(name: str, start: str, end: str, *, swaps: bool) -> None:
    """Register a flow-relative two-value shorthand such as `margin-inline`."""
    parse = LONGHANDS[start].parse

    def both(cursor: Cursor) -> Mapping[str, object]:
        first = parse(cursor)
        return {start: first, end: first if cursor.done else parse(cursor)}

    rtl = (end, start) if swaps else (start, end)
    PROPERTIES[name] = Logical(name, (start, end), rtl, both)


def alias(name: str, of: str) -> None:
    """Register another name of a property."""
    ALIASES[name] = of


def inert(note: str, *names: str) -> None:
    """Register properties that can have no effect on a still picture."""
    for name in names:
        PROPERTIES[name] = Other(name, "inert", note)


def svg(note: str, *names: str) -> None:
    """Register properties of SVG shapes, which `style.svg` writes into inline SVG."""
    for name in names:
        PROPERTIES[name] = Other(name, "svg", note)


def unsupported(note: str, *names: str, harmless: tuple[str, ...] = ()) -> None:
    """Register properties that Emblazon does not draw, with the reason, and values that change nothing."""
    for name in names:
        PROPERTIES[name] = Other(name, "no", note, frozenset(harmless))


def find(name: str) -> Property | None:
    """Return a property's row by its (lower-case) name or alias."""
    return PROPERTIES.get(ALIASES.get(name, name))


@remembered("suggestions", 1024, bytes_each=200)
def suggest(name: str) -> str:
    """Return `; did you mean 'color'?` for a misspelt name, or an empty string."""
    if len(name) > 60:
        return ""
    near = difflib.get_close_matches(name, [*PROPERTIES, *ALIASES], n=1, cutoff=0.75)
    return f"; did you mean '{near[0]}'?" if near else ""
