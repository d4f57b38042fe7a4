"""The page at `/` of the local server: every template with its preview cases, each a link to its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from emblazon.contract.canonical import canonical_url
from emblazon.contract.signing import Keyring
from emblazon.sdk.meta import alt_text

from ..errors import EmblazonError
from ..template.brand import NO_BRAND, Brand
from ..template.library import CardTemplate, FontsDigest, TemplateLibrary

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.5rem 4rem }
h1 { margin: 0; font-size: 1.75rem } h2 { margin: 3rem 0 .25rem; font-size: 1.25rem }
p { margin: .25rem 0; max-width: 44rem } small { opacity: .7 }
ul { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)) }
ul { list-style: none; padding: 0 }
img { aspect-ratio: 1200 / 630; border-radius: .5rem; box-shadow: 0 0 0 1px #8884 }
img { display: block; width: 100% }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere }
"""
NO_PREVIEW = "<li><small>Write a <code>preview.json</code> beside its card.html to see it here.</small></li>"


def _signed(target: str, keys: Keyring | None) -> str:
    path, _, query = target.partition("?")
    return f"{path}?{keys.sign(path, query)}" if keys is not None else target


def _cases(template: CardTemplate, version: str, keys: Keyring | None) -> str:
    items = []
    for name, request in template.preview.cases.items():
        link = canonical_url(request)
        # With the template's version in its address, no browser shows the picture from before an edit.
        source = _signed(f"{link}{'&' if '?' in link else '?'}_tv={version[:12]}", keys)
        link = _signed(link, keys)
        alt = escape(alt_text(template.spec, request.params))
        picture = f'<a href="{escape(link)}"><img loading="lazy" src="{escape(source)}" alt="{alt}"></a>'
        items.append(f"<li>{picture}<small>{escape(name)}</small></li>")
    return "".join(items)


def _parameters(template: CardTemplate) -> str:
    names = (
        f"<code>{escape(spec.name)}</code>{' (required)' if spec.required else ''}"
        for spec in template.spec.params.values()
    )
    return ", ".join(names)


def gallery_at(
    templates: Path | Sequence[Path],
    fonts_digest: FontsDigest,
    drawn: Mapping[str, str],
    keys: Keyring | None = None,
    brand: Brand = NO_BRAND,
) -> tuple[str, int]:
    """Return the page of a folder of templates, or what is wrong with one of them; and the status.

    `drawn` is the version of each template that cards are drawn with now; `keys` sign the cards' URLs.
    """
    try:
        return gallery_page(TemplateLibrary(templates, fonts_digest, brand), drawn, keys), 200
    except (EmblazonError, OSError) as error:
        return _page(
            "<p>A template cannot be read; cards are drawn with the ones from before.</p>"
            f"<p><code>{escape(str(error))}</code></p>"
        ), 500


def gallery_page(library: TemplateLibrary, drawn: Mapping[str, str], keys: Keyring | None = None) -> str:
    """Return the page as HTML."""
    sections = (
        f"<h2>{escape(name)}</h2><p>{escape(spec.description)}</p>"
        f"<p><small>Parameters: {_parameters(library.get(name))}</small></p>"
        f"<ul>{_cases(library.get(name), drawn.get(name, spec.version), keys) or NO_PREVIEW}</ul>"
        for name, spec in library.specs.items()
    )
    return _page(
        "<p>Each picture is a card at its URL. Change the URL, or a file under <code>templates/</code>, "
        f"and reload.</p>{''.join(sections)}"
    )


def _page(content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Emblazon</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>Emblazon</h1>{content}</body></html>"
    )
