"""A parsed style sheet, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..selectors import ScopeRule, Selector
from ..values.counter_styles import CounterStyle
from ..values.dom import FontFaceRule
from .conditions import Condition
from .container_queries import ContainerQuery
from .declarations import Block, Custom, Note
from .function_rules import FunctionRule
from .keyframes import Keyframes

Layer = tuple[str, ...]
UNNAMED = "\0"  # begins what stands for the name of a layer that has none


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A style rule with the conditions, the layer, the container queries and the @scope around it.

    Of each group of queries one has to hold.
    """

    selectors: tuple[Selector, ...]
    block: Block
    conditions: tuple[Condition, ...]
    layer: Layer
    queries: tuple[tuple[ContainerQuery, ...], ...] = ()
    scope: ScopeRule | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ImportRule:
    """An `@import`, before anything else of its sheet."""

    href: str
    conditions: tuple[Condition, ...]
    layer: Layer | None  # None: not in a layer
    line: int


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """An `@property` rule: what a custom property is when nothing sets it."""

    name: str
    inherits: bool
    initial: Custom | None
    syntax: str = "*"


@dataclass(slots=True, eq=False)
class Stylesheet:
    """A parsed style sheet; immutable once parsed, shared between renders and threads."""

    rules: list[StyleRule] = field(default_factory=list)
    imports: list[ImportRule] = field(default_factory=list)
    layers: dict[Layer, None] = field(default_factory=dict)  # in order of first appearance
    font_faces: list[tuple[FontFaceRule, tuple[Condition, ...]]] = field(default_factory=list)
    properties: list[PropertyRule] = field(default_factory=list)
    functions: list[tuple[FunctionRule, tuple[Condition, ...]]] = field(default_factory=list)
    counter_styles: list[tuple[str, CounterStyle, tuple[Condition, ...]]] = field(default_factory=list)
    keyframes: list[tuple[Keyframes, tuple[Condition, ...]]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    weight: int = 1  # estimated bytes
