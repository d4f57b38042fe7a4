"""A bound on the work that one document's selectors and substitutions may take, per thread.

Counted, never timed: the same document is styled alike on every machine. What goes beyond is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from ...report import Report

MATCH_STEPS = 200_000  # elements visited by combinators and :has(), rules tried: about a quarter of a second
SUBSTITUTED_TOKENS = 200_000
GENERATED_CHARACTERS = 100_000
OWN_STYLES = 5_000  # elements that no earlier one is like: about a second
_PER_ELEMENT = 30  # steps of an element of a picture
# Units of work, see limits.py.
ELEMENT, STYLE, STEP, TOKEN = 15_000.0, 200_000.0, 1_000.0, 1_000.0

Kind = Literal["steps", "tokens", "characters", "styles"]
_MESSAGES: dict[Kind, str] = {
    "steps": "the style sheets take too long to match, too many rules for too many elements: "
    "later elements are drawn without them",
    "styles": f"more than {OWN_STYLES:,} elements have a style that no other has: "
    "later ones are drawn without style sheets",
    "tokens": "custom properties grow too large, var() references multiply: later values are dropped",
    "characters": f"generated content is longer than {GENERATED_CHARACTERS} characters: the rest is left out",
}


class Exhausted(Exception):
    """There is no more work to take; caught inside of the style stage."""


class Budget(threading.local):
    """What is left for the document that this thread styles."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin a document."""
        self.steps = MATCH_STEPS
        self.tokens = SUBSTITUTED_TOKENS
        self.characters = GENERATED_CHARACTERS
        self.styles = OWN_STYLES
        self.left_out: set[Kind] = set()

    @contextmanager
    def apart(self, elements: int) -> Iterator[None]:
        """Give a picture with style sheets of its own a budget of its own.

        It is an eighth of a document's, and what writing its elements takes.
        """
        kept = dict(self.__dict__)
        self.reset()
        self.steps, self.tokens = self.steps // 8 + _PER_ELEMENT * elements, self.tokens // 8
        try:
            yield
        finally:
            self.__dict__.update(kept)

    def step(self, count: int) -> None:
        """Take matching steps. Raises Exhausted."""
        self.steps -= count
        if self.steps < 0:
            self._end("steps")

    def token(self, count: int) -> None:
        """Take substituted tokens. Raises Exhausted."""
        self.tokens -= count
        if self.tokens < 0:
            self._end("tokens")

    def character(self, count: int) -> None:
        """Take generated characters. Raises Exhausted."""
        self.characters -= count
        if self.characters < 0:
            self._end("characters")

    def style(self) -> None:
        """Take an element's own style. Raises Exhausted."""
        self.styles -= 1
        if self.styles < 0:
            self._end("styles")

    @property
    def taken(self) -> float:
        """What was taken so far, in units of work."""
        steps, tokens = MATCH_STEPS - max(0, self.steps), SUBSTITUTED_TOKENS - max(0, self.tokens)
        return STEP * steps + TOKEN * tokens + STYLE * (OWN_STYLES - max(0, self.styles))

    def _end(self, kind: Kind) -> None:
        self.left_out.add(kind)
        raise Exhausted

    def tell(self, report: Report) -> None:
        """Report what was left out."""
        for kind in sorted(self.left_out):
            report.add("error", "limit", _MESSAGES[kind])


BUDGET = Budget()
