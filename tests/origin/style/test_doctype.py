"""Which doctypes put a document in quirks mode, as Chromium's `document.compatMode` and its lines tell."""

from __future__ import annotations

import pytest

from emblazon_origin.style.document.doctype import quirks_of

DTD = '"-//W3C//DTD '


@pytest.mark.parametrize(
    ("doctype", "mode"),
    [
        ("", "full"),
        ("<!DOCTYPE html>", "none"),
        ("<!-- a --> <!doctype HTML >", "none"),
        ("<!DOCTYPE quirks>", "full"),
        ('<!DOCTYPE html SYSTEM "about:legacy-compat">', "none"),
        (f'<!DOCTYPE html PUBLIC {DTD}HTML 4.01//EN">', "none"),
        (f'<!DOCTYPE HTML PUBLIC {DTD}HTML 4.01 Transitional//EN">', "full"),
        (f'<!DOCTYPE HTML PUBLIC {DTD}HTML 4.01 Transitional//EN" "http://www.w3.org/TR/x.dtd">', "limited"),
        (f'<!DOCTYPE html PUBLIC {DTD}XHTML 1.0 Transitional//EN" "x.dtd">', "limited"),
        (f'<!DOCTYPE html PUBLIC {DTD}XHTML 1.0 Strict//EN" "x.dtd">', "none"),
        (f'<!DOCTYPE html PUBLIC {DTD}HTML 3.2 Final//EN">', "full"),
    ],
)
def test_mode_of_a_document(doctype: str, mode: str) -> None:
    assert quirks_of(f"{doctype}<p>text") == mode
