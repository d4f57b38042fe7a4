"""The alternative text of a card, from the sentence in its template's `card.toml`.

`{name}` is a parameter. A part in square brackets is left out where a parameter in it is not given:
`{title}[, by {author}]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..contract.schema import ParamValue, TemplateSpec
from ..contract.values import absent_value

MAX_ALT = 420  # characters that X shows; others allow more
_FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def alt_text(spec: TemplateSpec, params: Mapping[str, ParamValue]) -> str:
    """Fill in the template's sentence; without one, the first text that the card was given."""
    values = {name: _words(params.get(name, absent_value(param))) for name, param in spec.params.items()}
    if not spec.alt:
        texts = (values[name] for name, param in spec.params.items() if param.type in ("string", "text"))
        return _cut(next(filter(None, texts), ""))

    def part(match: re.Match[str]) -> str:
        fields = _FIELD.findall(match[1])
        return match[1] if all(values.get(field) for field in fields) else ""

    sentence = _OPTIONAL.sub(part, spec.alt)
    filled = _FIELD.sub(lambda match: values.get(match[1], ""), sentence)
    return _cut(" ".join(filled.split()))


def _words(value: ParamValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_ALT else text[: MAX_ALT - 1].rstrip() + "…"
