"""Selectors 4: parsing into matchers, specificity, and matching against `Node`s."""

from .model import Selector
from .parse import InvalidSelector, parse_selector_list

__all__ = ["InvalidSelector", "Selector", "parse_selector_list"]
