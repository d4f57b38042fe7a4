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
from .winners import Candidate, Holds, RuleSet, Winners, in_order, steps_of


class _Matched(NamedTuple):
    """What matches every element of a kind, and the steps that finding it takes."""

    candidates: list[Candidate]
    steps: int


@dataclass(slots=True)
class Matching:
    """The rules of one document, tried once for each kind of element."""

    rules: RuleSet
    holds: Holds
    _kinds: dict[tuple[object, ...], _Matched | None] = field(default_factory=dict)

    def match(self, node: HtmlNode, pseudo: str = "") -> list[Candidate]:
        """Return what matches an element, in cascade order of normal declarations."""
        if pseudo not in self.rules.buckets:
            return []
        around = node.parent.tag if node.parent is not None else None
        kind = (pseudo, around, node.keys)
        if kind not in self._kinds:
            self._kinds[kind] = self._matched(node, pseudo)
        matched = self._kinds[kind]
        if matched is None or matched.steps > BUDGET.steps:
            return self.rules.match(node, pseudo, self.holds)
        BUDGET.step(matched.steps)
        return matched.candidates

    def _matched(self, node: HtmlNode, pseudo: str) -> _Matched | None:
        """Return what matches the element's kind, None where that depends on more."""
        if self.rules.queries_containers or self.rules.scoped.get(pseudo):
            return None
        tried = [c for bucket in self.rules.tried(node, pseudo) for c in bucket]
        found = [c for c in tried if c.certain or not c.selector.is_barred(node)]
        if not all(c.certain for c in found):
            return None
        return _Matched(in_order(found), len(tried) + steps_of(found))


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
    _known: dict[tuple[object, ...], tuple[Computed, Computed, Values, object]] = field(default_factory=dict)

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
        self, likeness: tuple[object, ...], computed: Computed, winners: Winners, named: tuple[object, ...]
    ) -> None:
        """Keep an element's style for those like it; `named` is what the likeness names by its id."""
        self._styled[likeness] = _Styled(computed.copied(), winners, named)

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
            self._known[key] = found = (result, parent.copied(), values, custom)
        return found[0].copied()

    def _around(self, parent: Computed) -> tuple[object, ...]:
        """Return what of an element's surroundings its style depends on."""
        return (
            id(parent.style), id(parent.values), id(parent.inherited), id(parent.fields), self.env.container,
        )  # fmt: skip
