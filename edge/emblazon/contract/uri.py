"""Strict reading and writing of paths and query strings.

Reading is application/x-www-form-urlencoded made strict: `+` is a space in a query (a plus sign is `%2B`)
and itself in a path; a `%` without two hex digits, bytes that are not UTF-8 (overlong forms and surrogates
included), NUL, CR, LF and duplicate names are errors. Writing is RFC 3986 §2.3: everything but unreserved
characters is `%XX` with upper-case digits, a space is `%20`.

What others do to a URL is undone while it is read: the `amp;` that a page escaped twice leaves before a name,
and the parameters on the ignore list, whose values are not even looked at. Platforms, mailers and analytics
tools append those to any URL that they touch. They say nothing about the card, so they are set aside before
its signature is checked and its key is made: a page whose URL was shared a thousand times still has one
picture and one cache entry.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ..dataclass import dataclass, replace
from .options import RESERVED
from .problem import BadParameter, BadRequest, UriTooLong

MAX_URL_BYTES = 8192  # path, "?" and query
MAX_CANONICAL_BYTES = 16_384  # the same in canonical form, which the origin is asked with

MAX_NAME = 64  # characters of a parameter's name

# What is left of an `&` that was escaped twice, and of quotes and brackets that were taken for the URL's end.
_AMP = re.compile(r"\A(?:amp;|#0{0,4}38;|#x0{0,4}26;)+", re.IGNORECASE)
_ENTITY = re.compile(r"(?:gt|lt|quot|apos|nbsp|#[0-9]{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_ESCAPED_IN_JSON = "\\u0026"
_SECOND_QUESTION = re.compile(r"\?([A-Za-z0-9_.-]+)(?==)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES = re.compile(rb"%([0-9A-Fa-f]{2})")
_RAW_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_FORBIDDEN = re.compile(r"[\x00\r\n]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]

_ENTRY = re.compile(r"[A-Za-z0-9_.-]{1,63}\*?")
_OURS = (*RESERVED, "template", "data")  # a card cannot do without them

DEFAULT_NAMES = (
    # click ids: Facebook, Google, Microsoft, Instagram, X, TikTok, LinkedIn, Pinterest, Yandex, Snap, Reddit,
    # Taboola, Outbrain, affiliate networks
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_*", "_gcl_*", "srsltid", "msclkid",
    "igshid", "igsh", "twclid", "ttclid", "li_fat_id", "epik", "yclid", "ysclid", "_openstat", "ScCid",
    "rdt_cid", "tblci", "dicbo", "obOrigUrl", "irclickid", "cjevent", "cjdata", "awc", "ef_id", "s_kwcid",
    "wickedid", "rb_clickid", "vmcid",
    # platforms' own: Facebook, Threads, X, Yahoo, AMP, Google Translate, Branch, Cloudflare
    "fb_*", "action_object_map", "action_type_map", "action_ref_map", "mibextid", "__cft__*", "__tn__",
    "_rdc", "_rdr", "sfnsn", "paipv", "__twitter_impression", "ref_src", "ref_url", "twsrc", "twterm",
    "twcamp", "twgr", "guccounter", "guce_*", "amp", "usqp", "_x_tr_*", "_branch_*", "__cf_chl_*",
    # mail: Mailchimp, HubSpot, Marketo, Vero, Omeda, Klaviyo, Drip, Eloqua, Salesforce, Blueshift,
    # MailerLite, Kit, Listrak, Bronto, Dotdigital, Beehiiv, ClickDimensions, Keap
    "mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsa_*", "__hs*", "hsCtaTracking", "mkt_tok", "vero_id",
    "vero_conv", "oly_enc_id", "oly_anon_id", "_kx", "_ke", "__s", "elqTrack*", "elqaid", "elqat",
    "elqCampaignId", "sfmc_*", "bsft_*", "ml_subscriber*", "ck_subscriber_id", "trk_contact", "trk_msg",
    "trk_module", "trk_sid", "_bta_*", "dm_i", "_bhlid", "_clde", "_cldee", "_cldi", "inf_contact_key",
    # analytics: Urchin's campaigns, Matomo, Google's linker, Adobe, AT Internet, Webtrekk
    "utm_*", "mtm_*", "pk_*", "piwik_*", "matomo_*", "_ga", "_gl", "_gac", "s_cid", "at_medium",
    "at_campaign", "wt_mc", "wt_zmc",
    # cache-busters: a crawler fetches anew, and the card is the same
    "v", "_", "_cb", "nocache", "cachebuster",
)  # fmt: skip


def check_url_size(path: str, raw_query: str, *, longest: int = MAX_URL_BYTES) -> None:
    """Refuse a URL of more than `longest` bytes; raises UriTooLong."""
    size = len(path) + 1 + len(raw_query)
    if size <= longest and not (path.isascii() and raw_query.isascii()):
        size = len(f"{path}?{raw_query}".encode("utf-8", "surrogatepass"))
    if size > longest:
        raise UriTooLong(f"The URL is longer than {longest} bytes; POST it to /api/cards instead.")


def decode(component: str, *, plus: bool, where: str) -> str:
    """Percent-decode one name, value or path segment and compose it to NFC.

    `where` says in errors what is being read. Raises BadRequest.
    """
    if _RAW_CONTROL.search(component):
        raise BadRequest(f"{where} has a raw space or control character.", kind="bad-encoding")
    if _BAD_ESCAPE.search(component):
        raise BadRequest(f"{where} has a '%' that is not followed by two hex digits.", kind="bad-encoding")
    if plus:
        component = component.replace("+", " ")
    if "%" not in component and component.isascii():
        return component
    try:
        octets = _ESCAPES.sub(lambda match: bytes.fromhex(match[1].decode()), component.encode())
        text = octets.decode()
    except UnicodeError:
        raise BadRequest(f"{where} is not valid UTF-8.", kind="bad-encoding") from None
    if _FORBIDDEN.search(text):
        raise BadRequest(f"{where} has a NUL, CR or LF.", kind="bad-encoding")
    return unicodedata.normalize("NFC", text)


def encode(text: str) -> str:
    """Percent-encode all but the unreserved characters of RFC 3986."""
    return "".join([_ENCODED[octet] for octet in text.encode()])


@dataclass(frozen=True, slots=True)
class Query:
    """A query as its page meant it, and what others appended to it."""

    pairs: dict[str, str]  # decoded, in the order written
    appended: tuple[tuple[str, str], ...] = ()  # on the ignore list: the name, and the pair as written
    before_signature: int = 0  # how many of those stand before `_sig`

    @property
    def as_signed(self) -> dict[str, str] | None:
        """The pairs with the ignored ones before `_sig`, for a signer who knows no ignore list.

        None where there are none, or where they are no query.
        """
        along = [pair for _, pair in self.appended[: self.before_signature]]
        try:
            return parse_query("&".join([encode_query(self.pairs), *along])) if along else None
        except BadRequest:
            return None


def parse_query(raw_query: str) -> dict[str, str]:
    """Read a query string without its `?` into names and values, in the order written.

    A name without `=` has the empty value; empty pairs (`a=1&&b=2`) are skipped.
    Raises BadRequest, or BadParameter for a duplicate one.
    """
    return dict(_read_query(raw_query, NOTHING_IGNORED).pairs)


def read_query(raw_query: str, ignored: IgnoreList) -> Query:
    """Read a query string as `parse_query` does, with what is on the ignore list set aside."""
    query = _read_query(raw_query, ignored)
    return replace(query, pairs=dict(query.pairs))


@lru_cache(maxsize=32)  # one request asks for its signature, its expiry and its parameters
def _read_query(raw_query: str, ignored: IgnoreList) -> Query:
    pairs: dict[str, str] = {}
    appended: list[tuple[str, str]] = []
    before_signature = 0
    for pair in _as_written(raw_query, ignored).split("&"):
        raw_name, equals, raw_value = pair.partition("=")
        name = _AMP.sub("", decode(raw_name, plus=True, where="A parameter name"))
        if not name:
            if equals:
                raise BadRequest("A parameter has no name.")
            continue
        if name in ignored or (not equals and _ENTITY.match(name)):
            appended.append((name, pair))
            before_signature += "_sig" not in pairs
            continue
        if len(name) > MAX_NAME:
            raise BadParameter(
                f"A parameter name is longer than {MAX_NAME} characters.", param=name[:MAX_NAME]
            )
        if name in pairs:
            raise BadParameter(f"Parameter {name!r} is given twice.", param=name, kind="duplicate-parameter")
        pairs[name] = _decode_value(name, raw_value)
    return Query(pairs, tuple(appended), before_signature)


def _as_written(raw_query: str, ignored: IgnoreList) -> str:
    """Undo what stands for `&` in a query: JSON's escape, and `?` before an ignored name.

    No encoder of URLs writes a raw backslash; some tools append `?utm_source=…` to any URL.
    """
    if _ESCAPED_IN_JSON in raw_query:
        raw_query = raw_query.replace(_ESCAPED_IN_JSON, "&")
    if "?" not in raw_query:
        return raw_query
    raw_query = raw_query.lstrip("?")
    return _SECOND_QUESTION.sub(lambda found: f"&{found[1]}" if found[1] in ignored else found[0], raw_query)


def _decode_value(name: str, raw_value: str) -> str:
    try:
        return decode(raw_value, plus=True, where=f"Parameter {name!r}")
    except BadRequest as problem:
        raise BadParameter(problem.detail, param=name, kind=problem.kind) from None


def encode_query(pairs: dict[str, str]) -> str:
    """Write names and values in canonical form: sorted by name (as UTF-8 bytes), RFC 3986 encoding.

    Code-point order, Python's own for `str`, is the order of the UTF-8 bytes.
    """
    return "&".join(f"{encode(name)}={encode(pairs[name])}" for name in sorted(pairs))


def canonical_path_string(path: str) -> str:
    """The canonical form of a path: each segment decoded (`+` is itself), NFC, encoded again."""
    segments = path.split("/")
    return "/".join(encode(decode(segment, plus=False, where="The path")) for segment in segments)


class IgnoreListError(ValueError):
    """An entry of the list is no name, or is one that a card needs; the message names it."""


@dataclass(frozen=True, slots=True)
class IgnoreList:
    """Names, compared without letter case, and beginnings of names."""

    names: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: tuple[str, ...]) -> IgnoreList:
        """Read entries such as `fbclid` and `utm_*`; raises IgnoreListError."""
        for entry in entries:
            if not _ENTRY.fullmatch(entry):
                raise IgnoreListError(f"{entry[:64]!r} is no parameter's name; write ref or campaign_*")
        words = [entry.lower() for entry in entries]
        found = cls(
            frozenset(word for word in words if not word.endswith("*")),
            tuple(word[:-1] for word in words if word.endswith("*")),
        )
        for name in _OURS:
            if name in found:
                raise IgnoreListError(f"it takes away {name!r}, which cards need")
        return found

    @classmethod
    def parse(cls, text: str) -> IgnoreList:
        """Read a setting: entries between commas, `default` among them for the built-in ones, or `none`."""
        entries = [entry for entry in re.split(r"[\s,]+", text.strip()) if entry]
        if entries == ["none"]:
            return NOTHING_IGNORED
        named = tuple(entry for entry in entries if entry != "default")
        return cls.of((*DEFAULT_NAMES, *named) if "default" in entries or not entries else named)

    def __contains__(self, name: str) -> bool:
        word = name.lower()
        return word in self.names or bool(self.beginnings and word.startswith(self.beginnings))


NOTHING_IGNORED = IgnoreList()
DEFAULT_IGNORED = IgnoreList.of(DEFAULT_NAMES)
