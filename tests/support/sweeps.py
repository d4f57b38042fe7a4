"""Broad sweeps: every case in `make test`, a few of them in `make test-fast`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest

Case = TypeVar("Case")


def sweep(cases: Iterable[Case], *, quick: int) -> list[pytest.ParameterSet | Case]:
    """Return all cases for `parametrize`; all but `quick` of them, evenly spread, are marked slow."""
    listed = list(cases)
    kept = {number * len(listed) // quick for number in range(quick)}
    return [
        case if number in kept else pytest.param(*_arguments(case), marks=pytest.mark.slow)
        for number, case in enumerate(listed)
    ]


def _arguments(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
