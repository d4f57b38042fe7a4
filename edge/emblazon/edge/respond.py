"""Turn a card, a problem or a small document into a response: every header field in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..contract import wire
from ..contract.params import FINDINGS_HEADER, findings_header
from ..contract.problem import CONTENT_TYPE as PROBLEM_TYPE
from ..contract.problem import ConditionFailed, Problem, RangeNotSatisfiable
from ..dataclass import dataclass
from ..typed import assert_never
from .exchange import Exchange
from .http.cache_control import format_date
from .http.cache_status import CacheStatus
from .http.conditional import (
    NotModified,
    Part,
    PreconditionFailed,
    Selection,
    Unsatisfiable,
    WholeBody,
    select,
)
from .keying import KeyedCard
from .messages import Body, BytesBody, Headers, Response
from .store.epochs import front_tag
from .store.freshness import current_age
from .store.record import Record
from .store.tiers import Found

YEAR = 31_536_000
CARD_METHODS = ("GET", "HEAD", "OPTIONS")
CORS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        f"Age, Cache-Status, ETag, Server-Timing, {wire.FALLBACK}, {FINDINGS_HEADER}",
    ),
    ("Timing-Allow-Origin", "*"),
)
# What a 304 repeats (RFC 9110 §15.4.5) beside what every answer has.
_OF_THE_BYTES = ("content-type", "content-length", "repr-digest", "content-range", "accept-ranges")


@dataclass(frozen=True, slots=True)
class Picture:
    """A card that is ready to be sent."""

    record: Record
    body: Body
    status: CacheStatus
    no_store: bool = False  # the origin forbids keeping it
    fallback: str = ""  # why this is not the card that was asked for
    copy: Found | None = None  # the stored copy that this plain hit shows


async def card_response(x: Exchange, card: KeyedCard | None, picture: Picture) -> Response:
    """Answer GET or HEAD with a picture, obeying conditions and ranges.

    Raises ConditionFailed, RangeNotSatisfiable.
    """
    record = picture.record
    modified = format_date(int(record.modified))
    chosen: Selection = WholeBody()
    if not picture.fallback:
        chosen = select(
            x.request.headers,
            method=x.request.method,
            etag=record.etag,
            last_modified=modified,
            length=record.length,
        )
    headers = _picture_headers(x, card, picture, modified)
    match chosen:
        case WholeBody():
            return _whole(x, headers, record.length, picture.body)
        case Part(start, stop):
            return await _part(headers, start, stop, record.length, picture.body)
        case NotModified():
            return Response(304, _without_bytes(headers))
        case PreconditionFailed():
            raise ConditionFailed("The card is not the one that If-Match or If-Unmodified-Since asks for.")
        case Unsatisfiable():
            raise RangeNotSatisfiable(record.length)
        case _:
            assert_never(chosen)


def _whole(x: Exchange, headers: Headers, length: int, body: Body) -> Response:
    complete = (*headers, ("Content-Length", str(length)))
    return Response(200, complete, None if x.request.method == "HEAD" else body)


async def _part(headers: Headers, start: int, stop: int, length: int, body: Body) -> Response:
    extra = (("Content-Range", f"bytes {start}-{stop - 1}/{length}"), ("Content-Length", str(stop - start)))
    return Response(206, (*headers, *extra), await body.slice(start, stop))


def _without_bytes(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_BYTES)


def _picture_headers(x: Exchange, card: KeyedCard | None, picture: Picture, modified: str) -> Headers:
    record = picture.record
    age = int(current_age(record.times, x.now))
    to_clients, to_cdns = cache_control(x, card, picture)
    x.timing.add("total", x.now - x.started)
    headers = [
        ("Content-Type", record.content_type),
        ("Cache-Control", to_clients),
        *([("CDN-Cache-Control", to_cdns)] if to_cdns else []),
        ("ETag", record.etag),
        ("Last-Modified", modified),
        ("Date", format_date(int(min(record.times.at, x.now) - record.times.age))),
        ("Age", str(age)),
        ("Accept-Ranges", "bytes"),
        ("Repr-Digest", f"sha-256=:{record.digest}:"),
        ("Cache-Status", str(picture.status)),
        ("Server-Timing", str(x.timing)),
        (wire.REQUEST_ID, x.id),
    ]
    if card is not None:
        headers.append(("Cache-Tag", ",".join(cache_tags(card))))
        if card.request.negotiated:
            headers.append(("Vary", "Accept"))
        if card.request.findings:
            headers.append((FINDINGS_HEADER, findings_header(card.request.findings)))
    if picture.fallback:
        headers = [pair for pair in headers if pair[0] not in ("Last-Modified", "Accept-Ranges")]
        headers.append((wire.FALLBACK, picture.fallback))
    return (*headers, *wire.SECURITY, *CORS)


def cache_tags(card: KeyedCard) -> list[str]:
    """Return the tags by which caches in front may purge this card: the names of its epochs."""
    return [front_tag(name) for name in card.scope.names()]


def cache_control(x: Exchange, card: KeyedCard | None, picture: Picture) -> tuple[str, str]:
    """Return Cache-Control and CDN-Cache-Control. No life passes the time left to `_exp`."""
    if picture.no_store:
        return "no-store", ""
    times = picture.record.times
    left = YEAR if card is None or card.request.exp is None else max(0, int(card.request.exp - x.now))
    pinned = card is not None and not picture.fallback and _is_pinned(card, picture.record)
    fresh = min(YEAR if pinned else int(times.fresh), left)
    swr = min(int(times.stale_while_revalidate), left - fresh)
    sie = min(int(times.stale_if_error), left - fresh)
    if pinned:
        swr = sie = 0
    lives = [f"max-age={fresh}"]
    lives += [f"stale-while-revalidate={swr}"] if swr > 0 else []
    lives += [f"stale-if-error={sie}"] if sie > 0 else []
    immutable = ["immutable"] if pinned and fresh == YEAR else []
    return ", ".join(["public", *lives, *immutable]), ", ".join(lives)


def _is_pinned(card: KeyedCard, record: Record) -> bool:
    """The URL carries the version that really drew the card, and the origin does not call it provisional.

    A card without one of its images, or in a first quick encoding, has a shorter life than its template's.
    """
    template = card.request.template
    complete = record.times.fresh >= max(1, template.cache.max_age)
    return card.request.immutable and record.version == template.version and complete


def problem_response(x: Exchange, problem: Problem) -> Response:
    """Answer with RFC 9457 problem details, never to be stored."""
    body = {**problem.to_dict(), "request_id": x.id}
    extra = tuple(problem.headers().items())
    return json_response(x, problem.status, body, content_type=PROBLEM_TYPE, extra=(*extra, *CORS[:1]))


def json_response(
    x: Exchange,
    status: int,
    body: Mapping[str, object],
    *,
    content_type: str = "application/json",
    extra: Headers = (),
) -> Response:
    """Answer with a JSON object, never to be stored."""
    data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    headers = (
        ("Content-Type", content_type),
        ("Content-Length", str(len(data))),
        ("Cache-Control", "no-store"),
        (wire.REQUEST_ID, x.id),
        *wire.SECURITY,
        *extra,
    )
    return Response(status, headers, None if x.request.method == "HEAD" else BytesBody(data))


def preflight_response(methods: tuple[str, ...]) -> Response:
    """Answer OPTIONS: any site may read a card."""
    headers = (
        ("Allow", ", ".join(methods)),
        ("Access-Control-Allow-Methods", ", ".join(methods)),
        ("Access-Control-Allow-Headers", "*"),
        ("Access-Control-Max-Age", "86400"),
        ("Cache-Control", "no-store"),
        *wire.SECURITY,
        *CORS[:1],
    )
    return Response(204, headers)
