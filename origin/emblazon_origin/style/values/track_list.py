"""Track lists, areas and lines of CSS Grid 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from . import value_types as v
from .calculation import integer, is_math, length
from .terms import finite
from .tokens import Cursor, InvalidValue, Specified, Token, UnsupportedValue, lift, lift_tuple, unexpected

_BREADTHS: tuple[Literal["auto", "min-content", "max-content"], ...] = ("auto", "min-content", "max-content")
_RESERVED = ("auto", "span", "inherit", "initial", "unset", "revert", "revert-layer", "default")
MAX_TRACKS = 10_000


def breadth(cursor: Cursor, flexible: bool = True) -> Specified[v.TrackBreadth]:
    """Read a <track-breadth>."""
    token = cursor.peek()
    name = cursor.keyword(*_BREADTHS)
    if name is not None:
        return name
    if flexible and token is not None and token.type == "dimension" and token.lower_unit == "fr":
        cursor.next()
        if token.value < 0:
            raise InvalidValue("negative fr")
        return v.Fr(finite(token.value))
    return length(cursor, 0)


def track_size(cursor: Cursor) -> Specified[v.TrackSize]:
    """Read a <track-size>."""
    if (token := cursor.function("minmax")) is not None:
        inner = Cursor(token.arguments)
        low = breadth(inner, flexible=False)
        if not inner.literal(","):
            raise InvalidValue("minmax() takes two arguments")
        high = breadth(inner)
        inner.end()
        return lift(v.TrackSize, low, high)
    if (token := cursor.function("fit-content")) is not None:
        inner = Cursor(token.arguments)
        limit = length(inner, 0)
        inner.end()
        return lift(lambda fit: v.TrackSize("auto", "max-content", fit), limit)
    size = breadth(cursor)
    # A lone flexible length is minmax(auto, <flex>) (Grid 2 §7.2.4).
    return lift(lambda b: v.TrackSize("auto" if isinstance(b, v.Fr) else b, b), size)


def _names(cursor: Cursor) -> tuple[str, ...]:
    found: list[str] = []
    while (token := cursor.peek()) is not None and token.type == "[] block":
        cursor.next()
        for item in Cursor(token.content).tokens:
            if item.type != "ident" or item.lower_value in _RESERVED:
                unexpected(item)
            found.append(item.value)
    return tuple(found)


def _repeat(token: Token) -> Specified[v.TrackRepeat]:
    inner = Cursor(token.arguments)
    automatic: Literal["auto-fill", "auto-fit"] | None = inner.keyword("auto-fill", "auto-fit")
    count: Specified[int | Literal["auto-fill", "auto-fit"]] = automatic or integer(inner, 1)
    if not inner.literal(","):
        raise InvalidValue("repeat() takes a count and a track list")
    names, tracks = [_names(inner)], []
    while not inner.done:
        tracks.append(track_size(inner))
        names.append(_names(inner))
    if not tracks:
        raise InvalidValue("repeat() takes a track list")
    if isinstance(count, int):  # large grids are cut off (§5.4)
        count = min(count, max(1, MAX_TRACKS // len(tracks)))
    return lift(lambda n, t: v.TrackRepeat(n, t, tuple(names)), count, lift_tuple(tracks))


def track_list(cursor: Cursor) -> Specified[v.TrackList]:
    """Read `grid-template-rows|columns`."""
    if cursor.keyword("none"):
        return v.TrackList()
    if cursor.ident() == "masonry":
        raise UnsupportedValue("masonry is not laid out")
    if cursor.keyword("subgrid"):
        return v.TrackList((), tuple(_line_names(cursor)), subgrid=True)
    names, items = [_names(cursor)], []
    while not cursor.done and not _is_slash(cursor.peek()):
        repeat = cursor.function("repeat")
        items.append(_repeat(repeat) if repeat is not None else track_size(cursor))
        names.append(_names(cursor))
    if not items:
        raise InvalidValue("expected tracks")
    _check_repeats(items)
    return lift(lambda i: v.TrackList(i, tuple(names)), lift_tuple(items))


def _line_names(cursor: Cursor) -> list[tuple[str, ...]]:
    """Read the <line-name-list> of a subgrid; what repeats to fill names the lines once."""
    names: list[tuple[str, ...]] = []
    while (token := cursor.peek()) is not None and not _is_slash(token):
        if token.type == "[] block":
            cursor.next()
            names.append(_names(Cursor([token])))
            continue
        repeat = cursor.function("repeat")
        if repeat is None:
            unexpected(token)
        inner = Cursor(repeat.arguments)
        count = 1 if inner.keyword("auto-fill") else integer(inner, 1)
        if not inner.literal(",") or not isinstance(count, int):
            raise InvalidValue("repeat() takes a count and line names")
        names += _line_names(inner) * min(count, MAX_TRACKS)
    return names[:MAX_TRACKS]


def _check_repeats(items: Sequence[object]) -> None:
    """One automatic repetition at most, of fixed sizes, beside fixed sizes only (Grid 2 §7.2.3)."""
    automatic = [i for i in items if isinstance(i, v.TrackRepeat) and isinstance(i.count, str)]
    if not automatic:
        return
    sizes = [t for i in items for t in (i.tracks if isinstance(i, v.TrackRepeat) else (i,))]
    fixed = all(
        isinstance(t.min, v.Length) or isinstance(t.max, v.Length)
        for t in sizes
        if isinstance(t, v.TrackSize)
    )
    if len(automatic) > 1 or not fixed or any(t.fit is not None for t in sizes if isinstance(t, v.TrackSize)):
        raise InvalidValue("auto-fill and auto-fit repeat once, and take tracks of a fixed size")


def _is_slash(token: Token | None) -> bool:
    return token is not None and token.type == "literal" and token.value == "/"


def auto_tracks(cursor: Cursor) -> Specified[tuple[v.TrackSize, ...]]:
    """Read `grid-auto-rows|columns`."""
    sizes = [track_size(cursor)]
    while not cursor.done and not _is_slash(cursor.peek()):
        sizes.append(track_size(cursor))
    return lift_tuple(sizes)


def area_row(text: str) -> tuple[str, ...]:
    """Return the cells of one row string of `grid-template-areas`."""
    cells = tuple("." if set(cell) == {"."} else cell for cell in text.split())
    if not cells:
        raise InvalidValue("an empty row of areas")
    return cells


def checked_areas(rows: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Raise unless rows are of one length and every area is a rectangle."""
    if len({len(row) for row in rows}) != 1:
        raise InvalidValue("the rows of grid-template-areas differ in length")
    cells: dict[str, list[tuple[int, int]]] = {}
    for y, row in enumerate(rows):
        for x, name in enumerate(row):
            if name != ".":
                cells.setdefault(name, []).append((x, y))
    for name, points in cells.items():
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        if (max(xs) - min(xs) + 1) * (max(ys) - min(ys) + 1) != len(points):
            raise InvalidValue(f"the area '{name}' is not a rectangle")
    return tuple(rows)


def areas(cursor: Cursor) -> tuple[tuple[str, ...], ...]:
    """Read `grid-template-areas`."""
    if cursor.keyword("none"):
        return ()
    rows = []
    while (token := cursor.peek()) is not None and token.type == "string":
        rows.append(area_row(token.value))
        cursor.next()
    if not rows:
        unexpected(cursor.peek())
    return checked_areas(rows)


def grid_line(cursor: Cursor) -> Specified[v.GridLine]:
    """Read a <grid-line>: auto, a number, `span n`, a name."""
    if cursor.keyword("auto"):
        return v.GridLine()
    span, line_number, name = False, None, None
    while (token := cursor.peek()) is not None and not _is_slash(token):
        if token.type == "ident" and token.lower_value == "span" and not span:
            span = True
            cursor.next()
        elif token.type == "ident" and name is None and token.lower_value not in _RESERVED:
            name = str(cursor.next().value)
        elif (token.type == "number" or is_math(token)) and line_number is None:
            line_number = integer(cursor)
        else:
            unexpected(token)
    if line_number is None and name is None:
        raise InvalidValue("expected a grid line")
    if line_number == 0 or (span and isinstance(line_number, int) and line_number < 1):
        raise InvalidValue("a grid line is never 0")
    if span:
        return lift(lambda n: v.GridLine(span=n, name=name), 1 if line_number is None else line_number)
    return lift(lambda n: v.GridLine(number=n, name=name), line_number)


def grid_lines(cursor: Cursor, keys: tuple[str, ...]) -> dict[str, Specified[v.GridLine]]:
    """Read lines between slashes; a missing one repeats a custom identifier, else is auto (§8.4)."""
    lines = [grid_line(cursor)]
    while cursor.literal("/"):
        lines.append(grid_line(cursor))
    if len(lines) > len(keys):
        raise InvalidValue("too many grid lines")
    while len(lines) < len(keys):
        source = lines[0] if len(lines) < 3 else lines[1]
        named = (
            isinstance(source, v.GridLine) and source.name and source.number is None and source.span is None
        )
        lines.append(source if named else v.GridLine())
    return dict(zip(keys, lines, strict=True))


_TEMPLATE = ("grid_template_rows", "grid_template_columns", "grid_template_areas")


def grid_template(cursor: Cursor) -> dict[str, object]:
    """Read `grid-template`."""
    none = v.TrackList()
    if cursor.ident() == "none" and len(cursor.tokens) - cursor.i == 1:
        cursor.next()
        return dict(zip(_TEMPLATE, (none, none, ()), strict=True))
    if any(t.type == "string" for t in cursor.tokens[cursor.i :]):
        return _template_with_areas(cursor)
    rows = track_list(cursor)
    if not cursor.literal("/"):
        raise InvalidValue("grid-template takes rows / columns")
    return dict(zip(_TEMPLATE, (rows, track_list(cursor), ()), strict=True))


def _template_with_areas(cursor: Cursor) -> dict[str, object]:
    rows: list[tuple[str, ...]] = []
    sizes: list[Specified[v.TrackSize]] = []
    names: list[tuple[str, ...]] = []
    pending = _names(cursor)
    while (token := cursor.peek()) is not None and token.type == "string":
        rows.append(area_row(cursor.next().value))
        following = cursor.peek()
        auto = following is None or following.type in ("string", "[] block") or _is_slash(following)
        sizes.append(v.TrackSize("auto", "auto") if auto else track_size(cursor))
        names.append(pending)
        pending = _names(cursor)
    names.append(pending)
    columns: Specified[v.TrackList] = v.TrackList()
    if cursor.literal("/"):
        columns = track_list(cursor)
        if any(isinstance(i, v.TrackRepeat) for i in getattr(columns, "items", ())):
            raise InvalidValue("repeat() is not allowed beside rows of areas")
    tracks = lift(lambda i: v.TrackList(i, tuple(names)), lift_tuple(sizes))
    return dict(zip(_TEMPLATE, (tracks, columns, checked_areas(rows)), strict=True))


_GRID_INITIAL: dict[str, object] = {
    "grid_template_rows": v.TrackList(),
    "grid_template_columns": v.TrackList(),
    "grid_template_areas": (),
    "grid_auto_rows": (),
    "grid_auto_columns": (),
    "grid_auto_flow": "row",
}
GRID_KEYS = tuple(_GRID_INITIAL)


def grid(cursor: Cursor) -> dict[str, object]:
    """Read `grid`: a template, or `auto-flow` on one side of the slash (§7.8)."""
    idents = [t.lower_value for t in cursor.tokens if t.type == "ident"]
    if "auto-flow" not in idents:
        return {**_GRID_INITIAL, **grid_template(cursor)}
    found = dict(_GRID_INITIAL)
    if cursor.ident() in ("auto-flow", "dense"):
        found["grid_auto_flow"] = _auto_flow(cursor, "row")
        if not _is_slash(cursor.peek()):
            found["grid_auto_rows"] = auto_tracks(cursor)
        if not cursor.literal("/"):
            raise InvalidValue("expected '/'")
        found["grid_template_columns"] = track_list(cursor)
        return found
    found["grid_template_rows"] = track_list(cursor)
    if not cursor.literal("/"):
        raise InvalidValue("expected '/'")
    found["grid_auto_flow"] = _auto_flow(cursor, "column")
    if not cursor.done:
        found["grid_auto_columns"] = auto_tracks(cursor)
    return found


def _auto_flow(cursor: Cursor, axis: str) -> str:
    words = {cursor.keyword("auto-flow", "dense"), cursor.keyword("auto-flow", "dense")}
    if "auto-flow" not in words:
        raise InvalidValue("expected 'auto-flow'")
    return f"{axis} dense" if "dense" in words else axis
