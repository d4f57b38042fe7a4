"""What a site imports: a card's URL, signed where there is a key, and its `<meta>` elements.

from emblazon import Card

card = Card("article", base_url="https://og.example.com", title="Hello", author="Ada")
card.meta_tags()
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import urlsplit

from ..contract.manifest import ManifestError, manifest_from_json
from ..contract.options import parse_options
from ..contract.problem import Problem, unknown_word
from ..contract.route import EXTENSIONS, TEMPLATE_NAME, Extension, certain_format
from ..contract.schema import Format, Manifest, TemplateSpec
from ..contract.signing import Keyring, KeyringError
from ..contract.text import clean_text
from ..contract.uri import MAX_URL_BYTES, encode_query
from .card_check import SITE_URL, ParamInput, check_card, file_urls, joined_urls, number_text, texts_of
from .known_templates import known_template, manifest_file
from .meta import Html, JsonObject, MetaPairs, html_of, image_object, meta_pairs
from .telling import InvalidCard, is_strict, tell

SIGNING_KEYS = "EMBLAZON_SIGNING_KEYS"
PUBLIC_URL = "EMBLAZON_PUBLIC_URL"
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1200, 630
OPTIONS = {  # reserved parameters and the arguments they come from
    "_w": "width", "_h": "height", "_dpr": "dpr", "_q": "quality", "_max": "max_bytes",
    "_v": "variant", "_page": "page", "_lang": "lang", "_tv": "version",
}  # fmt: skip
_NOT_TEMPLATES = ("do_not_call_in_templates", "mro")  # what others ask any class for
LONGEST_LIFE = 100 * 365 * 86_400  # seconds

_PROBE = "check"


class _TemplateNames(type):
    """Lets `Card.article(title=…)` stand for `Card("article", title=…)`; `emblazon types` writes it out."""

    def __getattr__(cls, name: str) -> Callable[..., Card]:
        if name.startswith("_") or name in _NOT_TEMPLATES or not TEMPLATE_NAME.fullmatch(name):
            raise AttributeError(f"type object 'Card' has no attribute {name!r}")

        def make(**arguments: Any) -> Card:
            made: Card = cls(name.replace("_", "-") if _is_dashed(name) else name, **arguments)
            return made

        return make


class Card(metaclass=_TemplateNames):
    """One card of a template.

    `params` are the template's parameters: text, numbers, booleans, dates, lists, files with a `url`; None is
    "not given". Ones whose names Card takes for itself go into `params={…}`.
    `key` is the signing keys as `kid:secret,…` (default: EMBLAZON_SIGNING_KEYS; "" signs nothing), `base_url`
    the edge's address (default: EMBLAZON_PUBLIC_URL). `site_url` is the pages' own, which relative addresses
    are joined with (default: EMBLAZON_SITE_URL).

    `variant="auto"` has the template's experiment choose by `page`, its address or number; by what the card
    says where there is none. A page keeps its look: `card.variant`, where the template is known.

    With `manifest`, which is a Manifest, the content of the origin's `/manifest.json` or its path, everything
    is checked by it; else by what `known_templates` learns. What a template does not know is told as a
    CardWarning and left out; with `strict` (EMBLAZON_STRICT), and where tests run, it raises InvalidCard.
    """

    def __init__(
        self,
        template: str,
        /,
        *,
        base_url: str | None = None,
        key: str | Keyring | None = None,
        manifest: Manifest | Mapping[str, object] | str | Path | None = None,
        site_url: str | None = None,
        strict: bool | None = None,
        format: str = "auto-safe",
        width: int | None = None,
        height: int | None = None,
        dpr: float | None = None,
        quality: int | None = None,
        max_bytes: int | None = None,
        variant: str = "",
        page: str = "",
        lang: str = "",
        version: str = "",
        alt: str = "",
        params: Mapping[str, ParamInput] | None = None,
        **more_params: ParamInput,
    ) -> None:
        if not isinstance(template, str) or not TEMPLATE_NAME.fullmatch(template):
            raise InvalidCard(f"{template!r} is not a template name: a-z 0-9 _ - only.")
        if format not in EXTENSIONS:
            raise InvalidCard(f"format={format!r} is not one of {', '.join(EXTENSIONS)}.")
        self.template = template
        self.format: Extension = EXTENSIONS[format]
        self._base_url = _base_url(base_url)
        self._keyring = _keyring(key)
        self._alt = alt
        self._strict = is_strict(strict)
        values = (width, height, dpr, quality, max_bytes, variant, page, lang, version)
        given, files = file_urls({**(params or {}), **more_params})
        self._pairs = texts_of(given)
        self._pairs |= {
            name: number_text(argument, value)
            for (name, argument), value in zip(OPTIONS.items(), values, strict=True)
            if value not in (None, "")
        }
        self._check_options()
        self._size = (width, height)
        self._spec = self._find(manifest)
        site_url = os.environ.get(SITE_URL, "") if site_url is None else site_url
        self._pairs = joined_urls(self._pairs, self._spec, files, site_url)
        if self._spec is not None:
            self._check(self._spec, is_certain=manifest is not None)
        self._dpr = float(self._pairs.get("_dpr", "1"))

    def _find(self, manifest: Manifest | Mapping[str, object] | str | Path | None) -> TemplateSpec | None:
        """Return what is known of the template; tell where it is known that there is none."""
        if manifest is not None:
            templates = _manifest(manifest).templates
            spec, names = templates.get(self.template), sorted(templates)
        else:
            spec, names = known_template(self.template, self._base_url)
        if spec is None and names:
            tell(unknown_word("Template", self.template, names)[0], strict=self._strict)
        return spec

    def _check_options(self) -> None:
        """Refuse what the edge refuses for any template; variants are the template's own."""
        options = {name: text for name, text in self._pairs.items() if name[0] == "_" and name != "_v"}
        try:
            parse_options(options, TemplateSpec(self.template, "", {}))
        except Problem as problem:
            argument = OPTIONS.get(problem.param, problem.param)
            raise InvalidCard(
                problem.detail.replace(f"Parameter {problem.param!r}", f"{argument}=")
            ) from None

    def _check(self, spec: TemplateSpec, *, is_certain: bool) -> None:
        checked = check_card(
            self.path,
            self._pairs,
            Manifest("", {self.template: spec}),
            strict=self._strict,
            is_certain=is_certain,
        )
        self._pairs, self._size = checked.pairs, (checked.width, checked.height)
        self._alt = self._alt or checked.alt

    @property
    def path(self) -> str:
        """`/og/{template}.{format}`."""
        return f"/og/{self.template}.{self.format}"

    @property
    def variant(self) -> str:
        """The look of the card: "" the template's own, `auto` where the edge will choose."""
        return self._pairs.get("_v", "")

    @property
    def width(self) -> int:
        """Pixels of the image, across."""
        return self._pixels(0)

    @property
    def height(self) -> int:
        """Pixels of the image, down."""
        return self._pixels(1)

    def _pixels(self, side: int) -> int:
        """One side of the image; a missing one keeps the proportions (of the default, without a manifest)."""
        sides = (DEFAULT_WIDTH, DEFAULT_HEIGHT)
        given, other = self._size[side], self._size[1 - side]
        if given is None:
            given = sides[side] if other is None else round(other * sides[side] / sides[1 - side])
        return round(given * self._dpr)

    @property
    def alt(self) -> str:
        """Alternative text: as given, else from the manifest's sentence, else the title."""
        return self._alt or clean_text(self._pairs.get("title", ""))

    def url(self) -> str:
        """The address of the image: signed where there is a key."""
        return self.signed_url() if self._keyring else self.unsigned_url()

    def unsigned_url(self) -> str:
        """The address of the image without a signature; raises InvalidCard where it is too long for one."""
        return self._address(encode_query(self._pairs))

    def signed_url(self, *, expires_in: float | timedelta | None = None, now: float | None = None) -> str:
        """The signed address of the image; raises InvalidCard where there is no key or it is too long.

        `expires_in` is seconds or a timedelta; the expiry is rounded up to a tenth of that, so that pages
        rendered one after the other name the same image and share its cache entry.
        """
        if self._keyring is None:
            raise InvalidCard(f"There is no signing key; set {SIGNING_KEYS}=kid:secret or pass key=….")
        expires_at = None
        if expires_in is not None:
            seconds = expires_in.total_seconds() if isinstance(expires_in, timedelta) else expires_in
            if not 0 < seconds <= LONGEST_LIFE:
                raise InvalidCard(
                    f"expires_in={expires_in!r} is no time to come; give seconds or a timedelta."
                )
            step = max(1, int(seconds / 10))
            expires_at = -int(-((time.time() if now is None else now) + seconds) // step) * step
        return self._address(self._keyring.sign(self.path, encode_query(self._pairs), expires_at=expires_at))

    def meta_tags(self, *, expires_in: float | timedelta | None = None) -> str:
        """The `<meta>` elements for a page's head, one per line, escaped."""
        return html_of(self._meta_pairs(expires_in))

    @property
    def html(self) -> Html:
        """The `<meta>` elements as markup that template engines write as it is."""
        return Html(self.meta_tags())

    @property
    def dict(self) -> MetaPairs:
        """The same as names and contents, for whatever writes a page's head itself."""
        return self._meta_pairs(None)

    @property
    def jsonld_image(self) -> JsonObject:
        """The picture as schema.org's ImageObject, for the `image` of a page's JSON-LD."""
        return image_object(self.url(), self.width, self.height, format=self._type, alt=self.alt)

    def __html__(self) -> Html:
        """Templates that know `__html__` (Jinja2, Mako) write the meta elements for `{{ card }}`."""
        return self.html

    def __str__(self) -> Html:
        """The same: Django asks for the text first, and for its `__html__` afterwards."""
        return self.html

    @property
    def _type(self) -> Format | None:
        return certain_format(self.format, self._spec, self._pairs)

    def _meta_pairs(self, expires_in: float | timedelta | None) -> MetaPairs:
        url = self.url() if expires_in is None else self.signed_url(expires_in=expires_in)
        return meta_pairs(url, self.width, self.height, format=self._type, alt=self.alt)

    def payload(self) -> JsonObject:
        """The card as the JSON body of `POST /api/cards`."""
        params = {name: value for name, value in self._pairs.items() if name[0] != "_"}
        options = {name: value for name, value in self._pairs.items() if name[0] == "_"}
        return {"template": self.template, "params": params, "options": options, "format": self.format}

    def _address(self, query: str) -> str:
        if len(self.path) + 1 + len(query) > MAX_URL_BYTES:
            raise InvalidCard(
                f"The card's URL would be longer than {MAX_URL_BYTES} bytes; shorten it, or make a short URL "
                "with Client.create."
            )
        return f"{self._base_url}{self.path}{'?' if query else ''}{query}"

    def __repr__(self) -> str:
        return f"<Card {self.path}?{encode_query(self._pairs)}>"


def _base_url(given: str | None) -> str:
    base_url = (os.environ.get(PUBLIC_URL, "") if given is None else given).rstrip("/")
    if not _is_base(base_url):
        raise InvalidCard(f"base_url={base_url!r} is no http(s) URL; pass base_url=… or set {PUBLIC_URL}.")
    return base_url


def _is_base(text: str) -> bool:
    if not text.isprintable() or set(text) & set(' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)


def _keyring(given: str | Keyring | None) -> Keyring | None:
    if isinstance(given, Keyring):
        return given
    text = os.environ.get(SIGNING_KEYS, "") if given is None else given
    try:
        return Keyring.parse(text) if text else None
    except KeyringError as error:
        raise InvalidCard(str(error)) from None


def _manifest(given: Manifest | Mapping[str, object] | str | Path) -> Manifest:
    if isinstance(given, Manifest):
        return given
    if isinstance(given, str | Path):
        return manifest_file(given)
    try:
        return manifest_from_json(json.dumps(given))
    except (ManifestError, TypeError) as error:
        raise InvalidCard(f"The manifest cannot be used: {error}") from None


def _is_dashed(name: str) -> bool:
    """Tell whether an attribute stands for a template whose name has dashes, which no attribute can have."""
    dashed = name.replace("_", "-")
    base_url = os.environ.get(PUBLIC_URL, "").rstrip("/")
    if dashed == name or known_template(name, base_url)[0] is not None:
        return False
    return known_template(dashed, base_url)[0] is not None


class CardOptions(TypedDict, total=False):
    """As `Card` takes them; `variant` and `params` are left out, since each template has its own."""

    base_url: str | None
    key: str | Keyring | None
    manifest: Manifest | Mapping[str, object] | str | Path | None
    site_url: str | None
    strict: bool | None
    format: str
    width: int | None
    height: int | None
    dpr: float | None
    quality: int | None
    max_bytes: int | None
    page: str
    lang: str
    version: str
    alt: str


def probe(**arguments: Any) -> Card:
    """Return a card with the arguments that all cards of a site have; raises InvalidCard for a wrong one."""
    given = dict(arguments)
    manifest = given.pop("manifest", None)
    if isinstance(manifest, str):
        manifest_file(manifest)
    return Card(_PROBE, **given, manifest=Manifest("", {_PROBE: TemplateSpec(_PROBE, "", {})}))
