"""One request on its way through the edge: what came in, the ports it may use, and what was measured.

In the end each request of a card is one data point: who unfurled what, and how it was served. No personal
data.

| column | content |
|---|---|
| `index1` | template |
| `blob1`, `blob2`, `blob3` | outcome, tier (or why it was no card), status |
| `blob4` | platform, by its crawler's user agent; `other` for everybody else |
| `blob5` | variant |
| `blob6` | country, where the host knows it |
| `blob7` | of a crawler: `verified` or `claimed`, where the host can tell |
| `double1`, `double2` | milliseconds, bytes |
| `double3` | 1; of what a site reports (`admin/events`), how often: its outcome is `click` or `view`.
  A card drawn ahead has a point of its own: `warmed`, then `used` or `wasted` |

The same columns in Analytics Engine and in the SQLite file of the embedded edge.
"""

from __future__ import annotations

from ..contract import wire
from ..dataclass import dataclass, field
from .http.cache_status import ServerTiming
from .messages import Request
from .ports import Analytics, Ports

OTHER = "other"
# A word of the crawler's user agent, in lower case; the first that fits counts.
CRAWLERS: tuple[tuple[str, str], ...] = (
    ("whatsapp/", "WhatsApp"),
    ("telegrambot", "Telegram"),  # also says TwitterBot
    ("discordbot", "Discord"),
    ("slackbot", "Slack"),
    ("slack-imgproxy", "Slack"),
    ("linkedinbot", "LinkedIn"),
    ("pinterest", "Pinterest"),
    ("redditbot", "Reddit"),
    ("skypeuripreview", "Teams"),
    ("cardyb", "Bluesky"),
    ("mastodon/", "Mastodon"),
    ("facebookexternalhit/1.1 facebot twitterbot", "iMessage"),
    ("facebookexternalhit", "Facebook"),
    ("facebot", "Facebook"),
    ("meta-externalfetcher", "Facebook"),
    ("twitterbot", "X"),
    ("applebot", "Apple"),
    ("googlebot", "Google"),
    ("bingbot", "Bing"),
)

PLATFORMS = tuple(dict.fromkeys(name for _, name in CRAWLERS))
EVENTS = ("click", "view")  # outcomes that a site reports
AHEAD = ("warmed", "used", "wasted")  # … and of cards that nobody had asked for


@dataclass(slots=True)
class Exchange:
    """A request, its ports and its measurements."""

    request: Request
    ports: Ports
    id: str
    started: float
    timing: ServerTiming = field(default_factory=ServerTiming)
    is_card: bool = False  # a card was asked for
    template: str = ""
    variant: str = ""
    outcome: str = ""  # hit, stale, stale-if-error, miss, fallback, problem
    tier: str = ""  # where the answer came from, or why it is a fallback

    @classmethod
    def begin(cls, request: Request, ports: Ports) -> Exchange:
        """Take over the caller's request id where it is a sound one, else make one."""
        given = request.headers.get("x-request-id", "")
        request_id = given if wire.REQUEST_ID_FORM.fullmatch(given) else ports.random.token()
        return cls(request, ports, request_id, ports.clock.now())

    def became(self, outcome: str, tier: str) -> None:
        """Note how the request ended."""
        self.outcome, self.tier = outcome, tier

    def report(self, status: int, length: int) -> None:
        """Count the request, and write its data point where an analytics dataset is bound."""
        took = self.now - self.started
        outcome, metrics = self.outcome or "other", self.ports.metrics
        metrics.count("edge_requests", outcome=outcome, tier=self.tier, template=self.template)
        metrics.observe("edge_request_seconds", took, outcome=outcome)
        if self.ports.analytics is not None and self.is_card:
            write_point(
                self.ports.analytics,
                template=self.template,
                variant=self.variant,
                outcome=outcome,
                tier=self.tier,
                status=status,
                user_agent=self.request.headers.get("user-agent", ""),
                country=self.request.headers.get("cf-ipcountry", ""),
                verified=self.request.verified_bot,
                milliseconds=took * 1000,
                size=length,
            )

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.ports.clock.now()

    @property
    def path(self) -> str:
        """The raw path."""
        return self.request.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The raw query, without its question mark."""
        return self.request.target.partition("?")[2]


def platform_of(user_agent: str) -> str:
    """Name the platform whose crawler this is."""
    lower = user_agent[:512].lower()
    return next((name for word, name in CRAWLERS if word in lower), OTHER)


def write_point(
    analytics: Analytics,
    *,
    template: str,
    variant: str,
    outcome: str,
    tier: str,
    status: int,
    user_agent: str,
    country: str,
    verified: bool | None,
    milliseconds: float,
    size: int,
) -> None:
    """Write the data point of one request. `verified`: whether the host vouches for a crawler's name."""
    platform = platform_of(user_agent)
    checked = "" if verified is None or platform == OTHER else "verified" if verified else "claimed"
    analytics.write(
        index=template,
        blobs=[outcome, tier, str(status), platform, variant, country[:2], checked],
        doubles=[milliseconds, float(size), 1.0],
    )


def write_event(
    analytics: Analytics, *, kind: str, template: str, variant: str, platform: str, count: int
) -> None:
    """Write the data point of something that a site has counted."""
    blobs = [kind, "site", "", platform, variant, "", ""]
    analytics.write(index=template, blobs=blobs, doubles=[0.0, 0.0, float(count)])


def write_ahead(analytics: Analytics, outcome: str, template: str) -> None:
    """Write the data point of a card that was drawn before anybody asked."""
    analytics.write(index=template, blobs=[outcome, "ahead", "", OTHER, "", "", ""], doubles=[0.0, 0.0, 1.0])
