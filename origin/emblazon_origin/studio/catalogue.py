"""The templates as the page needs them: schema, cases for show and the worst cases, as JSON values."""

from __future__ import annotations

from emblazon.contract.canonical import canonical_query
from emblazon.contract.manifest import template_to_dict
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.schema import Manifest

from ..explain.worst_cases import worst_cases
from ..home import Home
from ..template.library import CardTemplate
from .verdicts import platform_facts
from .workshop import Workshop

Entry = dict[str, object]


def catalogue(workshop: Workshop, home: Home) -> Entry:
    """Return every template, the project's own first, and the platforms."""
    entries = [_entry(workshop.library.get(name), home) for name in workshop.library.specs]
    entries.sort(key=lambda entry: (not entry["own"], str(entry["name"])))
    return {"templates": entries, "platforms": platform_facts(), "project": home.root.name}


def _entry(template: CardTemplate, home: Home) -> Entry:
    spec = template.spec
    own = home.root != home.builtin and template.folder.is_relative_to(home.own_templates)
    return template_to_dict(spec) | {
        "name": spec.name,
        "own": own,
        "folder": str(template.folder),
        "cases": [_case(name, request) for name, request in template.preview.cases.items()],
        "worst": _worst(template),
    }


def _case(name: str, request: CardRequest) -> Entry:
    return {"name": name, "query": canonical_query(request), "lang": request.lang, "variant": request.variant}


def _worst(template: CardTemplate) -> list[Entry]:
    spec, shown = template.spec, template.preview.cases.get("preview")
    manifest = Manifest("", {spec.name: spec})
    entries = []
    for case in worst_cases(spec, shown.params if shown else {}):
        options = {"lang": case.lang} if case.lang else {}
        card = {"template": spec.name, "params": case.params, "options": options}
        entries.append(_case(case.name.removeprefix("worst-"), build_request(card, manifest)))
    return entries
