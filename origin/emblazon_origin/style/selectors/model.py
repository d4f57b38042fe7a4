"""A compiled selector and how it matches: right to left, with bounded backtracking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ..values.budget import BUDGET
from ..values.dom import HtmlNode

# (element, the element that :scope and a relative selector's start stand for)
Test = Callable[[HtmlNode, HtmlNode | None], bool]
Specificity = tuple[int, int, int]


class Outcome(Enum):
    """How a partial match ended; what is impossible further out need not be tried again."""

    MATCH = 0
    FAILS_HERE = 1
    FAILS_SIBLINGS = 2
    FAILS_ALL = 3


@dataclass(frozen=True, slots=True)
class Compound:
    """Simple selectors that one element must pass; `key` is the narrowest name it must have."""

    tests: tuple[Test, ...]
    key: tuple[str, str] = ("*", "")
    is_key: bool = False  # the key says it all
    is_own: bool = False  # it asks for the element's tag, id and classes alone


@dataclass(frozen=True, slots=True, eq=False)
class Selector:
    """A complex selector. `combinators[i]` stands between compounds i and i+1."""

    compounds: tuple[Compound, ...]
    combinators: tuple[str, ...]
    specificity: Specificity
    pseudo: str = ""  # before, after, marker; or the name of one that never matches
    text: str = ""

    def matches(self, node: HtmlNode, scope: HtmlNode | None = None) -> bool:
        """True where the element matches."""
        return _match(self, len(self.compounds) - 1, node, scope) is Outcome.MATCH

    def is_barred(self, node: HtmlNode) -> bool:
        """True where the tag of the element's parent alone is in the way."""
        if not self.combinators or self.combinators[-1] != ">":
            return False
        kind, name = self.compounds[-2].key
        return kind == "tag" and (node.parent is None or node.parent.tag != name)

    @property
    def looks_up(self) -> bool:
        """True where an element's tag, id and classes and those of what it is in decide."""
        return all(c in (" ", ">") for c in self.combinators) and all(c.is_own for c in self.compounds)

    @property
    def is_key(self) -> bool:
        """True where everything in the bucket of its key matches."""
        last = self.compounds[-1]
        return len(self.compounds) == 1 and (last.is_key or not last.tests)

    @property
    def key(self) -> tuple[str, str]:
        """The bucket of rules this selector belongs to."""
        return self.compounds[-1].key


def _match(selector: Selector, i: int, node: HtmlNode, scope: HtmlNode | None) -> Outcome:
    for test in selector.compounds[i].tests:
        if not test(node, scope):
            return Outcome.FAILS_HERE
    if i == 0:
        return Outcome.MATCH
    return _COMBINATORS[selector.combinators[i - 1]](selector, i - 1, node, scope)


def _descendant(selector: Selector, i: int, node: HtmlNode, scope: HtmlNode | None) -> Outcome:
    ancestor = node.parent
    while ancestor is not None:
        BUDGET.step(1)
        outcome = _match(selector, i, ancestor, scope)
        if outcome is Outcome.MATCH or outcome is Outcome.FAILS_ALL:
            return outcome
        ancestor = ancestor.parent
    return Outcome.FAILS_ALL


def _child(selector: Selector, i: int, node: HtmlNode, scope: HtmlNode | None) -> Outcome:
    if node.parent is None:
        return Outcome.FAILS_ALL
    outcome = _match(selector, i, node.parent, scope)
    if outcome is Outcome.MATCH or outcome is Outcome.FAILS_ALL:
        return outcome
    return Outcome.FAILS_SIBLINGS


def _next_sibling(selector: Selector, i: int, node: HtmlNode, scope: HtmlNode | None) -> Outcome:
    previous = node.previous
    return Outcome.FAILS_SIBLINGS if previous is None else _match(selector, i, previous, scope)


def _later_sibling(selector: Selector, i: int, node: HtmlNode, scope: HtmlNode | None) -> Outcome:
    previous = node.previous
    while previous is not None:
        BUDGET.step(1)
        outcome = _match(selector, i, previous, scope)
        if outcome is not Outcome.FAILS_HERE:
            return outcome
        previous = previous.previous
    return Outcome.FAILS_SIBLINGS


_COMBINATORS: dict[str, Callable[[Selector, int, HtmlNode, HtmlNode | None], Outcome]] = {
    " ": _descendant,
    ">": _child,
    "+": _next_sibling,
    "~": _later_sibling,
}
