"""Short URLs `/c/{id}.{ext}`: their payload never changes, since the id is a hash of it.

So it may be kept anywhere for ever: in memory, in the data centre's cache, and in KV, in that order; a card
that is in the data centre's cache costs no KV operation under its short URL either.
"""

from __future__ import annotations

import json
from collections import OrderedDict

from ...contract.params import ParamRules
from ...contract.problem import NotFound
from ...contract.request import CardRequest, expand_short, parse_short
from ...contract.schema import Manifest
from ..exchange import Exchange
from ..messages import BytesBody
from ..ports import PortError
from ..store.tiers import READ_ATTEMPTS, Store

KEPT = 2000
CACHED_FOR = 86_400.0

Payload = dict[str, object]


class Unread(PortError):
    """KV could not be asked what a short URL stands for."""


class ShortCards:
    """The payloads behind short URLs."""

    def __init__(self, store: Store, rules: ParamRules) -> None:
        self._store = store
        self._rules = rules
        self._kept: OrderedDict[str, Payload] = OrderedDict()

    async def expand(
        self,
        x: Exchange,
        method: str,
        path: str,
        query: str,
        manifest: Manifest,
        accept: str = "",
        *,
        patient: bool = False,
    ) -> CardRequest:
        """Return the card that a short URL stands for; raises NotFound, or Unread.

        Who is `patient` has KV asked again where that fails.
        """
        short = parse_short(method, path, query, rules=self._rules)
        payload = await self._payload(x, short.id, READ_ATTEMPTS if patient else 1)
        if payload is None:
            raise NotFound("No card has this id.")
        return expand_short(short, payload, manifest, accept=accept, rules=self._rules)

    async def keep(self, x: Exchange, card_id: str, payload: Payload) -> bool:
        """Store a payload; tell whether KV took it."""
        data = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if not await self._store.kv_put(x, f"payload/{card_id}", BytesBody(data)):
            return False
        self._remember(card_id, payload)
        await self._store.put_document(x, f"payload/{card_id}", data, CACHED_FOR)
        return True

    async def _payload(self, x: Exchange, card_id: str, attempts: int) -> Payload | None:
        if card_id in self._kept:
            self._kept.move_to_end(card_id)
            return self._kept[card_id]
        data = await self._store.document(x, f"payload/{card_id}")
        if data is None:
            try:  # no other tier has it: a late answer is worth more than none
                entry = await self._store.kv_read(x, f"payload/{card_id}", attempts)
            except (PortError, TimeoutError) as error:
                raise Unread(str(error)) from None
            if entry is None:
                return None
            data = await entry.body.read()
            await self._store.put_document(x, f"payload/{card_id}", data, CACHED_FOR)
        payload: Payload = json.loads(data)
        self._remember(card_id, payload)
        return payload

    def _remember(self, card_id: str, payload: Payload) -> None:
        self._kept[card_id] = payload
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
