"""Elements that are alike: what is found out about one of them holds for all.

Rules that their buckets are proof enough for match every element of a kind: its tag, id, classes and names of
attributes. What matches the same rules below parents of the same style has the same style.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..syntax.declarations import Block, Custom, Wide
from ..syntax.registry import Values
from ..values.budget import BUDGET
from ..values.dom import HtmlNode
from .compute import Computation, Environment
from .element_functions import ElementFunctions
from .font_properties import Computed
from .winners import Candidate, Holds, RuleSet, Tried, Winners, steps_of


class _Kind(NamedTuple):
    """What may match every element of a kind, and the steps that it takes; None where not all of it must.

    Where all of it `looks_up`, what does is the same for those in one parent.
    """

    tried: Tried
    steps: int | None
    looks_up: bool


class _Matched(NamedTuple):
    """What matches the elements of a kind in one parent, and the steps that finding it takes."""

    candidates: list[Candidate]
    steps: int


@dataclass(slots=True)
class Matching:
    """The rules of one document, tried once for each kind of element, or once for each parent of such."""

    rules: RuleSet
    holds: Holds
    _kinds: dict[tuple[object, ...], _Kind] = field(default_factory=dict)
    _inside: dict[tuple[object, ...], _Matched] = field(default_factory=dict)

    def match(self, node: HtmlNode, pseudo: str = "") -> list[Candidate]:
        """Return what matches an element, in cascade order of normal declarations."""
        rules, keys = self.rules, node.keys
        buckets = rules.buckets.get(pseudo)
        if buckets is None or (pseudo not in rules.scoped and buckets.keys().isdisjoint(keys)):
            return []
        around = node.parent.tag if node.parent is not None else None
        kind = self._kinds.get((pseudo, around, keys))
        if kind is None:
            kind = self._kinds[pseudo, around, keys] = self._kind(node, pseudo)
        tried, steps, looks_up = kind
        if steps is not None and steps <= BUDGET.steps:
            BUDGET.step(steps)
            return tried.candidates
        if not looks_up:
            return rules.match(node, pseudo, self.holds, tried)
        place = (pseudo, id(node.parent), keys)
        known = self._inside.get(place)
        if known is not None and known.steps <= BUDGET.steps:
            BUDGET.step(known.steps)
            return known.candidates
        before = BUDGET.steps
        found = rules.match(node, pseudo, self.holds, tried)
        self._inside[place] = _Matched(found, before - BUDGET.steps)
        return found

    def _kind(self, node: HtmlNode, pseudo: str) -> _Kind:
        tried = self.rules.tried(node, pseudo)
        if self.rules.queries_containers or pseudo in self.rules.scoped:
            return _Kind(tried, None, looks_up=False)
        open_ones = [c.selector for c in tried.candidates if not c.certain]
        steps = None if open_ones else tried.looked_at + steps_of(tried.candidates)
        return _Kind(tried, steps, all(selector.looks_up for selector in open_ones))


class _Styled(NamedTuple):
    """The style of elements that are alike; `named` keeps alive what their likeness names by its id."""

    computed: Computed
    winners: Winners
    named: tuple[object, ...]


@dataclass(slots=True)
class Alike:
    """The styles of one document's elements, each computed once."""

    env: Environment
    _styled: dict[tuple[object, ...], _Styled] = field(default_factory=dict)
    _known: dict[tuple[object, ...], tuple[Computed, tuple[object, ...]]] = field(default_factory=dict)

    def likeness(
        self, parent: Computed, candidates: list[Candidate], inline: Block | None
    ) -> tuple[object, ...]:
        """Return what is equal for elements that are alike, by the ids of what decides their style."""
        return (*self._around(parent), id(parent.custom), id(inline), *map(id, candidates))

    def styled(self, likeness: tuple[object, ...]) -> tuple[Computed, Winners] | None:
        """Return the style of an earlier element of this likeness, with what won; None for the first."""
        found = self._styled.get(likeness)
        return None if found is None else (found.computed.copied(), found.winners)

    def keep(
        self,
        likeness: tuple[object, ...],
        computed: Computed,
        winners: Winners,
        parent: Computed,
        named: tuple[object, ...],
    ) -> None:
        """Keep an element's style for those like it; `named` is what the likeness names by its id."""
        parts = *self._parts(parent), parent.custom
        self._styled[likeness] = _Styled(computed.copied(), winners, (parts, named))

    def computed(
        self,
        parent: Computed,
        values: Values,
        custom: Mapping[str, Custom | None],
        declared: Mapping[str, Custom | Wide],
        functions: ElementFunctions,
    ) -> Computed:
        """Compute, once for all elements with the same cascaded values below parents of the same style."""
        key = (*self._around(parent), id(custom), *values, *map(id, values.values()))
        found = self._known.get(key)
        if found is None:  # the entry keeps what the ids name alive
            result = Computation(self.env, parent, values, custom, declared, functions).compute()
            self._known[key] = result.copied(), (*self._parts(parent), values, custom)
            return result
        return found[0].copied()

    def _around(self, parent: Computed) -> tuple[object, ...]:
        """Return what of an element's surroundings its style depends on."""
        return (*map(id, self._parts(parent)), self.env.container)

    def _parts(self, parent: Computed) -> tuple[object, ...]:
        return parent.style, parent.values, parent.inherited, parent.fields
