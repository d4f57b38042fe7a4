"""`preview.json`: demo data for a template, and the worst cases that `emblazon lint` draws.

    {"params": {…}, "cases": {"arabic": {"params": {…}, "options": {"lang": "ar"}}}}

A case's params stand alone; its options are the reserved parameters of a URL without the underscore.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emblazon.contract.params import ParamRules
from emblazon.contract.problem import Problem
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.schema import Manifest, TemplateSpec

from ..errors import TemplateError


@dataclass(frozen=True, slots=True)
class Preview:
    """Checked cards by case name; `preview` is the one for show."""

    cases: Mapping[str, CardRequest] = field(default_factory=dict)


def read_preview(path: Path, spec: TemplateSpec) -> Preview:
    """Read `preview.json`, if there is one; raises TemplateError that names the case and the parameter."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Preview()
    except ValueError as error:
        raise TemplateError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("cases", {}), dict):
        raise TemplateError(f'{path}: expected {{"params": {{…}}, "cases": {{…}}}}')
    manifest = Manifest("", {spec.name: spec})
    main = {name: value for name, value in data.items() if name != "cases"}
    cases = {"preview": main, **data.get("cases", {})}
    return Preview({name: _case(path, name, case, spec, manifest) for name, case in cases.items()})


def _case(path: Path, name: str, case: object, spec: TemplateSpec, manifest: Manifest) -> CardRequest:
    if not isinstance(case, dict):
        raise TemplateError(f"{path}: {name}: expected an object")
    try:
        request = build_request({**case, "template": spec.name}, manifest, rules=ParamRules(strict=True))
    except Problem as problem:
        raise TemplateError(f"{path}: {name}: {problem.detail}") from None
    for finding in request.findings:
        raise TemplateError(f"{path}: {name}: {finding.detail}")
    return request
