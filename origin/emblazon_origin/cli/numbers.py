"""Numbers, tags and addresses on the command line, checked where they are read: types for argparse."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from urllib.parse import urlsplit

from emblazon.contract.options import language
from emblazon.contract.problem import BadParameter

MAX_PIXELS = 8192  # a side; `limits.py` bounds the picture as a whole


def whole(low: int, high: int, hint: str = "") -> Callable[[str], int]:
    """Return a type that takes whole numbers from `low` to `high`; `hint` ends the message."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}{hint}")
        return int(text)

    return read


def decimal(low: float, high: float) -> Callable[[str], float]:
    """Return a type that takes finite numbers from `low` to `high`."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {low:g} to {high:g}")
        return number

    return read


def http_url(text: str) -> str:
    """Take an http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; write https://host or http://host:port")
    return text


def language_tag(text: str) -> str:
    """Take a language tag as `_lang` does."""
    try:
        return language(text)
    except BadParameter:
        raise argparse.ArgumentTypeError(f"{text!r} is no language tag such as ar, ja or zh-Hant") from None


def shard(text: str) -> tuple[int, int]:
    """Take one part of several, as `3/16`."""
    number, _, of = text.partition("/")
    if not (number.isascii() and number.isdigit() and of.isascii() and of.isdigit()) or not 1 <= int(
        number
    ) <= int(of):
        raise argparse.ArgumentTypeError(f"{text!r} is no part; write 3/16 for the third of sixteen")
    return int(number), int(of)


pixels = whole(1, MAX_PIXELS)
port = whole(1, 65535, "; set EMBLAZON_PORT or --port to one")
