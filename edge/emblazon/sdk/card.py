"""What a site imports: a card's URL, signed where there is a key, and its `<meta>` elements.

from emblazon import Card

card = Card("article", base_url="https://og.example.com", title="Hello", author="Ada")
card.meta_tags()
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from ..contract.alt import alt_text
from ..contract.canonical import canonical_query
from ..contract.manifest import ManifestError, manifest_from_json
from ..contract.options import parse_options
from ..contract.params import ParamRules
from ..contract.problem import Problem
from ..contract.request import parse_request
from ..contract.route import EXTENSIONS, TEMPLATE_NAME, Extension, certain_format
from ..contract.schema import Manifest, TemplateSpec
from ..contract.signing import Keyring, KeyringError
from ..contract.text import clean_text
from ..contract.uri import MAX_CANONICAL_BYTES, MAX_URL_BYTES, encode_query, parse_query
from .card_values import ParamInput, number_text, texts_of
from .invalid_card import InvalidCard
from .meta import meta_tags

SIGNING_KEYS = "EMBLAZON_SIGNING_KEYS"
PUBLIC_URL = "EMBLAZON_PUBLIC_URL"
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1200, 630
OPTIONS = {  # reserved parameters and the arguments they come from
    "_w": "width", "_h": "height", "_dpr": "dpr", "_q": "quality", "_max": "max_bytes",
    "_v": "variant", "_lang": "lang", "_tv": "version",
}  # fmt: skip
LONGEST_LIFE = 100 * 365 * 86_400  # seconds


class Card:
    """One card of a template.

    `params` are the template's parameters: text, numbers, booleans, dates, lists; None is "not given".
    Ones whose names Card takes for itself go into `params={…}`.
    `key` is the signing keys as `kid:secret,…` (default: EMBLAZON_SIGNING_KEYS; "" signs nothing), and
    `base_url` the edge's address (default: EMBLAZON_PUBLIC_URL). With `manifest`, which is a Manifest,
    the content of the origin's `/manifest.json` or its path, everything is checked here and now.

    Raises InvalidCard.
    """

    def __init__(
        self,
        template: str,
        /,
        *,
        base_url: str | None = None,
        key: str | Keyring | None = None,
        manifest: Manifest | Mapping[str, object] | str | Path | None = None,
        format: str = "png",
        width: int | None = None,
        height: int | None = None,
        dpr: float | None = None,
        quality: int | None = None,
        max_bytes: int | None = None,
        variant: str = "",
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
        values = (width, height, dpr, quality, max_bytes, variant, lang, version)
        self._pairs = texts_of({**(params or {}), **more_params})
        self._pairs |= {
            name: number_text(argument, value)
            for (name, argument), value in zip(OPTIONS.items(), values, strict=True)
            if value not in (None, "")
        }
        self._spec: TemplateSpec | None = None
        self._size = (width, height)
        if manifest is not None:
            self._check(_manifest(manifest))
        else:
            self._check_options()
        self._dpr = float(self._pairs.get("_dpr", "1"))

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

    def _check(self, manifest: Manifest) -> None:
        try:
            query = encode_query(self._pairs)
            request = parse_request(
                "GET", self.path, query, manifest, longest=MAX_CANONICAL_BYTES, rules=ParamRules(strict=True)
            )
        except Problem as problem:
            raise InvalidCard(problem.detail) from None
        for finding in request.findings:
            raise InvalidCard(finding.detail)
        self._spec = request.template
        self._size = (request.width, request.height)
        self._alt = self._alt or alt_text(request.template, request.params)
        pinned = {"_tv": request.pinned} if request.pinned else {}
        self._pairs = {**parse_query(canonical_query(request)), **pinned}

    @property
    def path(self) -> str:
        """`/og/{template}.{format}`."""
        return f"/og/{self.template}.{self.format}"

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
        url = self.url() if expires_in is None else self.signed_url(expires_in=expires_in)
        return meta_tags(
            url, self.width, self.height, format=certain_format(self.format, self._spec), alt=self.alt
        )

    def __html__(self) -> str:
        """Templates that know `__html__` (Jinja2, Django, Mako) write the meta elements for `{{ card }}`."""
        return self.meta_tags()

    def payload(self) -> dict[str, object]:
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
    try:
        return manifest_from_json(
            Path(given).read_bytes() if isinstance(given, str | Path) else json.dumps(given)
        )
    except (OSError, ManifestError, TypeError) as error:
        raise InvalidCard(f"The manifest cannot be used: {error}") from None
