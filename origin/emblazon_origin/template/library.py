"""The templates of a folder: loaded, checked, versioned, bound, and loaded again when they change."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from jinja2 import Template

from emblazon.contract.options import FALLBACK_VARIANT
from emblazon.contract.params import Finding, check_params, fit_params
from emblazon.contract.problem import Problem, unknown_word
from emblazon.contract.route import TEMPLATE_NAME
from emblazon.contract.schema import Manifest, ParamValue, TemplateSpec
from emblazon.contract.values import absent_value

from ..errors import CardError, TemplateError
from ..home import folders
from .brand import NO_BRAND, Brand, color_scheme
from .card_file import CardFile, Preview, read_card_file, read_preview
from .environment import CardEnvironment, compile_template, render
from .filters import direction
from .fitting import with_digits

FontsDigest = Callable[[tuple[str, ...]], str]
Signature = tuple[tuple[str, int, int], ...]  # (relative path, mtime in ns, size) of every file

_RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "ps", "sd", "ug", "ur", "yi"})
_NOT_DRAWN = frozenset({"preview.json"})  # changing it changes no card
_TABLES_NOT_DRAWN = frozenset({"experiment", "warm"})  # of card.toml


@dataclass(frozen=True, slots=True)
class Bound:
    """A card as HTML, ready for the style stage."""

    html: str
    base: Path  # folder that relative URLs are resolved against and may not leave
    file: str  # the template file, for reports
    lang: str
    dir: str  # "ltr" or "rtl"
    width: int  # CSS pixels
    height: int


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """One loaded template: its schema, its compiled files by variant, and its demo data."""

    spec: TemplateSpec
    folder: Path
    files: Mapping[str, Template]  # variant → compiled file; "" is card.html
    preview: Preview
    signature: Signature
    brand: Brand = NO_BRAND
    samples: Mapping[str, str] = field(default_factory=dict)  # URL → file in the folder that stands for it


class TemplateLibrary:
    """The templates under `roots`, one folder each: `card.html`, `card.toml`, `preview.json`, assets.

    Of two with one name the earlier root's counts. Before the last root, a folder without `card.toml` and
    `card.html` is no template: a site keeps other things under `templates/` as well.
    `fonts_digest(families)` is a text that changes whenever one of those families' files does; it becomes
    part of the template's version, as `brand` does. Raises TemplateError for the first that is not right.
    `only` names the one that is wanted: the others are left alone, unless there is none of that name.
    """

    def __init__(
        self,
        roots: Path | Sequence[Path],
        fonts_digest: FontsDigest,
        brand: Brand = NO_BRAND,
        only: str = "",
    ) -> None:
        self.roots = folders(roots)
        self.brand = brand
        self.errors: dict[str, TemplateError] = {}  # by template, from the last reload
        self._fonts_digest = fonts_digest
        self._templates: dict[str, CardTemplate] = {}
        found = dict(self._folders())
        for name in [only] if only in found else found:
            self._templates[name] = self._load(name, found[name])

    @property
    def specs(self) -> dict[str, TemplateSpec]:
        """What the manifest says of each template, by name."""
        return {name: template.spec for name, template in self._templates.items()}

    def manifest(self, renderer: str) -> Manifest:
        """The manifest that the origin publishes, for a renderer of that version."""
        return Manifest(renderer, self.specs)

    def get(self, name: str) -> CardTemplate:
        """One template; raises CardError that names the nearest one where there is none."""
        template = self._templates.get(name)
        if template is None:
            raise CardError(unknown_word("Template", name, sorted(self._templates))[0])
        return template

    def check(self, name: str, data: Mapping[str, object]) -> dict[str, ParamValue]:
        """Check raw values (from JSON or a command line) against the schema; raises CardError."""
        try:
            return check_params(self.get(name).spec, data)
        except Problem as problem:
            raise CardError(problem.detail) from None

    def fit(self, name: str, data: Mapping[str, object]) -> tuple[dict[str, ParamValue], tuple[Finding, ...]]:
        """Make the most of raw values, as the edge does; return them and what was changed.

        Raises CardError for a name that the schema does not have, and where a required one is missing.
        """
        try:
            fitted = fit_params(self.get(name).spec, data, strict=True)
        except Problem as problem:
            raise CardError(problem.detail) from None
        return fitted.params, tuple(fitted.findings)

    def bind(
        self,
        name: str,
        params: Mapping[str, ParamValue],
        *,
        lang: str = "",
        variant: str = "",
        width: int = 0,
        height: int = 0,
        failed: tuple[str, ...] = (),
    ) -> Bound:
        """Put checked values into a template; the size defaults to the template's own.

        `failed` names the parameters whose pictures could not be had. Raises CardError (unknown template,
        variant or parameter, missing value) and TemplateError.
        """
        template = self.get(name)
        if variant == FALLBACK_VARIANT:
            return self.bind_fallback(name, lang=lang, width=width, height=height)
        if variant and variant not in template.spec.variants:
            raise CardError(unknown_word("Variant", variant, list(template.spec.variants))[0])
        for param in params:
            if param not in template.spec.params:
                raise CardError(unknown_word("Parameter", param, [*template.spec.params])[0])
        for param, spec in template.spec.params.items():
            if spec.required and params.get(param) in (None, "", ()):
                raise CardError(f"Parameter {param!r} is required by template {name!r}.")
        return _bind(template, params, lang, variant, width, height, failed)

    def bind_fallback(self, name: str, *, lang: str = "", width: int = 0, height: int = 0) -> Bound:
        """The template's look without the card's data: `fallback.html`, else `[fallback]` in card.html."""
        template = self.get(name)
        return _bind(template, template.spec.fallback, lang, FALLBACK_VARIANT, width, height)

    def reload(self) -> list[str]:
        """Load again what changed on disk; returns the names of templates added, changed or removed.

        A template that no longer loads stays as it was, and its error is in `errors`.
        """
        found = dict(self._folders())
        current: dict[str, CardTemplate] = {}
        changed: list[str] = []
        self.errors = {}
        for name, folder in found.items():
            old = self._templates.get(name)
            if old is not None and old.signature == _signature(folder):
                current[name] = old
                continue
            try:
                current[name] = self._load(name, folder)
                changed.append(name)
            except TemplateError as error:
                self.errors[name] = error
                if old is not None:
                    current[name] = old
        changed += [name for name in self._templates if name not in found]
        self._templates = current
        return changed

    def _folders(self) -> list[tuple[str, Path]]:
        found: dict[str, Path] = {}
        for root in reversed(self.roots):
            own = len(self.roots) > 1 and root != self.roots[-1]
            found |= {folder.name: folder for folder in _template_folders(root, lenient=own)}
        return sorted(found.items())

    def _load(self, name: str, folder: Path) -> CardTemplate:
        signature = _signature(folder)
        card = read_card_file(folder / "card.toml", name, self.brand)
        spec = replace(card.spec, version=self._version(folder, card))
        template = CardTemplate(
            spec=spec,
            folder=folder,
            files=_compile_files(folder, spec),
            preview=read_preview(folder / "preview.json", spec),
            signature=signature,
            brand=self.brand,
            samples=card.samples,
        )
        _check_fallback(template)
        return template

    def _version(self, folder: Path, card: CardFile) -> str:
        digest = sha256(f"fonts={self._fonts_digest(card.fonts)}\n".encode())
        if self.brand.digest:
            digest.update(f"brand={self.brand.digest}\n".encode())
        for path in _files(folder):
            relative = path.relative_to(folder).as_posix()
            if relative not in _NOT_DRAWN:
                digest.update(f"{relative}={sha256(_drawn_part(path)).hexdigest()}\n".encode())
        return digest.hexdigest()


def _template_folders(root: Path, *, lenient: bool) -> list[Path]:
    """Return the folders of one root; `lenient` leaves out what is no template, or a root that is none."""
    if not root.is_dir():
        if lenient:
            return []
        raise TemplateError(f"{root}: no such folder; it holds one folder per template")
    found = [path for path in sorted(root.iterdir()) if path.is_dir() and path.name[0] not in "._"]
    if lenient:
        found = [path for path in found if (path / "card.toml").exists() or (path / "card.html").exists()]
    for path in found:
        if not TEMPLATE_NAME.fullmatch(path.name):
            raise TemplateError(f"{path}: a template's name has only a-z 0-9 _ -; rename the folder")
    return found


def _check_fallback(template: CardTemplate) -> None:
    """Bind the fallback look once: it must work on the worst of days."""
    try:
        _bind(template, template.spec.fallback, "", FALLBACK_VARIANT, 0, 0)
    except CardError as error:
        fix = f"give the values it needs under [fallback] in {template.folder / 'card.toml'}"
        raise TemplateError(f"{error} (without the card's data; {fix})") from None


def _files(folder: Path) -> list[Path]:
    """Every file of a template in a fixed order, hidden ones left out."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(p for p in paths if not any(part[0] == "." for part in p.relative_to(folder).parts))


def _drawn_part(path: Path) -> bytes:
    """Return the bytes of a file, of `card.toml` what a card can depend on."""
    data = path.read_bytes()
    table = tomllib.loads(data.decode()) if path.name == "card.toml" else {}
    if not _TABLES_NOT_DRAWN & table.keys():
        return data
    drawn = {key: value for key, value in table.items() if key not in _TABLES_NOT_DRAWN}
    return json.dumps(drawn, sort_keys=True, default=str).encode()


def _signature(folder: Path) -> Signature:
    return tuple(
        (path.relative_to(folder).as_posix(), (stat := path.stat()).st_mtime_ns, stat.st_size)
        for path in _files(folder)
    )


def _compile_files(folder: Path, spec: TemplateSpec) -> dict[str, Template]:
    """Compile card.html, its variants and fallback.html; a variant file must be declared."""
    environment = CardEnvironment(folder)
    if not (folder / "card.html").is_file():
        raise TemplateError(f"{folder / 'card.html'}: missing; a template needs card.html and card.toml")
    files = {"": compile_template(environment, folder, "card.html")}
    for path in sorted(folder.glob("card.*.html")):
        variant = path.name.removeprefix("card.").removesuffix(".html")
        if variant not in spec.variants:
            raise TemplateError(f'{path}: add it to card.toml: variants = ["{variant}"]')
        files[variant] = compile_template(environment, folder, path.name)
    if (folder / "fallback.html").is_file():
        files[FALLBACK_VARIANT] = compile_template(environment, folder, "fallback.html")
    return files


def _bind(
    template: CardTemplate,
    params: Mapping[str, ParamValue],
    lang: str,
    variant: str,
    width: int,
    height: int,
    failed: tuple[str, ...] = (),
) -> Bound:
    spec = template.spec
    file = template.files.get(variant) or template.files[""]
    values = {
        name: _sampled(params.get(name, absent_value(param)), template.samples)
        for name, param in spec.params.items()
    }
    way = text_direction(spec, values, lang)
    card = {
        "template": spec.name,
        "variant": variant,
        "lang": lang,
        "locale": with_digits(lang, _texts(spec, values)),
        "dir": way,
        "width": width or spec.width,
        "height": height or spec.height,
        "failed": failed,
        "brand": template.brand,
        "scheme": color_scheme(variant, values.get("scheme"), template.brand),
    }
    html = render(file, {**values, "card": card})
    return Bound(
        html, template.folder, str(file.filename), lang, way, width or spec.width, height or spec.height
    )


def _texts(spec: TemplateSpec, values: Mapping[str, ParamValue | None]) -> Iterator[str]:
    """What of a card's values is written for readers."""
    for name, param in spec.params.items():
        value = values[name]
        if param.type in ("string", "text") and isinstance(value, str):
            yield value
        elif param.type == "list" and isinstance(value, tuple):
            yield from (item for item in value if "://" not in item)


def _sampled(value: ParamValue | None, samples: Mapping[str, str]) -> ParamValue | None:
    """The file that stands for a sample's address, else the value as it is."""
    if isinstance(value, tuple):
        return tuple(samples.get(item, item) for item in value)
    return samples.get(value, value) if isinstance(value, str) else value


def text_direction(spec: TemplateSpec, values: Mapping[str, ParamValue | None], lang: str) -> str:
    """`rtl` or `ltr`: of the language where it is given, else of the first text parameter that has any."""
    if lang:
        return "rtl" if lang.split("-")[0] in _RTL_LANGUAGES or "-Arab" in lang or "-Hebr" in lang else "ltr"
    for name, param in spec.params.items():
        value = values.get(name)
        if param.type in ("string", "text") and isinstance(value, str) and value.strip():
            return direction(value)
    return "ltr"
