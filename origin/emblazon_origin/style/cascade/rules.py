"""Rules of a set of style sheets, sorted into buckets by what their last compound must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from ..selectors import Selector
from ..syntax.declarations import Block
from ..syntax.sheet_model import Layer, StyleRule
from ..values.budget import BUDGET, Exhausted
from ..values.node import HtmlNode

USER_AGENT, HINTS, AUTHOR = 0, 1, 2
_DECLARATIONS = 6  # that take a step together, of rules that match


class Candidate(NamedTuple):
    """One selector of a rule with its place in the cascade; sorts by `normal` or by `important`."""

    selector: Selector
    block: Block
    size: int  # of the block
    certain: bool  # the bucket is proof enough
    normal: tuple[int, int, tuple[int, int, int], int]  # origin, layer, specificity, order
    important: tuple[int, int, tuple[int, int, int], int]


Buckets = dict[tuple[str, str], list[Candidate]]


@dataclass(slots=True)
class RuleSet:
    """Candidates by pseudo-element ("" for the element itself) and by key."""

    buckets: dict[str, Buckets] = field(default_factory=dict)

    def add(self, rule: StyleRule, origin: int, layer: int, order: int) -> None:
        """Add a rule whose conditions hold."""
        size = rule.block.size
        for selector in rule.selectors:
            if ":state" in selector.pseudo:
                continue
            normal = (origin, layer, selector.specificity, order)
            important = (-origin, -layer, selector.specificity, order)
            buckets = self.buckets.setdefault(selector.pseudo, {})
            buckets.setdefault(selector.key, []).append(
                Candidate(selector, rule.block, size, selector.is_key, normal, important)
            )

    def copy(self) -> RuleSet:
        """Return a set to which rules can be added."""
        return RuleSet(
            {
                pseudo: {key: list(bucket) for key, bucket in buckets.items()}
                for pseudo, buckets in self.buckets.items()
            }
        )

    def match(self, node: HtmlNode, pseudo: str = "") -> list[Candidate]:
        """Return what matches the element, in cascade order of normal declarations.

        Where the work of matching is used up, only the user agent's rules are left.
        """
        buckets = self.buckets.get(pseudo)
        if not buckets:
            return []
        found: list[Candidate] = []
        keys = [("*", ""), ("tag", node.tag)]
        if node.id:
            keys.append(("id", node.id))
        keys += [("class", name) for name in node.classes]
        keys += [("attribute", name) for name in node.attributes]
        tried = [bucket for key in keys if (bucket := buckets.get(key)) is not None]
        try:
            for bucket in tried:
                BUDGET.step(len(bucket))
                found += [c for c in bucket if c.certain or c.selector.matches(node)]
            BUDGET.step(sum(c.size for c in found) // _DECLARATIONS)
        except Exhausted:
            found = [c for bucket in tried for c in _user_agents(bucket) if c.certain]
        if len(found) > 1:
            found.sort(key=_normal)
        return found


def _user_agents(bucket: list[Candidate]) -> Iterable[Candidate]:
    """Return a bucket's rules of the user agent, which are added first."""
    return takewhile(lambda candidate: candidate.normal[0] == USER_AGENT, bucket)


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
