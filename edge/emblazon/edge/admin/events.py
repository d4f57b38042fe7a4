"""`POST /api/events`: a site tells how often its cards were seen and clicked, so that looks can be compared.

    {"events": [{"kind": "click", "template": "article", "variant": "night", "count": 3, "platform": "X"}]}

Where cards are shared is out of sight from here: crawlers fetch once, readers and clicks are elsewhere. A
site knows its visits by their referrer or campaign, and the platforms' own insights know what was seen. Each
event becomes a data point of its own beside the unfurls (`exchange`). Nothing about a person is taken.
"""

from __future__ import annotations

from collections.abc import Mapping

from ...contract.options import AUTO_VARIANT, MAX_PAGE
from ...contract.problem import BadRequest, NotReady, SwitchedOff, unknown_word
from ...contract.request import choose_variant
from ...contract.schema import BASE_LOOK, Manifest, TemplateSpec
from ...dataclass import dataclass
from ...typed import cast
from ..config import EdgeConfig
from ..exchange import EVENTS, OTHER, PLATFORMS, Exchange, write_event
from ..messages import Response
from ..respond import json_response
from .control import Control
from .guard import TokenBucket, check_bearer, check_rate, read_object

MOST = 500  # events in one call
MAX_COUNT = 1_000_000
MEMBERS = ("kind", "template", "variant", "page", "platform", "count")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to cards of one look, `count` times."""

    kind: str  # click or view
    template: str
    variant: str  # "" is the template's own look
    platform: str
    count: int


class Events:
    """Takes a site's events in."""

    def __init__(self, config: EdgeConfig, control: Control) -> None:
        self._config = config
        self._control = control
        self._bucket = TokenBucket(config.events_per_minute)

    async def handle(self, x: Exchange) -> Response:
        """Answer `POST /api/events`."""
        check_bearer(
            x.request.headers.get("authorization", ""),
            {
                "EMBLAZON_EVENTS_TOKEN": self._config.events_token,
                "EMBLAZON_PURGE_TOKEN": self._config.purge_token,
            },
        )
        await check_rate(x, self._bucket, "events")
        if x.ports.analytics is None:
            raise SwitchedOff("Nothing is counted here; bind EMBLAZON_ANALYTICS to use this endpoint.")
        members = await read_object(x)
        manifest = await self._control.ready(x)
        if manifest is None:
            raise NotReady("The templates are not known yet.")
        events = read_events(members, manifest)
        for event in events:
            write_event(
                x.ports.analytics,
                kind=event.kind,
                template=event.template,
                variant=event.variant,
                platform=event.platform,
                count=event.count,
            )
        return json_response(x, 202, {"taken": len(events)})


def read_events(members: Mapping[str, object], manifest: Manifest) -> list[Event]:
    """Check the body of a call; raises BadRequest that names the event and the member at fault."""
    events = members.get("events")
    if set(members) != {"events"} or not isinstance(events, list):
        raise BadRequest('The body is {"events": [{"kind": "click", "template": …}]}.', param="events")
    if not 0 < len(events) <= MOST:
        raise BadRequest(f"'events' takes 1 to {MOST} of them, not {len(events)}.", param="events")
    return [_event(f"events[{number}]", event, manifest) for number, event in enumerate(events)]


def _event(where: str, data: object, manifest: Manifest) -> Event:
    if not isinstance(data, dict):
        raise BadRequest(f"{where} is no JSON object.", param=where)
    given = cast("dict[str, object]", data)
    for name in given:
        if name not in MEMBERS:
            raise BadRequest(f"{where}: {unknown_word('Member', name, list(MEMBERS))[0]}", param=where)
    kind = _one_of(where, given, "kind", EVENTS)
    spec = manifest.templates[_one_of(where, given, "template", tuple(sorted(manifest.templates)))]
    return Event(
        kind=kind,
        template=spec.name,
        variant=_look(where, given, spec),
        platform=_one_of(where, {"platform": OTHER} | given, "platform", (*PLATFORMS, OTHER)),
        count=_count(where, given.get("count", 1)),
    )


def _look(where: str, given: Mapping[str, object], spec: TemplateSpec) -> str:
    """The look that an event is about, named or chosen anew from the page that it was chosen by."""
    page = given.get("page", "")
    if not isinstance(page, str) or len(page) > MAX_PAGE:
        raise BadRequest(f"{where}.page takes a text of at most {MAX_PAGE} characters.", param=where)
    look = given.get("variant", AUTO_VARIANT if page else BASE_LOOK)
    if look == AUTO_VARIANT:
        if not page:
            raise BadRequest(f"{where}: variant 'auto' needs the 'page' it was chosen by.", param=where)
        return choose_variant(spec, page)
    known = (BASE_LOOK, *spec.variants)
    look = _one_of(where, {"variant": look or BASE_LOOK}, "variant", known)
    return "" if look == BASE_LOOK else look


def _one_of(where: str, given: Mapping[str, object], name: str, known: tuple[str, ...]) -> str:
    value = given.get(name)
    if isinstance(value, str) and value in known:
        return value
    told = f"Give one of {', '.join(known[:20])}."
    if isinstance(value, str):
        told = unknown_word("Value", value[:64], list(known))[0]
    raise BadRequest(f"{where}.{name}: {told}", param=where)


def _count(where: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_COUNT:
        raise BadRequest(f"{where}.count takes a whole number from 1 to {MAX_COUNT}.", param=where)
    return value
