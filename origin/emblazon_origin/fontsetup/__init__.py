"""Set-up of `fonts/vendor/`: the font files that `fonts.toml` names, copied out of their packages.

install.py  copy the fonts that `fonts/fonts.toml` names from PyPI packages into `fonts/vendor/`
"""

from __future__ import annotations

from .install import FontSetupError, install_fonts

__all__ = ["FontSetupError", "install_fonts"]
