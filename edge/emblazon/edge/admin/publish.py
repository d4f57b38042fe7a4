"""`POST /api/cards`: register a card under a short URL. Idempotent: its id is a hash of the card."""

from __future__ import annotations

import json

from ...contract import wire
from ...contract.canonical import canonical_path, canonical_query, card_id, card_payload, check_canonical_size
from ...contract.problem import BadParameter, NotReady, NotStored, PayloadTooLarge, StoreBusy
from ...contract.request import CardRequest, build_request
from ...contract.route import EXTENSIONS, Extension, certain_format
from ...contract.schema import Manifest
from ...contract.uri import MAX_URL_BYTES
from ...dataclass import dataclass, replace
from ...sdk.meta import alt_text, meta_tags
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.ask import origin_headers
from ..messages import OriginResponse, Response, get_header
from ..ports import OriginError
from ..respond import json_response
from .control import Control
from .guard import TokenBucket, check_bearer, check_rate, read_object
from .short import ShortCards


class Publisher:
    """Takes cards in."""

    def __init__(self, config: EdgeConfig, control: Control, short: ShortCards) -> None:
        self._config = config
        self._control = control
        self._short = short
        self._bucket = TokenBucket(config.cards_per_minute)

    async def handle(self, x: Exchange) -> Response:
        """Answer `POST /api/cards`."""
        check_bearer(
            x.request.headers.get("authorization", ""), {"EMBLAZON_PURGE_TOKEN": self._config.purge_token}
        )
        await check_rate(x, self._bucket, "cards")
        members = await read_object(x)
        extension = _extension(members.pop("format", None))
        store = _flag(members.pop("store", False), "store")
        manifest = await self._control.ready(x)
        if manifest is None:
            raise NotReady("The templates are not known yet.")

        async def read(known: Manifest) -> CardRequest:
            return build_request(
                members,
                known,
                extension=extension or "png",
                also=("format", "store"),
                rules=self._config.rules,
            )

        request, _ = await self._control.read_with(x, manifest, read)
        if extension is None:
            extension = request.template.default_format
            request = replace(request, format=extension)
        check_canonical_size(request, PayloadTooLarge)
        payload = card_payload(request)
        identity = card_id(request)
        if not await self._short.keep(x, identity, payload):
            raise NotReady("KV did not take the card.")
        stored = await upload(x, self._config, request) if store else None
        await self._enqueue(x, identity, extension)
        receipt = self._receipt(x, request, identity, extension)
        if request.findings:
            receipt["findings"] = [finding.to_dict() for finding in request.findings]
        if stored is not None:
            receipt |= {"storage_key": stored.key, "storage_url": stored.url}
        return json_response(x, 201, receipt)

    def _receipt(
        self, x: Exchange, request: CardRequest, identity: str, extension: Extension
    ) -> dict[str, object]:
        base = self._config.public_url or x.request.base_url
        image_url = f"{base}/c/{identity}.{extension}"
        return {
            "id": identity,
            "url": self._long_url(base, request) or image_url,
            "image_url": image_url,
            "meta_tags": meta_tags(
                image_url,
                round(request.width * request.dpr),
                round(request.height * request.dpr),
                format=certain_format(extension, request.template, request.params),
                alt=alt_text(request.template, request.params),
            ),
        }

    def _long_url(self, base: str, request: CardRequest) -> str:
        """The URL that says everything about the card; empty where it would be too long for one."""
        path, query = canonical_path(request), canonical_query(request)
        if self._config.keyring is not None:
            query = self._config.keyring.sign(path, query)
        if len(path) + 1 + len(query) > MAX_URL_BYTES:
            return ""
        return f"{base}{path}?{query}" if query else f"{base}{path}"

    async def _enqueue(self, x: Exchange, identity: str, extension: Extension) -> None:
        """Have the card drawn before the first crawler asks, where a queue is bound."""
        if x.ports.queue is None:
            return
        try:
            await x.ports.clock.within(
                x.ports.queue.send([json.dumps({"path": f"/c/{identity}.{extension}"})]), 5.0
            )
        except Exception as error:  # the first request draws it then
            x.ports.log.log("warning", "not enqueued", detail=str(error)[:200], request_id=x.id)


def _flag(given: object, name: str) -> bool:
    if not isinstance(given, bool):
        raise BadParameter(f"{name!r} is true or false.", param=name)
    return given


def _extension(given: object) -> Extension | None:
    if given is None:
        return None
    if not isinstance(given, str) or given not in EXTENSIONS:
        raise BadParameter(f"'format' is one of {', '.join(EXTENSIONS)}.", param="format")
    return EXTENSIONS[given]


# --- Have the origin put a card into its storage, for `POST /api/cards` with `"store": true` ---


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
