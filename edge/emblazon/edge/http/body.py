"""Read the JSON object of a POST."""

from __future__ import annotations

import json

from ...contract.problem import BadRequest, PayloadTooLarge, first_repeated
from ..exchange import Exchange

MAX_BODY = 256 * 1024


async def read_object(x: Exchange) -> dict[str, object]:
    """Return the request's JSON object.

    Raises BadRequest, or PayloadTooLarge above `MAX_BODY` bytes.
    """
    encoding = x.request.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise BadRequest(f"The body is encoded as {encoding[:60]!r}; send it as it is.", kind="encoded-body")
    body = x.request.body
    declared = x.request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY} bytes.")
    data = await body.read() if body is not None else b""
    if len(data) > MAX_BODY:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY} bytes.")
    media_type = x.request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest(f"The body is {media_type[:60]!r}; send application/json.")
    try:
        members = json.loads(data, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    if not isinstance(members, dict):
        raise BadRequest("The body is not a JSON object.")
    return members


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = first_repeated(name for name, _ in pairs)
    if twice is not None:
        raise BadRequest(f"{twice[:64]!r} is given twice.", param=twice[:64], kind="duplicate-parameter")
    return dict(pairs)
