"""One data point for each request of a card: who unfurled what, and how it was served. No personal data.

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

from .ports import Analytics

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
