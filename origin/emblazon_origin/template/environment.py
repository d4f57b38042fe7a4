"""The sandbox that templates run in: no Python, no files but the template's own, bounded time and size.

Autoescape is always on, and an unknown name is an error rather than an empty space in the card. What could
make a small template use a lot of memory or time (string multiplication, padding, `range` of millions) is
not there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..caching import ByteCache
from ..errors import CardError, TemplateError
from ..limits import MAX_HTML_BYTES
from .css_context import CssContext, css, trusted
from .filters import FILTERS

KIT = "emblazon/kit.html"  # what every template can import
MAX_RANGE = 1_000
CODE_BYTES = 30_000  # of a compiled template, about
MAX_SECONDS = 2.0  # of processor time: a busy machine is not the template's fault
_KEPT_FILTERS = (
    "abs", "batch", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "items",
    "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
    "reverse", "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title",
    "trim", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_compiled: ByteCache[CodeType] = ByteCache("compiled templates", 2 << 20, lambda _: CODE_BYTES)
_UNBOUNDED_METHODS = frozenset(
    {"center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill", "translate"}
)


class CardEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2 as card templates see it; one per template folder."""

    intercepted_binops = frozenset({"*", "**", "%", "<<"})

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
    try:
        for piece in template.generate(context):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_HTML_BYTES:
                raise CardError(f"{template.name}: the card's HTML is larger than {MAX_HTML_BYTES} bytes")
            if time.thread_time() > deadline:
                raise CardError(f"{template.name}: binding takes longer than {MAX_SECONDS:g} s")
    except UndefinedError as error:
        known = ", ".join(sorted(name for name in context if name != "card"))
        raise TemplateError(f"{_where(template, error)}: {error}; parameters: {known}, and card.*") from None
    except JinjaError as error:
        raise TemplateError(f"{_where(template, error)}: {error}") from None
    except (ArithmeticError, TypeError, ValueError, AttributeError, LookupError, RecursionError) as error:
        raise TemplateError(f"{_where(template, error)}: {type(error).__name__}: {error}") from None
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
