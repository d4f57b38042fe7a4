"""Broad sweeps: every case or example in `make test`, a few of them in `make test-fast`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest
from hypothesis import settings

Case = TypeVar("Case")
EXAMPLES, FEW_EXAMPLES = 100, 25  # of a property that says nothing of their number


def sweep(cases: Iterable[Case], *, quick: int) -> list[pytest.ParameterSet | Case]:
    """Return all cases for `parametrize`; all but `quick` of them, evenly spread, are marked slow."""
    listed = list(cases)
    kept = {number * len(listed) // quick for number in range(quick)}
    return [
        case if number in kept else pytest.param(*_arguments(case), marks=pytest.mark.slow)
        for number, case in enumerate(listed)
    ]


def examples(count: int) -> int:
    """Return with how many examples a property is tried that takes `count` in `make test`."""
    profile = settings.default
    assert profile is not None
    return max(1, count * profile.max_examples // EXAMPLES)


def _arguments(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
