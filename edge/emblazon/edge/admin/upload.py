"""Have the origin put a card into its storage, for `POST /api/cards` with `"store": true`."""

from __future__ import annotations

import json

from ...contract import wire
from ...contract.canonical import canonical_query
from ...contract.problem import BadParameter, NotStored, StoreBusy
from ...contract.request import CardRequest
from ...dataclass import dataclass
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.ask import origin_headers
from ..messages import OriginResponse, get_header
from ..ports import OriginError


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """Where the card lies: its key in the storage and its public address."""

    key: str
    url: str


async def upload(x: Exchange, config: EdgeConfig, request: CardRequest) -> StoredUpload:
    """Draw and store one card. Idempotent: the key is a hash of the picture.

    Raises BadParameter where the origin has no storage, NotStored when it failed.
    """
    query = canonical_query(request)
    target = f"/{wire.STORE}/{request.template.name}.{request.format}" + (f"?{query}" if query else "")
    try:
        headers = origin_headers(x, config, key="", deadline=config.origin_timeout)
        answer = await x.ports.origin.fetch(target, headers, deadline=config.origin_timeout, method="POST")
    except OriginError as error:
        raise NotStored(f"The origin did not answer ({error.reason}); try again.") from None
    return await _stored(answer)


async def _stored(answer: OriginResponse) -> StoredUpload:
    if answer.status == 404:
        raise BadParameter(
            "'store' needs a storage: set EMBLAZON_STORAGE at the origin to folder or s3.", param="store"
        )
    if answer.status == 503:
        wait = get_header(answer.headers, "retry-after") or "2"
        raise StoreBusy("The origin has no capacity now; try again.", wait)
    if answer.status != 201:
        raise NotStored(f"The origin answered with status {answer.status}; its log says why.")
    try:
        members = json.loads(await answer.body.read())
        return StoredUpload(str(members["key"]), str(members["url"]))
    except (ValueError, KeyError, TypeError):
        raise NotStored("The origin's answer names no stored card.") from None
