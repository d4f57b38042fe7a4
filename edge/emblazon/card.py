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
from datetime import date, datetime
from pathlib import Path
from typing import cast

from .contract.alt import alt_text
from .contract.canonical import canonical_query
from .contract.manifest import ManifestError, manifest_from_json
from .contract.problem import Problem
from .contract.request import parse_request
from .contract.route import EXTENSIONS, TEMPLATE_NAME, Extension, is_format
from .contract.schema import Manifest, ParamValue, TemplateSpec
from .contract.signing import Keyring, KeyringError
from .contract.text import clean_text
from .contract.uri import MAX_URL_BYTES, encode_query, parse_query
from .contract.values import format_value
from .meta import meta_tags

SIGNING_KEYS = "EMBLAZON_SIGNING_KEYS"
PUBLIC_URL = "EMBLAZON_PUBLIC_URL"
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1200, 630

ParamInput = ParamValue | date | list[str] | None


class InvalidCard(ValueError):
    """The card cannot be made as given; the message says which argument is wrong and why."""


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
        if not TEMPLATE_NAME.fullmatch(template):
            raise InvalidCard(f"{template!r} is not a template name: a-z 0-9 _ - only.")
        if format not in EXTENSIONS:
            raise InvalidCard(f"format={format!r} is not one of {', '.join(EXTENSIONS)}.")
        self.template = template
        self.format: Extension = EXTENSIONS[format]
        self._base_url = _base_url(base_url)
        self._keyring = _keyring(key)
        self._alt = alt
        options = {
            "_w": width, "_h": height, "_dpr": dpr, "_q": quality, "_max": max_bytes,
            "_v": variant, "_lang": lang, "_tv": version,
        }  # fmt: skip
        self._pairs = _texts({**(params or {}), **more_params})
        self._pairs |= {name: _number(value) for name, value in options.items() if value not in (None, "")}
        self._spec: TemplateSpec | None = None
        self._size = (width, height)
        self._dpr = dpr or 1.0
        if manifest is not None:
            self._check(_manifest(manifest))
        elif self.path_and_query_length > MAX_URL_BYTES - 256:
            raise InvalidCard(
                f"The card's URL would be longer than {MAX_URL_BYTES} bytes; POST it to /api/cards."
            )

    def _check(self, manifest: Manifest) -> None:
        try:
            request = parse_request("GET", self.path, encode_query(self._pairs), manifest)
        except Problem as problem:
            raise InvalidCard(problem.detail) from None
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
    def path_and_query_length(self) -> int:
        """Bytes of the unsigned URL without scheme and host."""
        return len(self.path) + 1 + len(encode_query(self._pairs))

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
        """The address of the image without a signature."""
        return self._address(encode_query(self._pairs))

    def signed_url(self, *, expires_in: float | None = None, now: float | None = None) -> str:
        """The signed address of the image; raises InvalidCard where there is no key.

        `expires_in` is seconds; the expiry is rounded up to a tenth of that, so that pages rendered one
        after the other name the same image and share its cache entry.
        """
        if self._keyring is None:
            raise InvalidCard(f"There is no signing key; set {SIGNING_KEYS}=kid:secret or pass key=….")
        expires_at = None
        if expires_in is not None:
            step = max(1, int(expires_in / 10))
            expires_at = -int(-((time.time() if now is None else now) + expires_in) // step) * step
        return self._address(self._keyring.sign(self.path, encode_query(self._pairs), expires_at=expires_at))

    def meta_tags(self, *, expires_in: float | None = None) -> str:
        """The `<meta>` elements for a page's head, one per line, escaped."""
        url = self.url() if expires_in is None else self.signed_url(expires_in=expires_in)
        return meta_tags(url, self.width, self.height, format=is_format(self.format), alt=self.alt)

    def __html__(self) -> str:
        """Templates that know `__html__` (Jinja2, Django, Mako) write the meta elements for `{{ card }}`."""
        return self.meta_tags()

    def payload(self) -> dict[str, object]:
        """The card as the JSON body of `POST /api/cards`."""
        params = {name: value for name, value in self._pairs.items() if name[0] != "_"}
        options = {name: value for name, value in self._pairs.items() if name[0] == "_"}
        return {"template": self.template, "params": params, "options": options, "format": self.format}

    def _address(self, query: str) -> str:
        return f"{self._base_url}{self.path}{'?' if query else ''}{query}"

    def __repr__(self) -> str:
        return f"<Card {self.path}?{encode_query(self._pairs)}>"


def _texts(params: Mapping[str, ParamInput]) -> dict[str, str]:
    """Values as the texts that a URL carries; without a manifest their types are taken as they are."""
    texts: dict[str, str] = {}
    for name, value in params.items():
        if name.startswith("_"):
            raise InvalidCard(f"{name!r} is reserved; use Card's own arguments such as width= or lang=.")
        if value is None:
            continue
        texts[name] = _text(name, value)
    return texts


def _text(name: str, value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        if not all(isinstance(item, str) for item in value):
            raise InvalidCard(f"{name!r} takes a list of text.")
        return format_value(tuple(value))
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidCard(f"{name!r} has a lone surrogate.") from None
        return format_value(clean_text(value, multiline=True).replace("\0", ""))
    if isinstance(value, int | float):
        return _number(value)
    # Django's lazy translations, Decimal, UUID, pathlib, Markup: whatever has a text of its own.
    return format_value(clean_text(str(value), multiline=True))


def _number(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return format_value(cast(ParamValue, value))


def _base_url(given: str | None) -> str:
    base_url = (os.environ.get(PUBLIC_URL, "") if given is None else given).rstrip("/")
    if not base_url.startswith(("https://", "http://")):
        raise InvalidCard(f"base_url={base_url!r} is no http(s) URL; pass base_url=… or set {PUBLIC_URL}.")
    return base_url


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
