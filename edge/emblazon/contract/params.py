"""A template's parameters against its schema: strictly, or so that a card is drawn whatever a page wrote.

The content of a page never costs it its picture. Text that is too long is cut. A value that cannot be drawn
is dropped for the schema's default, and so is a name that the schema does not have. Where a required one is
missing, the template's fallback values stand in. Each of these is a `Finding`: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..dataclass import dataclass, field
from ..typed import Literal
from .problem import BadParameter, unknown_word
from .schema import ParamValue, TemplateSpec
from .uri import DEFAULT_IGNORED, IgnoreList, encode
from .values import absent_value, check_value, fit_value

_INVISIBLE = re.compile("[\\s\u00ad\u061c\u200b-\u200f\u2028\u2029\u2060\u2800\ufe00-\ufe0f]*")
MALFORMED = ("bad-encoding", "duplicate-parameter")  # problems of the URL, not of the value

FindingCode = Literal["cut", "invalid-value", "unknown-parameter", "missing-parameter", "ignored-parameter"]

FINDINGS_HEADER = "X-Emblazon-Findings"
MAX_IN_HEADER = 12
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"%\\')


@dataclass(frozen=True, slots=True)
class ParamRules:
    """How forgiving a deployment is with what pages, platforms and tools write into URLs."""

    strict: bool = False  # unknown and missing parameters are a 400, so that an author finds them
    ignored: IgnoreList = DEFAULT_IGNORED


FORGIVING = ParamRules()


@dataclass(frozen=True, slots=True)
class Finding:
    """One parameter that is not drawn as given; `detail` is a sentence for the author of the page."""

    code: FindingCode
    param: str
    detail: str

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON members."""
        return {"code": self.code, "param": self.param, "detail": self.detail}


@dataclass(slots=True)
class FittedParams:
    """Parameters that a template can draw, and what was changed to get there."""

    params: dict[str, ParamValue] = field(default_factory=dict)  # sorted by name, without defaults
    findings: list[Finding] = field(default_factory=list)
    nothing_left: bool = False  # no required parameter, nor anything else to show: the fallback look


def check_params(
    spec: TemplateSpec, given: Mapping[str, object], *, complete: bool = True
) -> dict[str, ParamValue]:
    """Check a template's own parameters; what equals its default is left out, the rest sorted by name.

    Where not `complete`, required parameters may be missing. Raises BadParameter.
    """
    params: dict[str, ParamValue] = {}
    for name in sorted(given):
        if name not in spec.params:
            raise unknown_parameter(spec, name)
        value = check_value(spec.params[name], given[name])
        if value is not None and value != absent_value(spec.params[name]):
            params[name] = value
    for name in spec.params if complete else ():
        if is_missing(spec, name, params):
            raise missing_parameter(spec, name)
    return params


def fit_params(
    spec: TemplateSpec, given: Mapping[str, object], *, strict: bool = False, complete: bool = True
) -> FittedParams:
    """Make the most of a template's own parameters.

    Raises BadParameter for malformed values and, where `strict`, for unknown and missing names.
    """
    fitted = FittedParams()
    for name in sorted(given):
        if name in spec.params:
            _fit(spec, name, given[name], fitted, strict=strict)
        elif strict:
            raise unknown_parameter(spec, name)
        else:
            fitted.findings.append(_dropped(unknown_parameter(spec, name)))
    if complete:
        _stand_in(spec, fitted, strict=strict)
    return fitted


def is_missing(spec: TemplateSpec, name: str, params: Mapping[str, ParamValue]) -> bool:
    """Whether a required parameter is absent, or text of blanks, joiners and marks of direction alone."""
    return spec.params[name].required and _shows_nothing(params.get(name))


def unknown_parameter(spec: TemplateSpec, name: str) -> BadParameter:
    """Return the problem of a name that the schema does not have."""
    detail, extra = unknown_word("Parameter", name, [*spec.params])
    return BadParameter(detail, param=name[:64], kind="unknown-parameter", extra=extra)


def missing_parameter(spec: TemplateSpec, name: str) -> BadParameter:
    """Return the problem of a required parameter that is not there."""
    return BadParameter(
        f"Parameter {name!r} is required by template {spec.name!r}.", param=name, kind="missing-parameter"
    )


def _fit(spec: TemplateSpec, name: str, raw: object, fitted: FittedParams, *, strict: bool) -> None:
    param = spec.params[name]
    try:
        value, cut = fit_value(param, raw)
    except BadParameter as problem:
        if problem.kind in MALFORMED or (strict and param.required):
            raise
        fitted.findings.append(Finding("invalid-value", name, problem.detail))
        return
    if cut:
        fitted.findings.append(Finding("cut", name, cut))
    if value is not None and value != absent_value(param):
        fitted.params[name] = value


def _stand_in(spec: TemplateSpec, fitted: FittedParams, *, strict: bool) -> None:
    """Put the fallback's values where required ones are missing, unless nothing else is left to show."""
    missing = [name for name in spec.params if is_missing(spec, name, fitted.params)]
    if not missing:
        return
    if strict:
        raise missing_parameter(spec, missing[0])
    fitted.findings += [_dropped(missing_parameter(spec, name)) for name in missing]
    shown = [name for name in fitted.params if name not in missing and _is_content(spec, name, fitted.params)]
    if not shown or any(name not in spec.fallback for name in missing):
        fitted.params, fitted.nothing_left = {}, True
        return
    stood_in = fitted.params | {name: spec.fallback[name] for name in missing}
    fitted.params = {name: stood_in[name] for name in sorted(stood_in)}


def _is_content(spec: TemplateSpec, name: str, params: Mapping[str, ParamValue]) -> bool:
    """Whether a parameter shows something itself: a colour or a switch alone makes no card."""
    return spec.params[name].type not in ("color", "boolean", "choice") and not _shows_nothing(params[name])


def _dropped(problem: BadParameter) -> Finding:
    missing = problem.kind == "missing-parameter"
    return Finding("missing-parameter" if missing else "unknown-parameter", problem.param, problem.detail)


def _shows_nothing(value: ParamValue | None) -> bool:
    return value in (None, ()) or (isinstance(value, str) and _INVISIBLE.fullmatch(value) is not None)


def findings_header(findings: Sequence[Finding]) -> str:
    """Write findings as a list of RFC 9651: `cut;param="title", unknown-parameter;param="titel"`.

    A name's characters beyond ASCII are percent-encoded; of many findings, the first ones are written.
    """
    items = [f'{finding.code};param="{_ascii(finding.param)}"' for finding in findings[:MAX_IN_HEADER]]
    return ", ".join(items)


def _ascii(name: str) -> str:
    return "".join(character if character in _PLAIN else encode(character) for character in name[:64])
