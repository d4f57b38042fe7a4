"""What every request needs to know before it can be keyed: the origin's manifest and the purge epochs.

Kept in the isolate's memory and trusted for `control_ttl`; then a request is served with the old ones while
they are read again in the background: from the data centre's cache, else the epochs from KV. Only where the
data centre has not heard from the origin for `manifest_ttl` is the origin asked for its manifest, and KV
only where neither has one; KV is written only when the manifest changed. So a card request costs no KV
operation here, a busy data centre one read each `control_ttl`, and a dead origin or KV leaves the last
known manifest in force for as long as it takes. With a `control_ttl` of 0 every request waits for that
look.

    memory ──older than control_ttl──▶ cache (one per data centre) ──▶ KV (`epochs`)
                                                                        └─older than manifest_ttl─▶ origin
                                                                             └─none, or no answer─▶ KV
                                                                             (`manifest`)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ...contract.manifest import ManifestError, manifest_from_json
from ...contract.problem import NotFound
from ...contract.schema import Manifest
from ...dataclass import dataclass, field
from ...typed import TypeVar
from ..config import EdgeConfig
from ..exchange import Exchange
from ..fill.ask import origin_headers
from ..messages import BytesBody, get_header
from ..ports import OriginError
from ..store.epochs import EpochLog, Epochs
from ..store.tiers import Store

T = TypeVar("T")

DOCUMENT = "control"
MANIFEST_KEY = "manifest"
BEFORE_KEY = "manifest-before"
RETRY, LONGEST_RETRY = 2.0, 10.0  # seconds between attempts while there is no manifest at all
MAX_MANIFEST = 4 * 1024 * 1024
DOCUMENT_LIFE = 86_400.0  # seconds for which the data centre's copy is better than none


@dataclass(frozen=True, slots=True)
class Pending:
    """A new manifest that is not in force yet: its top cards are being drawn."""

    text: str
    manifest: Manifest
    since: float


@dataclass(slots=True)
class Control:
    """The isolate's copy of manifest and epochs."""

    config: EdgeConfig
    store: Store
    manifest: Manifest | None = None
    previous: Manifest | None = None  # the one that `manifest` replaced
    epochs: Epochs = field(default_factory=Epochs)
    pending: Pending | None = None
    renewed: int = 0  # times that the origin itself gave a new manifest
    log: EpochLog = field(init=False)
    _text: str = ""  # the manifest as JSON
    _etag: str = ""  # of that text, from the origin
    _manifest_at: float = 0.0  # when the origin last confirmed it
    _looked_at: float = -1e18
    _tried_at: float = -1e18
    _asked_at: float = -1e18
    _sought_at: float = -1e18
    _busy_until: float = 0.0
    _pause: float = RETRY

    def __post_init__(self) -> None:
        self.log = EpochLog(self.store, self.config.storage_life)

    async def ready(self, x: Exchange) -> Manifest | None:
        """Return the manifest to use now; waits only while there is none at all."""
        if self.manifest is None:
            if not 0 <= x.now - self._tried_at < self._pause:
                await self._first(x)
        elif self.config.control_ttl == 0:  # where templates are edited: see the change at once
            await self._look(x)
        elif self.is_due(x.now):
            self._look_later(x)
        return self.manifest

    @property
    def digest(self) -> str:
        """Name the manifest in force."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    def is_due(self, now: float) -> bool:
        """Tell whether it is time to look for purges and a newer manifest."""
        return not 0 <= now - self._looked_at < self.config.control_ttl

    def _look_later(self, x: Exchange) -> None:
        if x.now < self._busy_until:
            return
        self._busy_until = x.now + self.config.origin_timeout + 2
        x.ports.background.wait_until(self._look(x))

    async def _first(self, x: Exchange) -> None:
        """The first request of an isolate: everything that may hold a manifest, then the origin itself."""

        async def lead() -> None:
            await self._read(x)
            if self.manifest is None:
                await self.ask_origin(x)
            if self.manifest is None:
                self._pause = RETRY if self._tried_at < 0 else min(self._pause * 2, LONGEST_RETRY)
                self._tried_at = x.now

        try:
            await x.ports.flight.do("control", lead, wait=self.config.origin_timeout)
        except TimeoutError:
            return

    async def _look(self, x: Exchange) -> None:
        try:
            await self._read(x)
            if x.now - self._manifest_at >= self.config.manifest_ttl:
                before = self._manifest_at
                await self.ask_origin(x)
                if self._manifest_at == before:  # it did not answer; others may have heard from it
                    await self._read_manifest(x)
        finally:
            self._busy_until = 0.0

    async def _read(self, x: Exchange) -> None:
        """Read the data centre's copy, else the epochs from KV; the manifest too where there is none."""
        document = await self.store.document(x, DOCUMENT)
        if document is not None and self._take(document, x.now):
            return
        if self.manifest is None:
            await self._read_manifest(x)
        await self.read_epochs(x)
        await self.publish(x)

    async def read_epochs(self, x: Exchange) -> None:
        """Learn the purges that KV knows of."""
        stored = await self.log.read(x)
        if stored is not None:
            self.learn(stored)
        self._looked_at = x.now
        if self.manifest is not None:
            x.ports.background.wait_until(self.log.tend(x, stored, self.epochs))

    async def _read_manifest(self, x: Exchange) -> None:
        entry = await self.store.kv_get(x, MANIFEST_KEY)
        if entry is not None:
            text = (await entry.body.read()).decode("utf-8", "replace")
            self._take_manifest(text, _confirmed_at(entry.metadata))

    async def ask_origin(self, x: Exchange) -> bool:
        """Fetch `/manifest.json`; True when it is a new one. The old one stays in force on any failure."""
        self._asked_at = x.now
        headers = origin_headers(x, self.config, key=MANIFEST_KEY, deadline=self.config.origin_timeout)
        if self._etag:
            headers += (("If-None-Match", self._etag),)
        try:
            answer = await x.ports.origin.fetch(
                "/manifest.json", headers, deadline=self.config.origin_timeout
            )
            if answer.status == 304:
                self._manifest_at = x.now
                x.ports.background.wait_until(self.publish(x))
                return False
            if answer.status != 200 or (answer.body.length or 0) > MAX_MANIFEST:
                raise OriginError("network", f"/manifest.json answered {answer.status}")
            text = (await answer.body.read()).decode()
            manifest = manifest_from_json(text)
        except (OriginError, ManifestError, UnicodeDecodeError) as error:
            x.ports.metrics.count("edge_manifest_errors")
            x.ports.log.log("warning", "manifest not refreshed", detail=str(error)[:300], request_id=x.id)
            return False
        changed = text != self._text
        if changed and await self._must_wait(x, text, manifest):
            return False
        self._switch(x, text, changed=changed)
        self._etag = get_header(answer.headers, "etag") or ""
        return changed

    def _switch(self, x: Exchange, text: str, *, changed: bool) -> None:
        old_text, self.pending = self._text, None
        self._take_manifest(text, x.now)
        self.renewed += changed
        x.ports.background.wait_until(self._keep(x, text, old_text) if changed else self.publish(x))

    async def _must_wait(self, x: Exchange, text: str, manifest: Manifest) -> bool:
        """Whether a new manifest waits for its top cards: not where it is the first, or is in KV already."""
        if self.manifest is None or not self.config.pregenerate:
            return False
        if self.pending is None or self.pending.text != text:
            self.pending = Pending(text, manifest, x.now)
        if x.now - self.pending.since >= self.config.pregenerate_within:
            return False
        entry = await self.store.kv_get(x, MANIFEST_KEY)
        return entry is None or await entry.body.read() != text.encode()

    def release(self, x: Exchange) -> None:
        """Switch the pending manifest on, here and by way of KV everywhere."""
        if self.pending is not None:
            self._switch(x, self.pending.text, changed=True)

    async def ask_again(self, x: Exchange, *, at_most_every: float = 5.0) -> bool:
        """Ask the origin because a request suggests that its manifest is newer than ours; True when it is."""
        if x.now - self._asked_at < at_most_every:
            return False
        return await self.ask_origin(x)

    async def read_with(
        self, x: Exchange, manifest: Manifest, read: Callable[[Manifest], Awaitable[T]]
    ) -> tuple[T, Manifest]:
        """Read a card by a manifest; where that has no such template, by a newer one."""
        try:
            return await read(manifest), manifest
        except NotFound:
            newer = await self.ask_again(x)
            if self.pending is not None:  # a new template need not wait
                return await read(self.pending.manifest), self.pending.manifest
            if not newer or self.manifest is None:
                raise
            return await read(self.manifest), self.manifest

    async def before(self, x: Exchange) -> Manifest | None:
        """Return the manifest before this one, whose cards may stand in while the origin fails."""
        if self.previous is None and x.now - self._sought_at >= self.config.control_ttl:
            self._sought_at = x.now
            entry = await self.store.kv_get(x, BEFORE_KEY)
            if entry is not None:
                with suppress(ManifestError):
                    self.previous = manifest_from_json(await entry.body.read())
        return self.previous

    async def _keep(self, x: Exchange, text: str, old_text: str) -> None:
        known = await self.store.kv_get(x, MANIFEST_KEY)
        if known is not None and await known.body.read() == text.encode():
            await self.publish(x)
            return  # another data centre was first
        if old_text:
            await self.store.kv_put(x, BEFORE_KEY, BytesBody(old_text.encode()))
        metadata = json.dumps({"t": self._manifest_at})
        await self.store.kv_put(x, MANIFEST_KEY, BytesBody(text.encode()), metadata=metadata)
        await self.publish(x)

    async def publish(self, x: Exchange) -> None:
        """Put what this isolate knows where its neighbours in the data centre look first."""
        if self.manifest is None:
            return
        members = {
            "t": self._manifest_at,
            "l": self._looked_at,
            "epochs": self.epochs.to_json(),
            "manifest": self._text,
        }
        await self.store.put_document(x, DOCUMENT, json.dumps(members).encode(), DOCUMENT_LIFE)

    def learn(self, epochs: Epochs) -> None:
        """Merge epochs into what is known."""
        self.epochs = self.epochs.merged(epochs)

    def _take(self, document: bytes, now: float) -> bool:
        """Learn what the data centre's copy says; tell whether it is new enough to ask no further."""
        try:
            members = json.loads(document)
            self.learn(Epochs.from_json(members["epochs"]))
            self._take_manifest(str(members["manifest"]), float(members["t"]))
            looked_at = float(members["l"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if not 0 <= now - looked_at < self.config.control_ttl:
            return False
        self._looked_at = looked_at
        return self.manifest is not None

    def _take_manifest(self, text: str, confirmed_at: float) -> bool:
        if self.manifest is not None and confirmed_at < self._manifest_at:
            return True  # KV may lag behind what this isolate got from the origin itself
        if text != self._text:
            try:
                manifest = manifest_from_json(text)
            except ManifestError:
                return False
            self.previous, self.manifest = self.manifest, manifest
            self._text, self._etag = text, ""
        self._manifest_at = confirmed_at
        return True


def _confirmed_at(metadata: str) -> float:
    try:
        return float(json.loads(metadata)["t"])
    except (ValueError, KeyError, TypeError):
        return 0.0
