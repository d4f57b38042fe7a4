"""A template with a card's values as a request to the engine, which is bound again where a picture fails.

A picture that cannot be had is as good as none: its parameter counts as not given, so that what stands in
`{% if image %}` closes its gap. `card.failed` names such parameters to a template that wants to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.request import CardRequest
from emblazon.contract.schema import ParamValue, TemplateSpec, safe_format

from .render import RenderRequest
from .template.library import TemplateLibrary

Values = Mapping[str, ParamValue]


def bound_request(
    library: TemplateLibrary,
    name: str,
    params: Values,
    *,
    lang: str = "",
    variant: str = "",
    width: int = 0,
    height: int = 0,
    **options: Any,
) -> RenderRequest:
    """Bind a template; `options` are further fields of the request. Raises CardError and TemplateError."""
    where = {"lang": lang, "variant": variant, "width": width, "height": height}

    def bind(values: Values, failed: tuple[str, ...] = ()) -> RenderRequest:
        bound = library.bind(name, values, failed=failed, **where)  # type: ignore[arg-type]  # as declared above
        return RenderRequest(
            html=bound.html,
            base=str(bound.base),
            file=bound.file,
            width=bound.width,
            height=bound.height,
            lang=bound.lang,
            safe_format=safe_format(library.get(name).spec, params),
            **options,
        )

    def without(lost: frozenset[str]) -> RenderRequest | None:
        values, failed = params_without(library.get(name).spec, params, lost)
        return bind(values, failed) if failed else None

    request = bind(params)
    return request if variant == FALLBACK_VARIANT else request.rebound_by(without)


def request_of_card(library: TemplateLibrary, card: CardRequest, **options: Any) -> RenderRequest:
    """Bind what a card's URL asks for; `options` are further fields. Raises CardError and TemplateError."""
    return bound_request(
        library,
        card.template.name,
        card.params,
        lang=card.lang,
        variant=card.variant,
        width=card.width,
        height=card.height,
        dpr=card.dpr,
        format=card.format,
        quality=card.quality,
        max_bytes=card.max_bytes,
        **options,
    )


def params_without(
    spec: TemplateSpec, params: Values, lost: frozenset[str]
) -> tuple[dict[str, ParamValue], tuple[str, ...]]:
    """Return the parameters without the pictures that were lost, and the names of those that changed.

    A required one takes its value from the template's `[fallback]`; without one there it stays as it is.
    """
    kept: dict[str, ParamValue] = {}
    failed: list[str] = []
    for name, value in params.items():
        if isinstance(value, tuple) and lost & set(value):
            kept[name] = tuple(item for item in value if item not in lost)
        elif not isinstance(value, str) or value not in lost:
            kept[name] = value
            continue
        elif spec.params[name].required:
            kept[name] = spec.fallback.get(name, value)
            if kept[name] == value:
                continue
        failed.append(name)
    return kept, tuple(failed)
