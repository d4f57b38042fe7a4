"""Modules that are loaded when something of them is first used.

A command that draws one card pays for every import: numpy alone takes as long as all that draws a plain one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


class LateModule(ModuleType):
    """Stands in `sys.modules` for a module until an attribute is asked for; safe to share between threads."""

    def __getattr__(self, name: str) -> object:
        module = sys.modules.get(self.__name__)
        if module is self:
            del sys.modules[self.__name__]
        module = import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        return getattr(module, name)


def load_late(name: str) -> None:
    """Let `import name` cost nothing from now on, unless the module is there already."""
    sys.modules.setdefault(name, LateModule(name))
