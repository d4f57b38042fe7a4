"""Every problem that edge and origin answer with, as RFC 9457 problem details: one tree.

Problem
 ├─ BadRequest            400   malformed URL or body
 │   ├─ BadParameter      400   one parameter is wrong; `param` names it
 │   └─ MalformedBody     400   the body is not what its header fields say
 ├─ CardRefused           400   the origin cannot draw the card as given
 ├─ Unauthorized          401   missing or wrong bearer token
 ├─ Forbidden             403   the signature is missing or wrong
 │   └─ SwitchedOff       403   no token is configured for this endpoint
 ├─ NotFound              404   no such route, template or card
 ├─ MethodNotAllowed      405   `allow` lists what is
 ├─ Gone                  410   the signed URL has expired
 ├─ ConditionFailed       412   If-Match or If-Unmodified-Since does not hold
 ├─ PayloadTooLarge       413   the body is too large
 ├─ UriTooLong            414   the URL is too long
 ├─ RangeNotSatisfiable   416   the range begins behind the end
 ├─ TooManyRequests       429   `retry_after` seconds
 ├─ NotStored             502   the origin or its storage did not take the card
 │   └─ StoreBusy         503   … because it has no capacity now
 ├─ NotReady              503   the edge cannot take the card now
 ├─ Unpurgeable           503   the purge did not reach every tier
 └─ Fault                 any   what went wrong on this side
"""

from __future__ import annotations

import json
from collections.abc import Iterable

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be served as sent; every text in it is safe to send back.

    `kind` becomes the problem type `urn:emblazon:problem:<kind>`. `extra` holds further members of the
    JSON object, e.g. `{"did_you_mean": "title"}`.
    """

    status = 400
    kind = "bad-request"
    title = "The request is malformed"

    def __init__(
        self, detail: str, *, param: str = "", kind: str = "", extra: dict[str, object] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.param = param
        self.kind = kind or type(self).kind
        self.extra = extra or {}

    @property
    def type(self) -> str:
        """The problem type URI."""
        return f"urn:emblazon:problem:{self.kind}"

    def headers(self) -> dict[str, str]:
        """Header fields that belong to this problem besides Content-Type and Cache-Control."""
        return {}

    def to_dict(self) -> dict[str, object]:
        """Members of the problem object, `param` only where one is at fault."""
        body: dict[str, object] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.param:
            body["param"] = self.param
        return body | self.extra

    def to_json(self) -> bytes:
        """The problem as a UTF-8 JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False).encode("utf-8", "replace")


class BadRequest(Problem):
    """The URL or the body is malformed."""


class BadParameter(BadRequest):
    """One parameter is unknown, duplicate, missing, oversized or of the wrong type."""

    kind = "bad-parameter"
    title = "A parameter is wrong"


class MalformedBody(BadRequest):
    """The body is not what its header fields say."""

    kind = "malformed-body"
    title = "The body cannot be read"


class Unauthorized(Problem):
    """The bearer token is missing or wrong."""

    status = 401
    kind = "unauthorized"
    title = "A valid bearer token is needed"

    def headers(self) -> dict[str, str]:
        """Name the scheme (RFC 9110 §11.6.1)."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The signature is missing or does not match."""

    status = 403
    kind = "bad-signature"
    title = "The signature is missing or wrong"


class NotFound(Problem):
    """No such route, template or card."""

    status = 404
    kind = "not-found"
    title = "There is nothing at this address"


class MethodNotAllowed(Problem):
    """The route exists, the method does not."""

    status = 405
    kind = "method-not-allowed"
    title = "The method is not allowed here"

    def __init__(self, detail: str, *, allow: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.allow = allow

    def headers(self) -> dict[str, str]:
        """List the methods that are allowed (RFC 9110 §15.5.6)."""
        return {"Allow": ", ".join(self.allow)}


class Gone(Problem):
    """The signed URL has expired."""

    status = 410
    kind = "expired"
    title = "The URL has expired"


class PayloadTooLarge(Problem):
    """The body is larger than the route takes."""

    status = 413
    kind = "payload-too-large"
    title = "The body is too large"


class UriTooLong(Problem):
    """The URL is longer than `uri.MAX_URL_BYTES`."""

    status = 414
    kind = "uri-too-long"
    title = "The URL is too long"


class TooManyRequests(Problem):
    """The caller has used up its rate."""

    status = 429
    kind = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        """Say when to try again, in seconds."""
        return {"Retry-After": str(self.retry_after)}


class SwitchedOff(Forbidden):
    """No token is configured for this endpoint."""

    kind = "not-configured"
    title = "This endpoint is switched off"


class NotReady(Problem):
    """The edge cannot take the card now."""

    status = 503
    kind = "not-ready"
    title = "The card cannot be taken now"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}


class NotStored(Problem):
    """The origin or its storage did not take the card."""

    status = 502
    kind = "not-stored"
    title = "The card could not be stored"


class StoreBusy(NotStored):
    """The origin has no capacity now."""

    status = 503

    def __init__(self, detail: str, retry_after: str) -> None:
        super().__init__(detail)
        self._retry_after = retry_after

    def headers(self) -> dict[str, str]:
        return {"Retry-After": self._retry_after}


class Unpurgeable(Problem):
    """The purge cannot be promised now."""

    status = 503
    kind = "purge-incomplete"
    title = "The purge did not reach every tier"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "2"}


class CardRefused(Problem):
    """The origin says that the card itself is wrong (400, 422): bad input stays 4xx."""

    kind = "card-error"
    title = "The card cannot be drawn as given"


class ConditionFailed(Problem):
    """If-Match or If-Unmodified-Since does not hold (RFC 9110 §15.5.13)."""

    status = 412
    kind = "precondition-failed"
    title = "The condition of the request does not hold"


class RangeNotSatisfiable(Problem):
    """The range begins behind the end (RFC 9110 §15.5.17)."""

    status = 416
    kind = "range-not-satisfiable"
    title = "The range lies outside the card"

    def __init__(self, length: int) -> None:
        super().__init__(f"The card has {length} bytes.")
        self.length = length

    def headers(self) -> dict[str, str]:
        return {"Content-Range": f"bytes */{self.length}"}


class Fault(Problem):
    """What went wrong on this side, with a status of its own; `retry_after` is in seconds."""

    status = 500
    kind = "internal"
    title = "Internal error"

    def __init__(
        self,
        detail: str,
        *,
        status: int = 500,
        kind: str = "",
        title: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail, kind=kind)
        self.status = status
        self.title = title or type(self).title
        self.retry_after = retry_after

    def headers(self) -> dict[str, str]:
        """Say when to try again, where that is known."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def first_repeated(names: Iterable[str]) -> str | None:
    """Return the first name that has come before, or None."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def did_you_mean(word: str, known: list[str]) -> str | None:
    """The known word nearest to a misspelt one, or None."""
    from difflib import get_close_matches  # only on the error path: costs start-up time

    matches = get_close_matches(word[:64], known, n=1, cutoff=0.6)
    return matches[0] if matches else None


def unknown_word(what: str, word: str, known: list[str]) -> tuple[str, dict[str, object]]:
    """Detail text and extra members for a word that is not among the known ones."""
    near = did_you_mean(word, known)
    hint = f" Did you mean {near!r}?" if near else f" Known: {', '.join(known) or 'none'}."
    extra: dict[str, object] = {"known": known}
    if near:
        extra["did_you_mean"] = near
    return f"{what} {word[:64]!r} is not known.{hint}", extra
