"""A sheet that patterns take apart means what the tokeniser alone would make of it, places included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from random import Random

import pytest
import tinycss2
from sweeps import examples

from emblazon_origin.style.syntax import plain_rules, stylesheet
from emblazon_origin.style.syntax.declarations import Block, Custom, PendingSubstitution, Written, parse_block
from emblazon_origin.style.syntax.plain_rules import Rest
from emblazon_origin.style.syntax.plain_values import plain_tokens
from emblazon_origin.style.syntax.sheet_model import Stylesheet
from emblazon_origin.style.values.tokens import Deferred, Token
from emblazon_origin.style.values.writing_modes import Lines

ROOT = Path(__file__).parents[3]
CARDS = sorted(ROOT.glob("bench/cards/*/*.html"))
HTML = [*sorted(ROOT.glob("tests/fidelity/cases/*/*.html")), *CARDS]
SHEETS = ["".join(re.findall(r"<style>(.*?)</style>", path.read_text("utf-8"), re.DOTALL)) for path in HTML]
PIECES = (
    "{", "}", ";", ":", "(", ")", "[", "]", '"', "'", "/*", "*/", "\\", "url(", "@media print {",
    "@import 'a';",
    "<!--", "-->", "!important", "var(--x)", "--x: 1", ".a{color:red}", "& b {top:0}", "nonsense: 1;", "\n",
    "::selection", "color: nonsense;", "\\{", ".a\\[1\\]:hover{top:0}", "content: '\\'x';", "/", "@", ",",
    "direction: rtl;", "inset-inline: 1px 2px;", "\f", "1" * 70,
)  # fmt: skip


def mutated() -> Iterator[str]:
    """Sheets of cards, with pieces put in and taken out."""
    random = Random(2)  # noqa: S311
    yield from SHEETS
    for _ in range(examples(400)):
        text = random.choice(SHEETS)[: random.randrange(50, 1500)]
        for _ in range(random.randrange(1, 4)):
            at = random.randrange(len(text))
            text = text[:at] + random.choice(PIECES) + text[at + random.randrange(4) :]
        yield text


def told(value: object) -> object:
    """Return a value as something to compare: of functions their names."""
    if isinstance(value, Deferred):
        return "deferred", value.size
    if isinstance(value, PendingSubstitution):
        written = "".join(token.serialize() for token in value.tokens).strip()
        return value.row.name, value.lines, value.line, value.column, written
    if isinstance(value, Written):
        return told(value.value)
    if isinstance(value, Custom):
        return value.text, value.substitutes, value.of_element, [t.serialize() for t in value.tokens]
    if isinstance(value, tuple | list):
        return [type(value).__name__, *map(told, value)]
    if is_dataclass(value):
        return [type(value).__name__, *(told(getattr(value, field.name)) for field in fields(value))]
    if type(value).__eq__ is object.__eq__:  # functions, and objects with one inside
        return getattr(value, "__qualname__", type(value).__name__)
    return value


TABLES = ("normal", "important", "svg", "svg_shared", "svg_important")


def declarations(block: Block) -> object:
    """Return all that a block says."""
    tables = [
        {key: told(value) for key, value in getattr(block, name).items()}
        for name in (*TABLES, "custom", "custom_important")
    ]
    tables += [
        {key: told(value) for key, value in block.values(Lines(rtl=True), important).items()}
        for important in (False, True)
    ]
    order = [list(block.normal), list(block.important), list(block.custom)]
    declared = [(row and row.name, important) for row, _, important in block.declared]
    return tables, order, declared, block.sets_lines, block.is_of_element


def meaning(sheet: Stylesheet) -> object:
    """Return all that a sheet says."""
    rules = []
    for rule in sheet.rules:
        around = len(rule.conditions), rule.layer, len(rule.queries), rule.scope is None
        selectors = [(s.text, s.specificity, s.pseudo, s.combinators, s.key) for s in rule.selectors]
        rules.append((selectors, declarations(rule.block), around))
    others = len(sheet.font_faces), len(sheet.imports), list(sheet.layers), len(sheet.functions)
    return rules, sheet.notes, others


def test_a_sheet_means_the_same_as_to_the_tokeniser_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in mutated():
        fast = meaning(stylesheet._Parser("").parse(text))
        with monkeypatch.context() as patch:
            patch.setattr(stylesheet, "take_apart", lambda whole: [Rest(whole)])
            whole = meaning(stylesheet._Parser("").parse(text))
        assert fast == whole, text


def test_a_style_attribute_means_the_same_as_to_the_tokeniser_alone() -> None:
    plain = 0
    for text in mutated():
        for body in re.findall(r"\{([^{}]*)(?:\}|$)", text):
            block = plain_rules.plain_block(body)
            if block is not None:
                whole, notes = parse_block(body)
                assert (declarations(block), []) == (declarations(whole), notes), body
                plain += 1
    assert plain > 1000


def parts(tokens: list[Token]) -> list[object]:
    """Return all that tokens say of themselves."""
    inside = ("arguments", "content")
    return [
        (type(token).__name__, [
            parts(getattr(token, name)) if name in inside else getattr(token, name)
            for kind in type(token).__mro__ for name in getattr(kind, "__slots__", ())
        ])
        for token in tokens
    ]  # fmt: skip


def test_the_tokens_of_a_plain_value_are_those_of_the_tokeniser() -> None:
    random = Random(3)  # noqa: S311
    values = [value for sheet in SHEETS for value in re.findall(r":([^;{}:]*+)[;}]", sheet)]
    plain = 0
    for value in random.sample(values, 2000):
        for _ in range(examples(8)):
            at = random.randrange(len(value) + 1)
            text = value[:at] + random.choice("0123eEuUpx+-.%#(),/* \t\n\\_'\"!@é<>") * random.randrange(2)
            text += value[at + random.randrange(2) :]
            tokens = plain_tokens(text)
            if tokens is not None:
                assert parts(tokens) == parts(tinycss2.parse_component_value_list(text)), text
                plain += 1
    assert plain > 500


def test_the_sheets_of_usual_cards_are_taken_apart_whole() -> None:
    for sheet in SHEETS[-len(CARDS) :]:
        assert not [part for part in plain_rules.take_apart(sheet) if isinstance(part, Rest)]


def test_many_rules_that_are_not_plain_cost_no_more_than_the_tokeniser() -> None:
    text = "\n@media print { a { color: red } }\n.b { color: red }" * 2000
    parts = list(plain_rules.take_apart(text))
    assert sum(len(part.text) for part in parts if isinstance(part, Rest)) < 1.1 * len(text)
