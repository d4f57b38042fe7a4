"""Selectors 4: parsing into matchers, specificity, and matching against `Node`s."""

from .model import Selector
from .parse import GENERATED, InvalidSelector, parse_selector_list

__all__ = ["GENERATED", "InvalidSelector", "Selector", "parse_selector_list"]
