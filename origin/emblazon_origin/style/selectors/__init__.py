"""Selectors 4: parsing into matchers, specificity, and matching against `HtmlNode`s.

model.py           a compiled selector and how it matches
parse.py           parsing selectors (Selectors 4, CSS Nesting) from component values
pseudo_classes.py  the tests that simple selectors compile to
scope.py           where the rules of an @scope apply
"""

from .model import Selector
from .parse import GENERATED, InvalidSelector, class_selector, parse_selector_list
from .pseudo_classes import OTHER_PSEUDO_ELEMENTS
from .scope import ScopeRule

__all__ = [
    "GENERATED",
    "OTHER_PSEUDO_ELEMENTS",
    "InvalidSelector",
    "ScopeRule",
    "Selector",
    "class_selector",
    "parse_selector_list",
]
