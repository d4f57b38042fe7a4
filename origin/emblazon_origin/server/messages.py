"""Requests and responses between the origin and whatever carries them (aiohttp, the edge in-process)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from emblazon.contract.problem import CONTENT_TYPE as PROBLEM_TYPE
from emblazon.contract.problem import Fault, Problem
from emblazon_origin.errors import EmblazonError


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request: the target as on the wire, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query without its `?`."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One response. The carrier leaves the body out for HEAD but keeps Content-Length."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a field."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


_TITLES = {
    400: "The card cannot be drawn as given",
    422: "The card asks for more than a limit allows",
    500: "The card could not be drawn",
    503: "The origin cannot take this card now",
    504: "The card took too long to draw",
}


def json_response(document: object, status: int = 200) -> HttpResponse:
    """Answer with a JSON document that nobody may store."""
    body = orjson.dumps(document)
    return HttpResponse(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body)


def problem_response(problem: Problem) -> HttpResponse:
    """Answer with what the client did wrong."""
    headers = [("Content-Type", PROBLEM_TYPE), ("Cache-Control", "no-store"), *problem.headers().items()]
    return HttpResponse(problem.status, headers, problem.to_json())


def error_response(error: EmblazonError) -> HttpResponse:
    """Answer with what went wrong here; only the public text leaves the house."""
    again = getattr(error, "retry_after", None) or 1
    return problem_response(
        Fault(
            error.public or "The card could not be drawn.",
            status=error.status,
            kind=_kind(error),
            title=_TITLES.get(error.status, "The card could not be drawn"),
            retry_after=again if error.status == 503 else None,
        )
    )


def _kind(error: EmblazonError) -> str:
    """CamelCase to kebab-case: RenderTimeout → render-timeout."""
    name = type(error).__name__.lstrip("_")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
