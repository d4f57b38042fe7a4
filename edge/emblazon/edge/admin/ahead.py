"""Cards drawn before anybody asks: those of the site's new and changed pages, within a budget a day.

    sitemaps, feeds ── new or changed page ── its og:image ── a card of ours, rightly signed ──▶ drawn, with
    the sizes and formats that its template declares

The site's sitemaps and feeds (EMBLAZON_SITEMAPS) are asked with the validators of the last answer; pages are
read from their hosts alone. What is known of them is one document in KV. A page that does not answer, or
whose card the origin does not draw, waits for the next run, up to MOST_TRIES. A card that was drawn ahead
says so in its record; isolates that are asked for one write its key beside their hot cards, where `_count`
finds which were of use.
"""

from __future__ import annotations

import json
from hashlib import sha256
from urllib.parse import urljoin, urlsplit

from ...contract.problem import Problem
from ...contract.route import ShortRoute, match_route
from ...contract.schema import Manifest
from ...dataclass import dataclass, field
from ...typed import cast
from ..config import EdgeConfig
from ..exchange import Exchange, write_ahead
from ..keying import KeyedCard
from ..messages import BytesBody, OriginResponse, get_header
from ..ports import OriginError, PortError
from ..store.hot import HotCards
from ..store.tiers import Store
from .control import Control
from .drawings import Drawings
from .site_pages import BadSitemap, Entry, images_of_page, read_sitemap

STATE_KEY = "ahead"
LOOK_EVERY = 900.0  # seconds between two looks at the sitemaps
COUNT_EVERY = 21_600.0  # … at what was of use; isolates' lists are kept for a day
WASTED_AFTER = 7 * 86_400.0
MOST_LISTS = 50  # sitemaps and feeds read in one run
PAGES = 40  # read in one run: the platform bounds the requests of an invocation
MOST_PAGES = 50_000  # remembered
MOST_WAITING = 5_000
MOST_TRIES = 3  # runs in which a page or a card may fail
FETCH_TIMEOUT = 10.0
KEY_DIGITS = 16  # of a card's key


@dataclass(slots=True)
class AheadState:
    """What all runs know, as KV has it."""

    lists: dict[str, dict[str, object]] = field(default_factory=dict)  # validators and further lists, by URL
    seen: dict[str, str] = field(default_factory=dict)  # the stamp of each page, both hashed
    waiting: list[str] = field(default_factory=list)  # pages and cards to see to
    failed: dict[str, int] = field(default_factory=dict)  # how often, of those that wait
    day: int = 0
    spent: int = 0  # cards drawn that day
    drawn: dict[str, list[object]] = field(default_factory=dict)  # template and time, until used or wasted
    looked_at: float = 0.0
    counted_at: float = 0.0

    @classmethod
    def from_json(cls, data: bytes) -> AheadState:
        """Read what `to_json` wrote; anything else is a fresh start."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError):
            return cls()

    def to_json(self) -> bytes:
        """Write the state; equal ones are equal bytes."""
        members = {
            "lists": self.lists,
            "seen": self.seen,
            "waiting": self.waiting,
            "failed": self.failed,
            "day": self.day,
            "spent": self.spent,
            "drawn": self.drawn,
            "looked_at": self.looked_at,
            "counted_at": self.counted_at,
        }
        return json.dumps(members, separators=(",", ":")).encode()


class _BudgetSpent(Exception):
    """As many cards were drawn ahead today as may be."""


@dataclass(slots=True)
class Ahead:
    """Looks at the site now and then, and has cards drawn."""

    config: EdgeConfig
    store: Store
    control: Control
    drawings: Drawings
    hot: HotCards
    _next: float = 0.0

    async def run(self, x: Exchange) -> int:
        """One look, where it is time; returns how many cards were drawn, or sent to be."""
        manifest = self.control.manifest
        has_work = self.config.sitemaps or (self.config.pregenerate and self.hot.has_news)
        if not has_work or manifest is None or x.now < self._next:
            return 0
        state = await self._load(x)
        if state is None:
            return 0
        before = state.to_json()
        drawn = 0
        if self.config.sitemaps and x.ports.site is not None:
            if not 0 <= x.now - state.looked_at < LOOK_EVERY:
                await self._look(x, state)
                state.looked_at = x.now
            drawn = await self._draw(x, state, manifest)
        await self._count(x, state)
        if state.to_json() != before:
            await self.store.kv_put(x, STATE_KEY, BytesBody(state.to_json()))
        self._next = 0.0 if state.waiting and state.spent < self.config.warm_budget else x.now + LOOK_EVERY
        return drawn

    async def note(self, x: Exchange, cards: list[KeyedCard]) -> None:
        """Remember cards that a release has drawn, so that their use is counted too."""
        state = await self._load(x) if cards else None
        if state is not None:
            for card in cards:
                _note(x, state, card)
            await self.store.kv_put(x, STATE_KEY, BytesBody(state.to_json()))

    async def _load(self, x: Exchange) -> AheadState | None:
        """Read the state; None where KV does not answer, for beginning anew would draw all again."""
        try:
            entry = await self.store.kv_read(x, STATE_KEY)
        except (PortError, TimeoutError):
            return None
        return AheadState() if entry is None else AheadState.from_json(await entry.body.read())

    # What is new

    async def _look(self, x: Exchange, state: AheadState) -> None:
        """Ask every sitemap and feed for what is new, those that they name as well."""
        urls = list(self.config.sitemaps)
        for number, url in enumerate(urls):
            if number < MOST_LISTS:
                urls += [found for found in await self._list(x, state, url) if found not in urls]
        state.lists = {url: facts for url, facts in state.lists.items() if url in urls[:MOST_LISTS]}

    async def _list(self, x: Exchange, state: AheadState, url: str) -> list[str]:
        """Read one list where it has changed; returns the further lists that it names."""
        known = state.lists.get(url, {})
        further = [str(each) for each in cast("list[object]", known.get("lists", []))]
        conditions = (("If-None-Match", "etag"), ("If-Modified-Since", "modified"))
        headers = tuple((field, str(known[name])) for field, name in conditions if known.get(name))
        answer = await self._get(x, url, headers)
        if answer is None or answer.status == 304:
            return further
        try:
            entries = read_sitemap(await answer.body.read())
        except BadSitemap as error:
            self._warn(x, url, str(error))
            return further
        further = [each.url for each in entries if each.kind == "sitemap" and self._is_ours(each.url)]
        state.lists[url] = {
            "etag": get_header(answer.headers, "etag") or "",
            "modified": get_header(answer.headers, "last-modified") or "",
            "lists": further[:MOST_LISTS],
        }
        for each in entries:
            if each.kind != "sitemap":
                self._take(state, each)
        return further

    def _take(self, state: AheadState, entry: Entry) -> None:
        """Have a page wait to be seen to, where it is new or its stamp is."""
        if not self._is_ours(entry.url) or len(state.waiting) >= MOST_WAITING:
            return
        page, stamp = _digest(entry.url), _digest(entry.stamp)
        if state.seen.get(page) == stamp:
            return
        state.seen.pop(page, None)
        state.seen[page] = stamp
        while len(state.seen) > MOST_PAGES:
            del state.seen[next(iter(state.seen))]
        cards = [url for url in entry.images if self._target(url)]
        state.waiting += [url for url in cards or [entry.url] if url not in state.waiting]

    def _is_ours(self, url: str) -> bool:
        """Whether an address is one of the site's own, whose sitemaps we were told of."""
        return _base(url) in {_base(sitemap) for sitemap in self.config.sitemaps}

    def _target(self, url: str) -> str:
        """The path and query of a card of this deployment; "" for anything else."""
        base = f"{self.config.public_url}/"
        target = f"/{url.removeprefix(base)}" if url.startswith(base) else ""
        return target if match_route(target.partition("?")[0]) is not None else ""

    # Drawing

    async def _draw(self, x: Exchange, state: AheadState, manifest: Manifest) -> int:
        """See to the pages that wait, as far as the day's budget goes."""
        today = int(x.now // 86_400)
        if state.day != today:
            state.day, state.spent = today, 0
        before, jobs, again = state.spent, list[str](), list[str]()
        for _ in range(PAGES):
            if not state.waiting or state.spent >= self.config.warm_budget:
                break
            url = state.waiting.pop(0)
            try:
                done = await self._draw_page(x, state, url, manifest, jobs)
            except _BudgetSpent:
                state.waiting.insert(0, url)
                break
            if done:
                state.failed.pop(url, None)
            elif self.drawings.filler.breaker.failures:
                state.waiting.append(url)  # the origin is in trouble, and the page not to blame
                break
            else:
                again.append(url)
        for url in again:
            self._try_again(x, state, url)
        if jobs and x.ports.queue is not None:
            await x.ports.queue.send(jobs)
        return state.spent - before

    def _try_again(self, x: Exchange, state: AheadState, url: str) -> None:
        """Have what failed by itself wait for the next run, if that may help."""
        tries = state.failed.pop(url, 0) + 1
        if tries < MOST_TRIES:
            state.failed[url] = tries
            state.waiting.append(url)
        else:
            self._warn(x, url, f"it failed in {tries} runs")

    async def _draw_page(
        self, x: Exchange, state: AheadState, url: str, manifest: Manifest, jobs: list[str]
    ) -> bool:
        """Draw the cards of one page; False where one could not be had. Raises _BudgetSpent."""
        targets = await self._targets(x, url)
        if targets is None:
            return False
        done = True
        for target in targets:
            card = await self._card(x, target, manifest)
            for each in [card, *self.drawings.neighbours(card, manifest)] if card else []:
                done &= await self._draw_one(x, state, each, jobs)
                if not done and self.drawings.filler.breaker.failures:
                    return False
        return done

    async def _draw_one(self, x: Exchange, state: AheadState, card: KeyedCard, jobs: list[str]) -> bool:
        """Draw a card that is not there; False where that fails. Raises _BudgetSpent."""
        if await self.drawings.is_there(x, card):
            return True
        if state.spent >= self.config.warm_budget:
            raise _BudgetSpent
        if x.ports.queue is not None:
            jobs.append(json.dumps({"path": card.url, "ahead": True}))
        elif not await self.drawings.fill(x, card, ahead=True):
            return False
        state.spent += 1
        _note(x, state, card)
        return True

    async def _targets(self, x: Exchange, url: str) -> list[str] | None:
        """The cards that an address leads to: itself, or those that the page names; None: no answer."""
        if target := self._target(url):
            return [target]
        answer = await self._get(x, url, ())
        if answer is None or answer.status != 200:
            return None
        images = images_of_page(await answer.body.read())
        found = [self._target(urljoin(url, image)) for image in images]
        return list(dict.fromkeys(filter(None, found)))

    async def _card(self, x: Exchange, target: str, manifest: Manifest) -> KeyedCard | None:
        """Read a card that a page names; None where the edge would not draw it for a visitor either."""
        path, _, query = target.partition("?")
        keyring = self.config.keyring
        try:
            if keyring is not None and not isinstance(match_route(path), ShortRoute):
                keyring.verify(path, query, x.now, ignored=self.config.rules.ignored)
        except Problem as problem:
            self._warn(x, path, problem.detail)
            return None
        return await self.drawings.card(x, target, manifest)

    async def _get(
        self, x: Exchange, url: str, headers: tuple[tuple[str, str], ...]
    ) -> OriginResponse | None:
        """Fetch from the site; None where it does not answer."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if x.ports.site is None:
            return None
        try:
            site = x.ports.site(_base(url))
            answer = await site.fetch(target, (("Accept", "*/*"), *headers), deadline=FETCH_TIMEOUT)
        except (OriginError, UnicodeError) as error:
            self._warn(x, url, str(error))
            return None
        if answer.status not in (200, 304):
            self._warn(x, url, f"status {answer.status}")
            return None
        return answer

    def _warn(self, x: Exchange, url: str, detail: str) -> None:
        x.ports.log.log("warning", "not drawn ahead", url=url.partition("?")[0][:200], detail=detail[:200])

    # Was it of use?

    async def _count(self, x: Exchange, state: AheadState) -> None:
        """Count the cards that were asked for since they were drawn, and those that were not for long."""
        if not state.drawn or 0 <= x.now - state.counted_at < COUNT_EVERY:
            return
        state.counted_at = x.now
        used = {key[:KEY_DIGITS] for key in await self.hot.used(x, self.store)}
        for key, (template, at) in list(state.drawn.items()):
            if key in used:
                _count(x, "used", str(template))
            elif x.now - float(str(at)) >= WASTED_AFTER:
                _count(x, "wasted", str(template))
            else:
                continue
            del state.drawn[key]


def _note(x: Exchange, state: AheadState, card: KeyedCard) -> None:
    template = card.request.template.name
    state.drawn[card.key[:KEY_DIGITS]] = [template, round(x.now)]
    _count(x, "warmed", template)


def _count(x: Exchange, outcome: str, template: str) -> None:
    x.ports.metrics.count("edge_ahead", outcome=outcome)
    if x.ports.analytics is not None:
        write_ahead(x.ports.analytics, outcome, template)


def _base(url: str) -> str:
    """Scheme and authority of an http address; "" for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:12] if text else ""
