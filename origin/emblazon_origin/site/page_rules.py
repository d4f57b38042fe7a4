"""`[pages]` of emblazon.toml: which template a page gets, and with which values.

[pages]
base_url = "https://example.com"     where the folder will be served
folder = "og"                        where pictures go, inside it
template = "article"                 of pages that no rule takes
format = "auto-safe"                 or png, jpg, webp, avif
[[pages.rule]]
path = "/blog/**"                    of the page; the first rule that fits counts
template = "docs"
params = { project = "Meridian" }    before what the page says
skip = false
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from emblazon.contract.problem import unknown_word
from emblazon.contract.schema import CARD_FORMATS, CardFormat, TemplateSpec

from ..errors import WrongSettings
from .page_facts import PageFacts

_PAGES = ("base_url", "folder", "template", "format", "rule")
_RULE = ("path", "template", "params", "skip")
# Which parameters of a template take what a page says, in the order in which they are tried.
FROM_FACTS: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "headline", "quote"),
    "description": ("subtitle", "description", "summary", "tagline"),
    "author": ("author", "speaker", "by"),
    "date": ("date", "published"),
    "section": ("section", "category", "badge"),
    "image": ("image", "photo", "cover", "picture"),
    "site": ("site", "project", "brand", "publication"),
    "minutes": ("minutes",),
}


class RulesError(WrongSettings):
    """`[pages]` is wrong; the message names the key and the fix."""


@dataclass(frozen=True)
class PageRule:
    """One `[[pages.rule]]`."""

    path: str
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`*` is within one folder, `**` across folders."""
        parts = re.split(r"(\*\*|\*)", self.path)
        kinds = {"**": ".*", "*": "[^/]*"}
        return re.compile("".join(kinds.get(part, re.escape(part)) for part in parts))


@dataclass(frozen=True, slots=True)
class PageRules:
    """All of `[pages]`."""

    base_url: str = ""
    folder: str = "og"
    template: str = "article"
    format: CardFormat = "auto-safe"
    rules: tuple[PageRule, ...] = ()

    def rule_for(self, path: str) -> PageRule:
        """Return the first rule that takes a page at `/path`."""
        return next((rule for rule in self.rules if rule.pattern.fullmatch(path)), PageRule("**"))


def read_rules(table: Mapping[str, object], file: Path) -> PageRules:
    """Check the table. Raises `RulesError` with what would be right."""
    _known(table, _PAGES, file, "pages")
    format_ = _word(table, "format", "auto-safe", file, "pages")
    if format_ not in CARD_FORMATS:
        raise RulesError(f"{file}: pages.format: {unknown_word('Format', format_, list(CARD_FORMATS))[0]}")
    listed = table.get("rule", [])
    if not isinstance(listed, list):
        raise RulesError(f"{file}: pages.rule: expected [[pages.rule]] tables")
    return PageRules(
        _word(table, "base_url", "", file, "pages").rstrip("/"),
        _word(table, "folder", "og", file, "pages").strip("/"),
        _word(table, "template", "article", file, "pages"),
        next(known for known in CARD_FORMATS if known == format_),
        tuple(_rule(entry, number, file) for number, entry in enumerate(listed, 1)),
    )


def _rule(entry: object, number: int, file: Path) -> PageRule:
    where = f"pages.rule {number}"
    if not isinstance(entry, dict) or "path" not in entry:
        raise RulesError(f'{file}: {where}: expected a table with path = "/blog/**"')
    _known(entry, _RULE, file, where)
    params, skip = entry.get("params", {}), entry.get("skip", False)
    if not isinstance(params, dict) or not all(
        isinstance(value, str | int | float) for value in params.values()
    ):
        raise RulesError(f'{file}: {where}.params: expected a table, {{ section = "Blog" }}')
    if not isinstance(skip, bool):
        raise RulesError(f"{file}: {where}.skip: expected true or false")
    texts = {str(name): str(value) for name, value in params.items()}
    return PageRule(
        _word(entry, "path", "", file, where), _word(entry, "template", "", file, where), texts, skip
    )


def _known(table: Mapping[str, object], names: tuple[str, ...], file: Path, where: str) -> None:
    for name in table:
        if name not in names:
            raise RulesError(f"{file}: {where}: {unknown_word('Key', name, list(names))[0]}")


def _word(table: Mapping[str, object], key: str, default: str, file: Path, where: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise RulesError(f"{file}: {where}.{key}: expected a text")
    return value


def params_of(facts: PageFacts, spec: TemplateSpec, rule: PageRule) -> dict[str, str]:
    """Return the values of a card: the page's own elements, else the rule's, else what the page says."""
    params: dict[str, str] = {}
    for fact, names in FROM_FACTS.items():
        value = str(getattr(facts, fact) or "")
        name = next((name for name in names if name in spec.params), "")
        if value and name:
            params[name] = value
    params |= {name: value for name, value in rule.params.items() if name in spec.params}
    params |= {name: value for name, value in facts.own.items() if name in spec.params}
    return params
