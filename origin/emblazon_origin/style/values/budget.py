"""A bound on the work that one document's selectors and substitutions may take, per thread."""

from __future__ import annotations

import threading

from ...errors import CardError

MATCH_STEPS = 1_000_000  # elements visited by combinators and :has(), rules tried: about a second
SUBSTITUTED_TOKENS = 1_000_000
GENERATED_CHARACTERS = 100_000


class Budget(threading.local):
    """What is left for the document that this thread styles."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin a document."""
        self.steps = MATCH_STEPS
        self.tokens = SUBSTITUTED_TOKENS
        self.characters = GENERATED_CHARACTERS

    def step(self, count: int) -> None:
        """Take matching steps."""
        self.steps -= count
        if self.steps < 0:
            raise CardError("the style sheets take too long to match: too many rules for too many elements")

    def token(self, count: int) -> None:
        """Take substituted tokens."""
        self.tokens -= count
        if self.tokens < 0:
            raise CardError("custom properties grow too large: var() references multiply")

    def character(self, count: int) -> None:
        """Take generated characters."""
        self.characters -= count
        if self.characters < 0:
            raise CardError(f"generated content is longer than {GENERATED_CHARACTERS} characters")


BUDGET = Budget()
