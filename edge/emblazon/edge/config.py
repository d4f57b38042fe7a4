"""Everything about the edge that its deployer may set; read from the environment, checked once.

`wrangler.toml` and the documentation name the same variables. EMBLAZON_SIGNING_KEYS and the tokens are
secrets: bind them with `wrangler secret put`, never under `[vars]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..contract.params import FORGIVING, ParamRules
from ..contract.signing import HOW_TO_MAKE, Keyring, KeyringError, token_fault
from ..contract.uri import IgnoreList, IgnoreListError
from ..contract.values import canonical_color
from ..dataclass import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
NEUTRAL = (47, 52, 64)  # a quiet grey-blue
# Not `urllib.parse`, which takes longer to load than the rest of the configuration.
_ADDRESS = re.compile(
    r"https?://(?P<user>[^/?#@\s]*@)?(?:\[[0-9a-f:.]+\]|[^/?#@:\[\]\s]+)(?::\d{1,5})?(?:/[^?#\s]*)?",
    re.IGNORECASE,
)


class ConfigError(ValueError):
    """A variable is missing or wrong; the message names it and the fix, and shows no secret."""

    def __init__(self, variable: str, problem: str, fix: str) -> None:
        super().__init__(f"{variable} {problem}. {fix}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class EdgeConfig:
    """The edge's settings. Durations are seconds, sizes bytes."""

    development: bool = False  # EMBLAZON_DEV: unsigned URLs; never together with signing keys
    keyring: Keyring | None = field(default=None, repr=False)  # None: signing is switched off by name
    purge_token: str = field(default="", repr=False)  # "": /purge and /api/cards answer 403
    origin_token: str = field(default="", repr=False)
    events_token: str = field(default="", repr=False)  # takes a site's clicks in, nothing else
    metrics_token: str = field(default="", repr=False)  # reads /metrics and /openapi.json, nothing else
    origin_url: str = ""
    public_url: str = ""  # "": the request's own scheme and host
    origin_timeout: float = 9.0  # longer than the origin takes to give up itself
    stale_timeout: float = 1.0  # how long a request waits for the origin when it has a stale copy
    kv_timeout: float = (
        0.4  # a read from the central store may take that long where nobody has read it lately
    )
    cache_timeout: float = 0.1
    control_ttl: float = 30.0  # how long an isolate trusts its epochs and manifest without a look
    manifest_ttl: float = 60.0  # how often one isolate asks the origin for a newer manifest
    lease: float = 30.0  # how long one refresh keeps other isolates from starting another
    fallback_max_age: int = 30
    fallback_color: tuple[int, int, int] = NEUTRAL  # ground of the picture of last resort
    retry_after_failure: float = 10.0  # how long a failed fill of one card is not tried again
    breaker_failures: int = 3
    breaker_open: float = 5.0
    breaker_longest: float = 60.0
    max_fills: int = 64  # concurrent origin requests of one isolate
    max_answer: int = 20 * 1024 * 1024
    blob_above: int = 32 * 1024  # larger cards live in the blob store, where there is one (docs/cost.md)
    hot_cards: int = 50
    regional_tier: bool = False  # Workers: misses ask the origin by way of the platform's tiered cache
    pregenerate: int = 0  # top cards that are drawn by a new template version before it is switched on
    pregenerate_within: float = 300.0  # it is switched on after that time in any case
    sitemaps: tuple[str, ...] = ()  # sitemaps and feeds whose new pages' cards are drawn ahead
    warm_budget: int = 200  # cards drawn ahead in a day
    rewarm_before: float = 7200.0  # cron re-warms hot cards that nobody could be served with after this time
    storage_life: float = 2_592_000.0  # the longest that any tier keeps a card
    cache_api: bool = True  # False on workers.dev, where it stores nothing
    kv_admit: str = "always"  # or "second": from its second request on; or "never"
    purges_per_minute: int = 60
    cards_per_minute: int = 600
    events_per_minute: int = 600
    rules: ParamRules = FORGIVING  # for what pages and others write into URLs

    @classmethod
    def from_env(cls, env: Mapping[str, str], *, origin_in_process: bool = False) -> EdgeConfig:
        """Read and check the environment; raises ConfigError."""
        development = is_development(env)
        settings: dict[str, Any] = {"development": development, "keyring": _keyring(env, development)}
        settings["purge_token"] = _token(env, "EMBLAZON_PURGE_TOKEN", development)
        settings["origin_token"] = _token(env, "EMBLAZON_ORIGIN_TOKEN")
        settings["events_token"] = _token(env, "EMBLAZON_EVENTS_TOKEN")
        settings["metrics_token"] = _token(env, "EMBLAZON_METRICS_TOKEN")
        settings["origin_url"] = _url(env, "EMBLAZON_ORIGIN_URL", required=not origin_in_process)
        settings["public_url"] = _url(env, "EMBLAZON_PUBLIC_URL")
        settings["sitemaps"] = _sitemaps(env, settings["public_url"])
        settings["rules"] = _rules(env, development)
        settings["fallback_color"] = _color(env, "EMBLAZON_FALLBACK_COLOR")
        settings["cache_api"] = _switch(env, "EMBLAZON_CACHE_API", default=True)
        settings["regional_tier"] = _switch(env, "EMBLAZON_REGIONAL_TIER", default=False)
        settings["kv_admit"] = _word(env, "EMBLAZON_KV_ADMIT", ("always", "second", "never"))
        for variable, (name, kind, low, high) in _NUMBERS.items():
            if text := env.get(variable, "").strip():
                settings[name] = _number(variable, text, kind, low, high)
        _nest(settings)
        return cls(**settings)


_NUMBERS: dict[str, tuple[str, type[int] | type[float], float, float]] = {
    "EMBLAZON_ORIGIN_TIMEOUT": ("origin_timeout", float, 0.1, 60),
    "EMBLAZON_STALE_TIMEOUT": ("stale_timeout", float, 0.05, 10),
    "EMBLAZON_KV_TIMEOUT": ("kv_timeout", float, 0.005, 5),
    "EMBLAZON_CACHE_TIMEOUT": ("cache_timeout", float, 0.005, 5),
    "EMBLAZON_CONTROL_TTL": ("control_ttl", float, 0, 3600),
    "EMBLAZON_MANIFEST_TTL": ("manifest_ttl", float, 0, 86_400),
    "EMBLAZON_LEASE": ("lease", float, 1, 600),
    "EMBLAZON_FALLBACK_MAX_AGE": ("fallback_max_age", int, 0, 60),
    "EMBLAZON_RETRY_AFTER_FAILURE": ("retry_after_failure", float, 0, 60),
    "EMBLAZON_BREAKER_FAILURES": ("breaker_failures", int, 1, 1000),
    "EMBLAZON_BREAKER_OPEN": ("breaker_open", float, 0.1, 600),
    "EMBLAZON_MAX_FILLS": ("max_fills", int, 1, 100_000),
    "EMBLAZON_BLOB_ABOVE": ("blob_above", int, 0, 25 * 1024 * 1024),
    "EMBLAZON_WARM_BUDGET": ("warm_budget", int, 0, 100_000),
    "EMBLAZON_PREGENERATE": ("pregenerate", int, 0, 2000),
    "EMBLAZON_PREGENERATE_WITHIN": ("pregenerate_within", float, 10, 3600),
    "EMBLAZON_HOT_CARDS": ("hot_cards", int, 0, 500),
    "EMBLAZON_REWARM_BEFORE": ("rewarm_before", float, 0, 86_400),
    "EMBLAZON_STORAGE_LIFE": ("storage_life", float, 3600, 31_536_000),
    "EMBLAZON_PURGES_PER_MINUTE": ("purges_per_minute", int, 1, 100_000),
    "EMBLAZON_CARDS_PER_MINUTE": ("cards_per_minute", int, 1, 1_000_000),
    "EMBLAZON_EVENTS_PER_MINUTE": ("events_per_minute", int, 1, 1_000_000),
}


def _nest(settings: dict[str, Any]) -> None:
    """Fit what was not set to EMBLAZON_ORIGIN_TIMEOUT. Raises ConfigError where what was set does not fit."""
    default = EdgeConfig()
    wait = settings.get("origin_timeout", default.origin_timeout)
    stale = settings.setdefault("stale_timeout", min(default.stale_timeout, wait))
    lease = settings.setdefault("lease", max(default.lease, wait))
    for variable, number, fits, bound in (
        ("EMBLAZON_STALE_TIMEOUT", stale, stale <= wait, "at most"),
        ("EMBLAZON_LEASE", lease, lease >= wait, "at least"),
    ):
        if not fits:
            problem = f"is {number:g} although EMBLAZON_ORIGIN_TIMEOUT is {wait:g}"
            raise ConfigError(variable, problem, f"Set it to {bound} {wait:g}.")


def is_development(env: Mapping[str, str]) -> bool:
    """Read EMBLAZON_DEV, the one switch of the development defaults.

    Raises ConfigError, also where signing keys show that this is no place for them.
    """
    development = _switch(env, "EMBLAZON_DEV", default=False)
    if development and env.get("EMBLAZON_SIGNING_KEYS", "").strip():
        raise ConfigError(
            "EMBLAZON_DEV",
            "is on although EMBLAZON_SIGNING_KEYS is set",
            "Development draws unsigned URLs: set EMBLAZON_DEV=0, or take the keys away.",
        )
    return development


def _switch(env: Mapping[str, str], variable: str, *, default: bool) -> bool:
    text = env.get(variable, "").strip().lower()
    if text not in ("", *YES, *NO):
        raise ConfigError(variable, f"is {text[:20]!r}", "Set it to 1 or 0.")
    return text in YES if text else default


def _keyring(env: Mapping[str, str], development: bool) -> Keyring | None:
    mode = env.get("EMBLAZON_SIGNING", "").strip().lower() or ("off" if development else "on")
    if mode not in ("on", "off"):
        raise ConfigError("EMBLAZON_SIGNING", f"is {mode[:20]!r}", "Set it to 'on' or 'off'.")
    keys = env.get("EMBLAZON_SIGNING_KEYS", "").strip()
    if mode == "off":
        return None
    if not keys:
        raise ConfigError(
            "EMBLAZON_SIGNING_KEYS",
            "is not set",
            "Set it to 'kid:secret' (wrangler secret put EMBLAZON_SIGNING_KEYS), switch signing off by name "
            "with EMBLAZON_SIGNING=off, or set EMBLAZON_DEV=1 for development, as make run does.",
        )
    try:
        return Keyring.parse(keys)
    except KeyringError as error:
        raise ConfigError(
            "EMBLAZON_SIGNING_KEYS",
            f"cannot be read: {str(error).rstrip('.')}",
            "Write kid:secret,kid2:secret2.",
        ) from None


def _rules(env: Mapping[str, str], development: bool) -> ParamRules:
    """Unknown and missing parameters are told to the author in development, and cost no picture elsewhere."""
    strict = _switch(env, "EMBLAZON_STRICT_PARAMS", default=development)
    try:
        return ParamRules(strict, IgnoreList.parse(env.get("EMBLAZON_IGNORE_PARAMS", "")))
    except IgnoreListError as error:
        raise ConfigError(
            "EMBLAZON_IGNORE_PARAMS",
            f"cannot be read: {error}",
            "Write names between commas, such as default,ref,campaign_*, or none.",
        ) from None


def _color(env: Mapping[str, str], variable: str) -> tuple[int, int, int]:
    text = env.get(variable, "").strip()
    if not text:
        return NEUTRAL
    color = canonical_color(text)
    if color is None:
        raise ConfigError(variable, f"is {text[:20]!r}", "Set it to a colour such as #1d4ed8 or teal.")
    red, green, blue = bytes.fromhex(color[1:7])
    return red, green, blue


def _word(env: Mapping[str, str], variable: str, words: tuple[str, ...]) -> str:
    """One of some words; the first where none is given."""
    word = env.get(variable, "").strip().lower() or words[0]
    if word not in words:
        raise ConfigError(variable, f"is {word[:20]!r}", f"Set it to {', '.join(words[:-1])} or {words[-1]}.")
    return word


def _token(env: Mapping[str, str], variable: str, development: bool = False) -> str:
    token = env.get(variable, "").strip()
    fault = token_fault(token, development=development) if token else ""
    if fault:
        raise ConfigError(variable, fault, HOW_TO_MAKE)
    return token


def _url(env: Mapping[str, str], variable: str, *, required: bool = False) -> str:
    text = env.get(variable, "").strip().rstrip("/")
    if not text:
        if required:
            raise ConfigError(
                variable, "is not set", "Set it to the renderer's address, e.g. http://127.0.0.1:9000."
            )
        return ""
    address = _ADDRESS.fullmatch(text)
    if address is None:
        raise ConfigError(
            variable, "is not an http or https address", "Write https://host or http://host:port."
        )
    if address["user"]:
        raise ConfigError(
            variable, "holds a user name or password", "Use EMBLAZON_ORIGIN_TOKEN for credentials."
        )
    return text


def _sitemaps(env: Mapping[str, str], public_url: str) -> tuple[str, ...]:
    """Addresses between commas or spaces, whose pages name cards below EMBLAZON_PUBLIC_URL."""
    variable = "EMBLAZON_SITEMAPS"
    urls = tuple(dict.fromkeys(env.get(variable, "").replace(",", " ").split()))
    for url in urls:
        if not re.fullmatch(r"https?://[^/?#@]+/[^#]*", url):
            raise ConfigError(variable, f"has {url[:80]!r}", "Write https://example.com/sitemap.xml.")
    if urls and not public_url:
        raise ConfigError(
            variable,
            "is set although EMBLAZON_PUBLIC_URL is not",
            "Set that to the address that the pages' og:image has, so that cards are known by it.",
        )
    return urls


def _number(variable: str, text: str, kind: type[int] | type[float], low: float, high: float) -> int | float:
    try:
        number = kind(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        word = "whole number" if kind is int else "number"
        raise ConfigError(variable, f"is {text[:40]!r}", f"Set it to a {word} from {low:g} to {high:g}.")
    return number
