"""Structured fields (RFC 9651): the dictionary parser that targeted cache control needs (RFC 9213)."""

from __future__ import annotations

import re

BareItem = int | float | str | bool | bytes

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,3})?(?![\d.])")
_STRING = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+\-.^_`|~:/0-9A-Za-z]*")
_BINARY = re.compile(r":(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?:")
_DISPLAY = re.compile(r'%"((?:[\x20-\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"')
_DATE = re.compile(r"@-?\d{1,15}(?![\d.])")
_SPACES = re.compile(r" *")
_OWS = re.compile(r"[ \t]*")


class InvalidField(ValueError):
    """The field is not a structured-field dictionary; RFC 9651 says to ignore all of it."""


class _Reader:
    """A cursor over one field value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return match.group(0)

    def literal(self, char: str) -> bool:
        if self.text.startswith(char, self.at):
            self.at += len(char)
            return True
        return False

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)


def parse_dictionary(text: str) -> dict[str, BareItem]:
    """Return the members' bare values; parameters are checked and dropped, inner lists become True.

    A later member of the same name wins (RFC 9651 §4.2.2).

    Raises:
        InvalidField: anything in the field is malformed.
    """
    reader = _Reader(text.strip(" "))
    members: dict[str, BareItem] = {}
    while not reader.done:
        key = reader.take(_KEY)
        if key is None:
            raise InvalidField(f"no key at position {reader.at}")
        members.pop(key, None)
        members[key] = _member(reader)
        reader.skip(_OWS)
        if reader.done:
            return members
        if not reader.literal(","):
            raise InvalidField(f"no comma at position {reader.at}")
        reader.skip(_OWS)
        if reader.done:
            raise InvalidField("trailing comma")
    return members


def _member(reader: _Reader) -> BareItem:
    value: BareItem = True
    if reader.literal("="):
        value = _inner_list(reader) if reader.literal("(") else _bare_item(reader)
    _parameters(reader)
    return value


def _inner_list(reader: _Reader) -> bool:
    while True:
        reader.skip(_SPACES)
        if reader.literal(")"):
            return True
        if reader.done:
            raise InvalidField("unclosed inner list")
        _bare_item(reader)
        _parameters(reader)
        if not reader.text.startswith((" ", ")"), reader.at):
            raise InvalidField("inner list items need a space between them")


def _parameters(reader: _Reader) -> None:
    while reader.literal(";"):
        reader.skip(_SPACES)
        if reader.take(_KEY) is None:
            raise InvalidField("parameter without a key")
        if reader.literal("="):
            _bare_item(reader)


def _bare_item(reader: _Reader) -> BareItem:
    number = reader.take(_NUMBER)
    if number is not None:
        return _number(number)
    text = reader.take(_STRING)
    if text is not None:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if reader.literal("?1"):
        return True
    if reader.literal("?0"):
        return False
    display = reader.take(_DISPLAY)
    if display is not None:
        return _display(display)
    for pattern in (_TOKEN, _BINARY, _DATE):
        found = reader.take(pattern)
        if found is not None:
            return found
    raise InvalidField(f"no value at position {reader.at}")


def _display(text: str) -> str:
    """Return a display string as written; its bytes are UTF-8 (§4.2.10)."""
    escaped = re.sub("%(..)", lambda match: chr(int(match[1], 16)), text[2:-1])
    try:
        escaped.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidField("a display string that is not UTF-8") from None
    return text


def _number(text: str) -> int | float:
    if "." not in text:
        return int(text)
    whole = text.partition(".")[0].lstrip("-")
    if len(whole) > 12:
        raise InvalidField("decimal too long")
    return float(text)
