"""What a site passes to `Card`, as the texts that a URL carries; no schema is known here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from datetime import date, datetime
from types import GeneratorType
from typing import Protocol

from ..contract.schema import ParamValue
from ..contract.text import clean_text
from ..contract.uri import MAX_NAME
from ..contract.values import format_value
from .invalid_card import InvalidCard


class HasUrl(Protocol):
    """A file that knows its address, such as the value of Django's ImageField."""

    @property
    def url(self) -> str:
        """Absolute, or relative to the site."""
        ...


ParamInput = ParamValue | date | list[str] | HasUrl | None


def file_urls(params: Mapping[str, ParamInput]) -> tuple[dict[str, ParamInput], frozenset[str]]:
    """Put the address in the place of each file; return the parameters and the names that had one.

    A field without a file is "not given".
    """
    found: dict[str, ParamInput] = {}
    for name, value in params.items():
        if isinstance(value, str | int | float | tuple | list | date) or value is None:
            continue
        if hasattr(type(value), "url"):
            found[name] = _url_of(value)
    return {**params, **found}, frozenset(found)


def _url_of(value: HasUrl) -> str | None:
    try:
        return str(value.url) if value else None
    except ValueError:  # Django's word for a field that has no file
        return None


def texts_of(params: Mapping[str, ParamInput]) -> dict[str, str]:
    """Return the text of each parameter that is given; raises InvalidCard."""
    texts: dict[str, str] = {}
    for name, value in params.items():
        _check_name(name)
        if value is None:
            continue
        texts[name] = _text(name, value)
    return texts


def number_text(name: str, value: object) -> str:
    """Return the shortest text of a number, and any other value as it is; raises InvalidCard."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidCard(f"{name!r} is {value}; give a finite number.")
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return format_value(value) if isinstance(value, int | float) else str(value)


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name or len(name) > MAX_NAME or not _is_utf8(name):
        raise InvalidCard(f"{name!r} is no parameter's name: text of 1 to {MAX_NAME} characters.")
    if name.startswith("_"):
        raise InvalidCard(f"{name!r} is reserved; use Card's own arguments such as width= or lang=.")


def _text(name: str, value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        if not all(isinstance(item, str) for item in value):
            raise InvalidCard(f"{name!r} takes a list of text.")
        return _clean(name, format_value(tuple(value)))
    if isinstance(value, str):
        return _clean(name, value)
    if isinstance(value, int | float):
        return number_text(name, value)
    # Django's lazy translations, Decimal, UUID, pathlib, Markup: whatever has a text of its own.
    if isinstance(value, bytes | bytearray | Mapping | Set | GeneratorType) or _has_no_text(value):
        raise InvalidCard(
            f"{name!r} is a {type(value).__name__}; give text, a number, a date or a list of text."
        )
    return _clean(name, str(value))


def _has_no_text(value: object) -> bool:
    return type(value).__str__ is object.__str__ and type(value).__repr__ is object.__repr__


def _clean(name: str, text: str) -> str:
    if not _is_utf8(text):
        raise InvalidCard(f"{name!r} has a lone surrogate.")
    return format_value(clean_text(text, multiline=True).replace("\0", ""))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
