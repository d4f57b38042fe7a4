"""Parsing selectors (Selectors 4, CSS Nesting) from component values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import tinycss2
from tinycss2.nth import parse_nth

from ..values.tokens import Token
from . import pseudo_classes as pc
from .model import Compound, Selector, Specificity, Test

MAX_COMPOUNDS = 100
MAX_NESTING = 20
GENERATED = ("before", "after", "marker", "first-letter", "first-line")


class InvalidSelector(ValueError):
    """The selector is not valid; the message is the reason."""


class _Reader:
    """One complex selector's tokens, comments gone, white space kept."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = [t for t in tokens if t.type != "comment"]
        while self.tokens and self.tokens[0].type == "whitespace":
            del self.tokens[0]
        while self.tokens and self.tokens[-1].type == "whitespace":
            del self.tokens[-1]
        self.i = 0

    def peek(self, ahead: int = 0) -> Token | None:
        i = self.i + ahead
        return self.tokens[i] if i < len(self.tokens) else None

    def is_literal(self, *values: str, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is not None and token.type == "literal" and token.value in values

    def skip_space(self) -> bool:
        start = self.i
        while (token := self.peek()) is not None and token.type == "whitespace":
            self.i += 1
        return self.i > start


def split_list(tokens: Sequence[Token]) -> list[list[Token]]:
    """Split a selector list at its commas."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def parse_selector_list(
    tokens: Sequence[Token], parents: tuple[Selector, ...] | None = None, *, scoped: bool = False
) -> tuple[Selector, ...]:
    """Return the selectors of a style rule; nested in `parents` where given, else `scoped` by an @scope.

    Raise `InvalidSelector`.
    """
    nested = parents is not None or scoped
    return tuple(_Parser(parents, 0, scoped).complex(part, nested=nested) for part in split_list(tokens))


_ONE_CLASS = re.compile(r"[ \t\n]*(\.([a-zA-Z_][a-zA-Z0-9_-]*))[ \t\n]*")


def class_selector(text: str) -> Selector | None:
    """Return the selector that a text is which names one class, as most do; None for any other text."""
    match = _ONE_CLASS.fullmatch(text)
    if match is None:
        return None
    compound = Compound((pc.has_class(match[2]),), ("class", match[2]), is_key=True, is_own=True)
    return Selector((compound,), (), (0, 1, 0), "", match[1])


class _Parser:
    def __init__(self, parents: tuple[Selector, ...] | None, depth: int, scoped: bool = False) -> None:
        if depth > MAX_NESTING:
            raise InvalidSelector(f"selectors are nested more than {MAX_NESTING} deep")
        self.parents = parents
        self.depth = depth
        self.scoped = scoped
        self.saw_nesting = False
        self.in_has = False
        self.pseudo = ""
        self.specificity = [0, 0, 0]

    # --- complex selectors ---

    def complex(self, tokens: Sequence[Token], nested: bool = False, relative: bool = False) -> Selector:
        """Parse one complex selector; `relative` ones start with a combinator (a space by default)."""
        reader = _Reader(tokens)
        if not reader.tokens:
            raise InvalidSelector("empty selector")
        text = tinycss2.serialize(reader.tokens)
        compounds: list[Compound] = []
        combinators: list[str] = []
        leading = self.combinator(reader)
        if leading and not (nested or relative):
            raise InvalidSelector(f"a selector cannot start with '{leading}'")
        while True:
            compounds.append(self.compound(reader))
            if reader.peek() is None:
                break
            if self.pseudo:
                raise InvalidSelector("nothing may follow a pseudo-element")
            space = reader.skip_space()
            combinator = self.combinator(reader) or (" " if space else "")
            if not combinator:
                raise InvalidSelector(f"unexpected '{reader.tokens[reader.i].serialize()}'")
            combinators.append(combinator)
            if len(compounds) > MAX_COMPOUNDS:
                raise InvalidSelector(f"more than {MAX_COMPOUNDS} compounds")
        if relative:
            compounds.insert(0, Compound((pc.is_scope,)))
            combinators.insert(0, leading or " ")
        elif nested and (leading or not self.saw_nesting):
            compounds.insert(0, self.nesting())
            combinators.insert(0, leading or " ")
        a, b, c = self.specificity
        return Selector(tuple(compounds), tuple(combinators), (a, b, c), self.pseudo, text)

    def combinator(self, reader: _Reader) -> str:
        if not reader.is_literal(">", "+", "~"):
            return ""
        token = reader.peek()
        assert token is not None  # noqa: S101 - is_literal
        reader.i += 1
        reader.skip_space()
        return str(token.value)

    def add(self, specificity: Specificity) -> None:
        for i in range(3):
            self.specificity[i] += specificity[i]

    def nesting(self) -> Compound:
        """`&`: the parent rule's selectors as in :is(), or :where(:scope) at the top."""
        self.saw_nesting = True
        if self.parents is None:
            return Compound((pc.is_scope,))
        if self.in_has and any(":has(" in parent.text for parent in self.parents):
            raise InvalidSelector(
                "'&' in ':has()' stands for a selector with ':has()', which cannot be nested"
            )
        parents = tuple(p for p in self.parents if not p.pseudo)
        self.add(max((p.specificity for p in parents), default=(0, 0, 0)))
        key = parents[0].key if len(parents) == 1 else ("*", "")
        return Compound((pc.any_of(parents),), key)

    # --- compound selectors ---

    def compound(self, reader: _Reader) -> Compound:
        tests: list[Test] = []
        key = ("*", "")
        is_own = True
        rank = {"*": 0, "attribute": 1, "tag": 2, "class": 3, "id": 4}
        start = reader.i
        while (token := reader.peek()) is not None:
            found = self.simple(reader, token, first=reader.i == start)
            if found is None:
                break
            test, name = found
            if test is not None:
                tests.append(test)
                nested = token.type == "literal" and token.value == "&"
                is_own = is_own and name is not None and name[0] != "attribute" and not nested
            if name is not None and rank[name[0]] > rank[key[0]]:
                key = name
        if reader.i == start:
            token = reader.peek()
            raise InvalidSelector("expected a selector" + (f", got '{token.serialize()}'" if token else ""))
        return Compound(tuple(tests), key, is_own and len(tests) == 1, is_own)

    def simple(
        self, reader: _Reader, token: Token, first: bool
    ) -> tuple[Test | None, tuple[str, str] | None] | None:
        """Parse one simple selector; None where the compound ends."""
        if token.type == "whitespace" or (token.type == "literal" and token.value in (">", "+", "~")):
            return None
        if self.pseudo:
            return self.after_pseudo_element(reader)
        if token.type == "ident" and first:
            return self.type_selector(reader)
        if token.type == "hash":
            if not token.is_identifier:
                raise InvalidSelector(f"'#{token.value}' is not an identifier")
            reader.i += 1
            self.add((1, 0, 0))
            return pc.has_id(token.value), ("id", token.value)
        if token.type == "[] block":
            reader.i += 1
            self.add((0, 1, 0))
            test, name = pc.attribute(_Reader(token.content).tokens, InvalidSelector)
            return test, ("attribute", name)
        if token.type == "literal":
            return self.delimiter(reader, token, first)
        raise InvalidSelector(f"unexpected '{token.serialize()}'")

    def delimiter(
        self, reader: _Reader, token: Token, first: bool
    ) -> tuple[Test | None, tuple[str, str] | None]:
        following = reader.peek(1)
        if token.value == "." and following is not None and following.type == "ident":
            reader.i += 2
            self.add((0, 1, 0))
            return pc.has_class(following.value), ("class", following.value)
        if token.value in ("*", "|") and first:
            return self.type_selector(reader)
        if token.value == "&":
            reader.i += 1
            compound = self.nesting()
            return compound.tests[0], compound.key
        if token.value == ":":
            return self.pseudo_selector(reader)
        raise InvalidSelector(f"unexpected '{token.value}'")

    def type_selector(self, reader: _Reader) -> tuple[Test | None, tuple[str, str] | None]:
        token = reader.tokens[reader.i]
        no_namespace = token.value == "|"
        if (
            reader.is_literal("|", ahead=1) or token.value == "|"
        ):  # a namespace prefix: any but `*` is unknown
            if token.value not in ("*", "|"):
                raise InvalidSelector(f"the namespace '{token.value}' is not declared")
            reader.i += 1 if token.value == "|" else 2
            following = reader.peek()
            if following is None:
                raise InvalidSelector("expected a type after '|'")
            token = following
        reader.i += 1
        if token.type == "literal" and token.value == "*":
            return (pc.never if no_namespace else None), None
        if token.type != "ident":
            raise InvalidSelector(f"unexpected '{token.serialize()}'")
        self.add((0, 0, 1))
        if no_namespace:  # HTML elements are in a namespace
            return pc.never, None
        name = token.lower_value
        return pc.has_tag(name), ("tag", name)

    # --- pseudo-classes and pseudo-elements ---

    def pseudo_selector(self, reader: _Reader) -> tuple[Test | None, tuple[str, str] | None]:
        element = reader.is_literal(":", ahead=1)
        token = reader.peek(2 if element else 1)
        if token is None or token.type not in ("ident", "function"):
            raise InvalidSelector("expected a name after ':'")
        name = token.lower_value if token.type == "ident" else token.lower_name
        legacy = token.type == "ident" and name in ("before", "after", "first-line", "first-letter")
        reader.i += 3 if element else 2
        if element or legacy:
            return self.pseudo_element(name, token)
        if token.type == "function":
            return self.functional(name, token), None
        test = pc.SIMPLE.get(name)
        if test is None:
            raise InvalidSelector(f"unknown pseudo-class ':{name}'")
        self.add((0, 1, 0))
        if name == "scope" and self.scoped:
            self.saw_nesting = True
        return test, None

    def pseudo_element(self, name: str, token: Token) -> tuple[Test | None, tuple[str, str] | None]:
        if name not in GENERATED and name not in pc.OTHER_PSEUDO_ELEMENTS and not name.startswith("-webkit-"):
            raise InvalidSelector(f"unknown pseudo-element '::{name}'")
        if self.depth:
            raise InvalidSelector(f"'::{name}' is not allowed here")
        self.pseudo = name
        self.add((0, 0, 1))
        return None, None

    def after_pseudo_element(self, reader: _Reader) -> tuple[Test | None, tuple[str, str] | None]:
        """Only a state such as :hover may follow a pseudo-element; none ever holds."""
        following = reader.peek(1)
        if reader.is_literal(":") and following is not None and following.type == "ident":
            reader.i += 2
            if following.lower_value in pc.SIMPLE:
                self.pseudo = self.pseudo if self.pseudo not in GENERATED else f"{self.pseudo}:state"
                return pc.never, None
        raise InvalidSelector("nothing may follow a pseudo-element")

    def inner(self) -> _Parser:
        parser = _Parser(self.parents, self.depth + 1, self.scoped)
        parser.in_has = self.in_has
        return parser

    def listed(
        self, tokens: Sequence[Token], forgiving: bool, relative: bool = False
    ) -> tuple[Selector, ...]:
        found = []
        for part in split_list(tokens):
            parser = self.inner()
            try:
                found.append(parser.complex(part, relative=relative))
            except InvalidSelector:
                if not forgiving:
                    raise
                parser.saw_nesting = parser.saw_nesting or _holds_nesting(part)
            self.saw_nesting = self.saw_nesting or parser.saw_nesting
        return tuple(found)

    def functional(self, name: str, token: Token) -> Test:
        if name in ("is", "where", "-webkit-any", "-moz-any"):
            selectors = self.listed(token.arguments, forgiving=True)
            if name != "where":
                self.add(max((s.specificity for s in selectors), default=(0, 0, 0)))
            return pc.any_of(selectors)
        if name == "not":
            selectors = self.listed(token.arguments, forgiving=False)
            self.add(max(s.specificity for s in selectors))
            return pc.none_of(selectors)
        if name == "has":
            if self.in_has:
                raise InvalidSelector("':has()' is not allowed inside ':has()'")
            self.in_has = True
            selectors = self.listed(token.arguments, forgiving=False, relative=True)
            self.in_has = False
            self.add(max(s.specificity for s in selectors))
            return pc.has(selectors)
        self.add((0, 1, 0))
        if name.startswith("nth-"):
            return self.nth(name, token)
        if name == "lang":
            return pc.lang(_language(token.arguments))
        if name == "dir":
            words = [t.lower_value for t in token.arguments if t.type == "ident"]
            return pc.direction(words[0] if words else "")
        if name in ("host", "host-context", "state", "active-view-transition-type"):
            return pc.never
        raise InvalidSelector(f"unknown pseudo-class ':{name}()'")

    def nth(self, name: str, token: Token) -> Test:
        arguments = [t for t in token.arguments if t.type != "comment"]
        of: tuple[Selector, ...] | None = None
        for i, item in enumerate(arguments):
            if item.type == "ident" and item.lower_value == "of" and name in ("nth-child", "nth-last-child"):
                of = self.listed(arguments[i + 1 :], forgiving=False)
                self.add(max(s.specificity for s in of))
                arguments = arguments[:i]
                break
        formula = parse_nth(arguments)
        if formula is None:
            raise InvalidSelector(f"':{name}()' takes a formula such as 2n+1")
        if name not in ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type"):
            raise InvalidSelector(f"unknown pseudo-class ':{name}()'")
        return pc.nth(formula, of, last="last" in name, of_type=name.endswith("type"))


def _language(arguments: Sequence[Token]) -> str:
    """Return the one language that Chromium lets `:lang()` have."""
    words = [token for token in arguments if token.type not in ("whitespace", "comment")]
    if len(words) != 1 or words[0].type != "ident":
        raise InvalidSelector(
            "':lang()' takes one language without quotes, as in Chromium: write :is(:lang(de), :lang(fr))"
        )
    return str(words[0].value)


def _holds_nesting(tokens: Iterable[Token]) -> bool:
    """Whether `&` stands anywhere in tokens, be they a selector or not."""
    stack = list(tokens)
    while stack:
        token = stack.pop()
        if token.type == "literal" and token.value == "&":
            return True
        stack += getattr(token, "arguments", None) or getattr(token, "content", None) or ()
    return False
