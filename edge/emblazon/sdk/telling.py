"""How the SDK speaks to the author of a page: a warning, once for each thing; an exception where tests run.

A page goes on with a card that the edge makes the most of: what is wrong with it must not cost the page.
"""

from __future__ import annotations

import os
import sys
import warnings
from types import FrameType

STRICT = "EMBLAZON_STRICT"
_ON = ("1", "true", "yes", "on")
_BETWEEN = ("emblazon", "jinja2")  # packages between a page and what it asks of a card
_told: set[str] = set()


class InvalidCard(ValueError):
    """The card cannot be made as given; the message says which argument is wrong and why."""


class CardWarning(UserWarning):
    """Something about a card is not as its template wants it; the message says what would be right."""


def is_strict(given: bool | None) -> bool:
    """Tell whether everything is an error: by argument, else by EMBLAZON_STRICT."""
    return os.environ.get(STRICT, "").strip().lower() in _ON if given is None else given


def tests_run() -> bool:
    """Tell whether this process runs tests: pytest, unittest, or `manage.py test`."""
    if "PYTEST_CURRENT_TEST" in os.environ:
        return True
    script = os.path.basename(os.path.dirname(sys.argv[0] or "")) if sys.argv else ""
    return script == "unittest" or sys.argv[1:2] == ["test"]


def tell(message: str, *, strict: bool, is_content: bool = False) -> None:
    """Raise InvalidCard where that is wanted, else warn.

    `is_content` is about what a visitor wrote, such as a long title: no fault of the page's code.
    """
    if strict or (not is_content and tests_run()):
        raise InvalidCard(message)
    if message not in _told:
        _told.add(message)
        warnings.warn(message, CardWarning, stacklevel=_outside())


def _outside() -> int:
    """Return the stack level of the first frame of a page's code or template."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _package(frame) in _BETWEEN:
        frame, level = frame.f_back, level + 1
    return level


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def forget() -> None:
    """Warn anew about everything, for tests."""
    _told.clear()
