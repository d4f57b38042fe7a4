"""Names of `typing` that stand in code which runs, without loading it: it takes as long as half of the edge.

Type checkers see the standard library's. What annotations alone need is imported under TYPE_CHECKING.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Protocol, TypeVar, assert_never, cast, get_args

__all__ = ["Literal", "Protocol", "TypeVar", "assert_never", "cast", "get_args"]


class _Literal:
    """`Literal["a", "b"]` is the tuple of its values, which is what `get_args` makes of it."""

    def __getitem__(self, values: tuple[str, ...]) -> tuple[str, ...]:
        return values


class _Protocol:
    """A base without anything: nobody asks at run time whether an object keeps to a protocol."""


def _type_var(name: str) -> str:
    return name


def _assert_never(value: object) -> object:
    raise AssertionError(f"a case was left out: {value!r:.200}")


def _cast(_type: object, value: object) -> object:
    return value


def _get_args(literal: tuple[str, ...]) -> tuple[str, ...]:
    return literal


if not TYPE_CHECKING:
    Literal, Protocol, TypeVar = _Literal(), _Protocol, _type_var
    assert_never, cast, get_args = _assert_never, _cast, _get_args
