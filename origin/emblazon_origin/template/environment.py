"""The sandbox that templates run in: no Python, no files but the template's own, bounded time and size.

Autoescape is always on, and an unknown name is an error rather than an empty space in the card. What could
make a small template use a lot of memory or time (string multiplication, padding, `range` of millions) is
not there.

Values inside `<style>` and `style=""` are escaped for CSS, without the author having to think of it: HTML
escaping does not help there: `red} body{display:none` has nothing that HTML would escape. While a template
is compiled, this extension follows the literal text between the expressions, and writes every `{{ … }}`
that stands in a style element or attribute as `{{ (…)|css }}`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
)
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from ..caching import ByteCache
from ..errors import CardError, TemplateError
from ..limits import MAX_HTML_BYTES
from .brand import Brand
from .filters import FILTERS
from .fitting import Fitted

KIT = "emblazon/kit.html"  # what every template can import
MAX_RANGE = 1_000
CODE_BYTES = 30_000  # of a compiled template, about
MAX_SECONDS = 2.0  # of processor time: a busy machine is not the template's fault
_BETWEEN_LOOKS = 16  # pieces from one look at that clock, a call of the system, to the next
_KEPT_FILTERS = (
    "abs", "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "items",
    "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
    "reverse", "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title",
    "trim", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_compiled: ByteCache[CodeType] = ByteCache("compiled templates", 2 << 20, lambda _: CODE_BYTES)
_RECORDS = (Brand, Fitted)
_DICT_METHODS = frozenset(dir(dict))
_OF_LOOPS = frozenset({"first", "index", "index0", "last", "length"})
_UNBOUNDED_METHODS = frozenset(
    {"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill", "translate"}
)

# What opens and closes the two contexts. An attribute counts only inside a tag.
_EDGES = re.compile(
    r"""(?P<open><style\b[^>]*>)|(?P<close></style)|(?P<comment><!--.*?-->)"""
    r"""|(?P<attribute>\sstyle\s*=\s*(?P<quote>["']))""",
    re.IGNORECASE | re.DOTALL,
)
_COLOR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})")
_UNSAFE = re.compile(r"[\x00-\x2c./:-@\[-^`{-\x7f]")


class _Run(threading.local):
    """What a thread is rendering: the contexts of the template and of what it imports."""

    contexts: list[Context] | None = None


_run = _Run()


class CardContext(Context):
    """The names of a template or of a file that it imports, known to `render` for as long as that runs."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if _run.contexts is not None:
            _run.contexts.append(self)


class CardEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2 as card templates see it; one per template folder."""

    intercepted_binops = frozenset({"*", "**", "%", "<<"})
    context_class = CardContext

    def __init__(self, folder: Path) -> None:
        super().__init__(
            loader=ChoiceLoader([KitLoader(), FileSystemLoader(folder)]),
            bytecode_cache=KeptCode(),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=[CssContext, "jinja2.ext.do", "jinja2.ext.loopcontrols"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.filters = (
            {name: DEFAULT_FILTERS[name] for name in _KEPT_FILTERS} | FILTERS | {"css": css, "safe": trusted}
        )
        self.globals = {"range": _range}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Allow arithmetic on numbers only."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator!r} works on numbers only")
        if operator in ("**", "<<") and (abs(right) > 64 or abs(left) > 2**53):
            raise SecurityError(f"{operator!r} with such large numbers")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Any:
        """Refuse `str.format`, whose padding has no bound."""
        if super().wrap_str_format(value) is None:
            return None
        raise SecurityError("access to str.format is unsafe; use the filters")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute or item; of records, imports and loops without the questions others need."""
        if obj.__class__ in _RECORDS and attribute in obj.__slots__:
            return getattr(obj, attribute)
        if obj.__class__ is dict and attribute in obj and attribute not in _DICT_METHODS:
            return obj[attribute]
        if obj.__class__ is TemplateModule and attribute in obj.__dict__ and attribute[0] != "_":
            return obj.__dict__[attribute]
        if obj.__class__ is LoopContext and attribute in _OF_LOOPS:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Keep templates from the string methods that pad to any length."""
        if isinstance(obj, str) and attr in _UNBOUNDED_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)


class KitLoader(BaseLoader):
    """Finds the kit for every template."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the kit's text and its file."""
        if template != KIT:
            raise TemplateNotFound(template)
        path = Path(__file__).parent / "kit.html"
        return path.read_text("utf-8"), str(path), lambda: True


class KeptCode(BytecodeCache):
    """What this process has compiled: all templates share the kit, and a gallery loads all at each visit."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was compiled of the same text."""
        bucket.code = _compiled.peek((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            _compiled.put((bucket.key, bucket.checksum), bucket.code)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > MAX_RANGE:
        raise SecurityError(f"range() of more than {MAX_RANGE} numbers")
    return numbers


def compile_template(environment: CardEnvironment, folder: Path, name: str) -> Template:
    """Compile one file of a template folder; raises TemplateError with file, line and reason."""
    try:
        return environment.get_template(name)
    except TemplateSyntaxError as error:
        raise TemplateError(f"{folder / (error.name or name)}:{error.lineno}: {error.message}") from None
    except JinjaError as error:
        raise TemplateError(f"{folder / name}: {error}") from None
    except UnicodeDecodeError:
        raise TemplateError(f"{folder / name}: not UTF-8") from None


def render(template: Template, context: dict[str, object]) -> str:
    """Run a compiled template within the limits; raises TemplateError, CardError where it is too large."""
    pieces: list[str] = []
    size = 0
    deadline = time.thread_time() + MAX_SECONDS
    contexts = _run.contexts = []
    try:
        for number, piece in enumerate(template.generate(context)):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_HTML_BYTES:
                raise CardError(f"{template.name}: the card's HTML is larger than {MAX_HTML_BYTES} bytes")
            if number % _BETWEEN_LOOKS == 0 and time.thread_time() > deadline:
                raise CardError(f"{template.name}: binding takes longer than {MAX_SECONDS:g} s")
    except UndefinedError as error:
        known = ", ".join(sorted(name for name in context if name != "card"))
        raise TemplateError(f"{_where(template, error)}: {error}; parameters: {known}, and card.*") from None
    except JinjaError as error:
        raise TemplateError(f"{_where(template, error)}: {error}") from None
    except (ArithmeticError, TypeError, ValueError, AttributeError, LookupError, RecursionError) as error:
        raise TemplateError(f"{_where(template, error)}: {type(error).__name__}: {error}") from None
    finally:
        _run.contexts = None
        for made in contexts:  # and its macros hold each other, which only the collector would find
            made.vars.clear()
    return "".join(pieces)


def _where(template: Template, error: BaseException) -> str:
    """File and line of the innermost template frame; Jinja2 rewrites tracebacks to template lines."""
    line, file = 0, str(template.filename)
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(".html"):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return f"{file}:{line}" if line else file


class CssText(Markup):
    """Text that is safe in CSS and, having none of its special characters, in HTML."""


def trusted(value: object) -> Markup:
    """`|safe`: text that the author of the template vouches for, in HTML and in CSS."""
    return CssText(value)


def css(value: object) -> Markup:
    """Escape a value for use in CSS: as a keyword, a number, a colour, or inside a string or `url()`.

    Colours and numbers come through as they are; in all else every character that CSS could read as
    syntax is written as an escape (CSS Syntax §4.3.7).
    """
    if value.__class__ is not str:
        if isinstance(value, CssText):
            return value
        if isinstance(value, bool) or value is None:
            return CssText("")
        if isinstance(value, int | float):
            return CssText(repr(value))
    text = str(value)
    if _COLOR.fullmatch(text):
        return CssText(text)
    return CssText(_UNSAFE.sub(lambda match: f"\\{ord(match[0]):x} ", text))


class CssContext(Extension):
    """Adds `|css` to the expressions in style elements and attributes."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Rewrite the template's tokens; the literal text says where we are."""
        end = ""  # what closes the context we are in
        for token in stream:
            if token.type == "data":
                end = _context_after(str(token.value), end)
            if not end or token.type not in ("variable_begin", "variable_end"):
                yield token
            elif token.type == "variable_begin":
                yield token
                yield Token(token.lineno, "lparen", "(")
            else:
                yield from _filtered(token)


def _filtered(end: Token) -> Iterator[Token]:
    yield Token(end.lineno, "rparen", ")")
    yield Token(end.lineno, "pipe", "|")
    yield Token(end.lineno, "name", "css")
    yield end


def _context_after(text: str, end: str) -> str:
    """The context at the end of a piece of literal text, given the one at its start.

    A context is named by what closes it: `</style`, a quote, or "" for HTML.
    """
    position = 0
    while True:
        if end:
            close = text.lower().find(end, position)
            if close < 0:
                return end
            position, end = close + len(end), ""
        match = _EDGES.search(text, position)
        if match is None:
            return ""
        position = match.end()
        if match["open"]:
            end = "</style"
        elif match["attribute"]:
            end = match["quote"]
