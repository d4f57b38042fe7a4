"""What a stage hands on and nobody writes any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def read_only(cls: type[T]) -> type[T]:
    """Make a dataclass of identities that the type checker lets nobody write to.

    A frozen one would say the same at run time, and take seven times as long to make: a card has hundreds.
    """
    return dataclass(slots=True, eq=False)(cls)
