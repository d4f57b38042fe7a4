"""A/B tests: which look the card of a page has, chosen alike by the SDK, the edge and the origin.

    text  = "emblazon-variant-v1\\n" + template + "\\n" + experiment + "\\n" + page, each percent-encoded
    point = the first 8 bytes of SHA-256(text), a big-endian number, times the sum of the weights, over 2^64

The look is the first, by name, whose weights added up exceed the point. So a page keeps its card, its
neighbour may have another, and a new name of the experiment deals them anew. `base` is the template's own
look. `tests/vectors/variants.json` holds vectors, `tests/vectors/reference.mjs` the same in JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from .schema import BASE_LOOK, ParamValue, TemplateSpec
from .uri import encode, encode_query
from .values import format_value


def choose_variant(spec: TemplateSpec, page: str) -> str:
    """Return the variant of a page's card; "" is the template's own look."""
    weights = spec.experiment.weights or dict.fromkeys((BASE_LOOK, *spec.variants), 1)
    parts = (spec.name, spec.experiment.name, page)
    text = "\n".join(("emblazon-variant-v1", *map(encode, parts)))
    point = int.from_bytes(sha256(text.encode()).digest()[:8], "big") * sum(weights.values()) >> 64
    for name in sorted(weights):
        if point < weights[name]:
            return "" if name == BASE_LOOK else name
        point -= weights[name]
    raise AssertionError("the point lies below the sum of the weights")


def page_of(params: Mapping[str, ParamValue]) -> str:
    """Return what stands for a page that nobody named: what its card says."""
    return encode_query({name: format_value(value) for name, value in params.items()})
