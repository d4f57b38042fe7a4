"""Explain: everything that a render has to say, so that nothing is ignored in silence.

explanation = explain_card(request, engine)     # to_json(), to_text(), overlay_png()
result = lint_templates(Path("templates"), engine)
"""

from .explain_card import explain_card
from .explanation import Explanation
from .lint import LintResult, lint_templates

__all__ = ["Explanation", "LintResult", "explain_card", "lint_templates"]
