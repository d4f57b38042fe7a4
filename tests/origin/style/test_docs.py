"""The page of supported CSS is the registry's."""

from __future__ import annotations

from emblazon_origin.style import docs
from emblazon_origin.style.syntax import registry
from emblazon_origin.style.syntax.registry import Other


def test_the_page_is_current() -> None:
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page(), "run python -m emblazon_origin.style.docs"


def test_every_property_is_on_the_page() -> None:
    page = docs.page()
    assert all(f"`{name}`" in page for name in registry.PROPERTIES)


def test_what_is_partly_or_not_supported_says_why() -> None:
    for name, row in registry.PROPERTIES.items():
        if row.status in ("no", "partly") or isinstance(row, Other):
            assert row.note, name
