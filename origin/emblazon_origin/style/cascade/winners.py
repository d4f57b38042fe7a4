"""The cascade of one element: which declaration of each property wins (CSS Cascade 5 §6).

The rules of a set of style sheets are sorted into buckets by what their last compound must have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, NamedTuple

from ..selectors import ScopeRule, Selector
from ..syntax.container_queries import ContainerQuery
from ..syntax.declarations import Block, Custom, Wide
from ..syntax.registry import Values
from ..syntax.sheet_model import Layer, StyleRule
from ..values.budget import BUDGET, Exhausted
from ..values.computed import ComputedStyle
from ..values.dom import HtmlNode
from ..values.writing_modes import HORIZONTAL, Lines

_INLINE_LAYER = (1 << 30, "inline")
_HINTS_LAYER = (-1, "hints")

# One origin-and-layer's declarations, lowest first: (origin, layer, by key, custom properties).
_Level = tuple[int, object, Values, Mapping[str, Custom | Wide]]

USER_AGENT, HINTS, AUTHOR = 0, 1, 2
_DECLARATIONS = 6  # that take a step together, of rules that match


class Winners(NamedTuple):
    """The cascaded value of each key, and of each custom property."""

    values: Values
    custom: dict[str, Custom | Wide]
    important: frozenset[str] = frozenset()  # keys and names that no animation overrides, where one is


def cascaded_values(
    candidates: list[Candidate], hints: Values, inline: Block | None, parent: ComputedStyle | None
) -> Winners:
    """Merge declarations in cascade order. `candidates` are in order of their normal declarations."""
    lines = _lines(candidates, hints, inline, parent)
    values: Values = {}
    custom: dict[str, Custom | Wide] = {}
    important = False
    hinted = not hints
    for candidate in candidates:
        if not hinted and candidate.normal[0] == AUTHOR:
            values.update(hints)
            hinted = True
        block = candidate.block
        values.update(block.values(lines))
        if block.custom:
            custom.update(block.custom)
        important = important or bool(block.important) or bool(block.custom_important)
    if not hinted:
        values.update(hints)
    if inline is not None:
        values.update(inline.values(lines))
        custom.update(inline.custom)
    if important:
        for candidate in by_importance(candidates):
            values.update(candidate.block.values(lines, important=True))
            custom.update(candidate.block.custom_important)
    if inline is not None and (inline.important or inline.custom_important):
        values.update(inline.values(lines, important=True))
        custom.update(inline.custom_important)
    if _reverts(values):
        _revert(values, _levels(candidates, hints, inline, lines), 2)
    if _reverts(custom):
        _revert(custom, _levels(candidates, hints, inline, lines), 3)
    if "animation_name" in values:
        return Winners(values, custom, _important(candidates, inline, lines))
    return Winners(values, custom)


def _important(candidates: list[Candidate], inline: Block | None, lines: Lines) -> frozenset[str]:
    found: set[str] = set()
    for block in [c.block for c in candidates] + ([inline] if inline is not None else []):
        found |= block.values(lines, important=True).keys() | block.custom_important.keys()
    return frozenset(found)


_REVERTS = ("revert", "revert-layer")


def _reverts(values: Mapping[str, object]) -> bool:
    wide = Wide in map(type, values.values())  # few have one: this is quicker than looking at each
    return wide and any(isinstance(value, Wide) and value.keyword in _REVERTS for value in values.values())


_INITIAL = ComputedStyle()


def _lines(
    candidates: list[Candidate], hints: Values, inline: Block | None, parent: ComputedStyle | None
) -> Lines:
    """Return how the element's lines run, which flow-relative properties need first."""
    blocks = [c.block for c in candidates] + ([inline] if inline is not None else [])
    around = parent or _INITIAL
    direction, flow, hint = around.direction, around.writing_mode, hints.get("direction")
    if hint is not None or any(block.sets_lines for block in blocks):
        direction = _declared(blocks, hint, "direction", direction, "ltr")
        flow = _declared(blocks, None, "writing_mode", flow, "horizontal-tb")
    rtl = direction == "rtl"
    return HORIZONTAL[rtl] if flow == "horizontal-tb" else Lines(flow, rtl)


def _declared(blocks: list[Block], value: Any, key: str, inherited: Any, initial: Any) -> Any:
    """Return what blocks declare for a key of keywords; of the key's type, hence `Any`."""
    for block in blocks:
        value = block.normal.get(key, value)
    for block in blocks:
        value = block.important.get(key, value)
    if isinstance(value, str):
        return value
    return initial if isinstance(value, Wide) and value.keyword == "initial" else inherited


def _levels(candidates: list[Candidate], hints: Values, inline: Block | None, lines: Lines) -> list[_Level]:
    levels: list[_Level] = []
    rules: list[_Level] = [
        (c.normal[0], c.normal[1], c.block.values(lines), c.block.custom) for c in candidates
    ]
    levels += [level for level in rules if level[0] != AUTHOR]
    levels.append((AUTHOR, _HINTS_LAYER, hints, {}))
    levels += [level for level in rules if level[0] == AUTHOR]
    if inline is not None:
        levels.append((AUTHOR, _INLINE_LAYER, inline.values(lines), inline.custom))
    for c in by_importance(candidates):
        block = c.block
        levels.append((AUTHOR, c.normal[1], block.values(lines, important=True), block.custom_important))
    if inline is not None:
        important = inline.values(lines, important=True)
        levels.append((AUTHOR, _INLINE_LAYER, important, inline.custom_important))
    return levels


def _revert(values: MutableMapping[str, Any], levels: list[_Level], column: int) -> None:
    """Roll keys whose winner is revert or revert-layer back to what lies below (§7.3).

    `values` are `Values` or custom properties, hence `Any`.
    """

    def tables(level: _Level) -> Mapping[str, object]:
        return level[2] if column == 2 else level[3]

    firsts: dict[object, int] = {}  # the lowest level of each origin, and of each of its layers
    for i, level in enumerate(levels):
        firsts.setdefault(level[0], i)
        firsts.setdefault(level[:2], i)
    for key, value in list(values.items()):
        if not isinstance(value, Wide) or value.keyword not in _REVERTS:
            continue
        found: object = Wide("unset")
        end = len(levels)
        while end:
            end -= 1
            origin, layer = levels[end][:2]
            if key not in tables(levels[end]):
                continue
            top = tables(levels[end])[key]
            if not isinstance(top, Wide) or top.keyword not in _REVERTS:
                found = top
                break
            # An important one rolls back all that is above the normal declarations of its place, too.
            whole = top.keyword == "revert"
            end = firsts[origin if whole else (origin, layer)]
        values[key] = found


class Candidate(NamedTuple):
    """One selector of a rule with its place in the cascade; sorts by `normal` or by `important`."""

    selector: Selector
    block: Block
    size: int  # of the block
    certain: bool  # the bucket is proof enough
    normal: tuple[int, int, tuple[int, int, int], int]  # origin, layer, specificity, order
    important: tuple[int, int, tuple[int, int, int], int]
    queries: tuple[tuple[ContainerQuery, ...], ...] = ()


Buckets = dict[tuple[str, str], "list[Candidate] | tuple[Candidate, ...]"]  # of tuples others have a share
Holds = Callable[[tuple[tuple[ContainerQuery, ...], ...], HtmlNode, str], bool]


class Scoped(NamedTuple):
    """A candidate inside of an @scope."""

    candidate: Candidate
    scope: ScopeRule

    def found(self, node: HtmlNode) -> Candidate | None:
        """Return the candidate as it applies to an element: the nearer its scope's root, the later."""
        candidate = self.candidate
        for steps, root in self.scope.roots(node):
            if candidate.selector.matches(node, root):
                order = candidate.normal[-1] + (max(_FARTHEST - steps, 0) << _ORDERS)
                normal, important = (*candidate.normal[:3], order), (*candidate.important[:3], order)
                return candidate._replace(normal=normal, important=important)
        return None


_FARTHEST, _ORDERS = 1 << 16, 32  # levels of a tree; bits of a rule's place


class Tried(NamedTuple):
    """Rules that may match, in cascade order of normal declarations, and how many were looked at for them."""

    candidates: list[Candidate]
    looked_at: int


@dataclass(slots=True)
class RuleSet:
    """Candidates by pseudo-element ("" for the element itself) and by key."""

    buckets: dict[str, Buckets] = field(default_factory=dict)
    scoped: dict[str, dict[tuple[str, str], list[Scoped]]] = field(default_factory=dict)
    queries_containers: bool = False
    is_of_element: bool = False  # whether values may differ between elements with the same declarations

    def add(self, rule: StyleRule, origin: int, layer: int, order: int) -> None:
        """Add a rule whose conditions hold."""
        size = rule.block.size
        self.queries_containers = self.queries_containers or bool(rule.queries)
        self.is_of_element = self.is_of_element or rule.block.is_of_element
        for selector in rule.selectors:
            if ":state" in selector.pseudo:
                continue
            normal = (origin, layer, selector.specificity, order)
            important = (-origin, -layer, selector.specificity, order)
            certain = selector.is_key
            candidate = Candidate(selector, rule.block, size, certain, normal, important, rule.queries)
            buckets = self.buckets.setdefault(selector.pseudo, {})
            if rule.scope is None:
                bucket = buckets.get(selector.key, ())
                if isinstance(bucket, tuple):
                    bucket = buckets[selector.key] = list(bucket)
                bucket.append(candidate)
            else:
                scoped = self.scoped.setdefault(selector.pseudo, {})
                scoped.setdefault(selector.key, []).append(Scoped(candidate, rule.scope))

    def shared(self) -> RuleSet:
        """Return the same rules, for copies to share."""
        return RuleSet(
            {
                pseudo: {key: tuple(bucket) for key, bucket in buckets.items()}
                for pseudo, buckets in self.buckets.items()
            }
        )

    def copy(self) -> RuleSet:
        """Return a set to which rules can be added; a bucket that is shared is copied once one is."""
        return RuleSet({pseudo: dict(buckets) for pseudo, buckets in self.buckets.items()})

    def match(
        self, node: HtmlNode, pseudo: str = "", holds: Holds | None = None, tried: Tried | None = None
    ) -> list[Candidate]:
        """Return what matches the element, in cascade order of normal declarations.

        `holds` answers container queries, which hold nowhere without it. `tried` is what may match elements
        of this kind, where that is known. Where the work of matching is used up, only the user agent's rules
        are left.
        """
        scoped = self.scoped.get(pseudo)
        if tried is None:
            tried = self.tried(node, pseudo)
        if not (tried.candidates or scoped):
            return []
        try:
            BUDGET.step(tried.looked_at)
            found = [c for c in tried.candidates if c.certain or c.selector.matches(node)]
            if scoped:
                BUDGET.step(sum(len(scoped.get(key, ())) for key in node.keys))
                rules = [rule for key in node.keys for rule in scoped.get(key, ())]
                found += [c for rule in rules if (c := rule.found(node)) is not None]
                found.sort(key=_normal)
            if self.queries_containers:
                found = [c for c in found if not c.queries or (holds and holds(c.queries, node, pseudo))]
            BUDGET.step(steps_of(found))
        except Exhausted:
            found = [c for c in user_agents(tried.candidates) if c.certain]
        return found

    def tried(self, node: HtmlNode, pseudo: str) -> Tried:
        """Return the rules that may match all elements with equal keys, in parents of one tag."""
        buckets = self.buckets.get(pseudo, {})
        found = [c for key in node.keys if (bucket := buckets.get(key)) is not None for c in bucket]
        looked_at = len(found)
        found = [c for c in found if c.certain or not c.selector.is_barred(node)]
        found.sort(key=_normal)
        return Tried(found, looked_at)


def steps_of(found: list[Candidate]) -> int:
    """Return the steps that the declarations of what matches take."""
    return sum([c.size for c in found]) // _DECLARATIONS


def user_agents(candidates: list[Candidate]) -> Iterable[Candidate]:
    """Return the user agent's rules, which come first in a bucket and in the cascade."""
    return takewhile(lambda candidate: candidate.normal[0] == USER_AGENT, candidates)


def _normal(candidate: Candidate) -> tuple[int, int, tuple[int, int, int], int]:
    return candidate.normal


def by_importance(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates in cascade order of important declarations."""
    return sorted(candidates, key=lambda c: c.important)


def layer_order(layers: Iterable[Layer]) -> dict[Layer, int]:
    """Return each layer's place: in order of appearance, sub-layers before their parent; () is last."""
    children: dict[Layer, list[Layer]] = {}
    seen: set[Layer] = set()
    for path in layers:
        for end in range(1, len(path) + 1):
            if path[:end] not in seen:
                seen.add(path[:end])
                children.setdefault(path[: end - 1], []).append(path[:end])
    order: dict[Layer, int] = {}
    stack: list[tuple[Layer, bool]] = [((), False)]
    while stack:
        path, done = stack.pop()
        if done:
            order[path] = len(order)
            continue
        stack.append((path, True))
        stack += [(child, False) for child in reversed(children.get(path, []))]
    return order
