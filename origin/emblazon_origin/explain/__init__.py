"""Explain: everything that a render has to say, so that nothing is ignored in silence.

explanation = explain_card(request, engine)     # to_json(), to_text(), overlay_png()
result = lint_templates(Path("templates"), engine)

explain_card       renders one card and looks at what came out
explanation        the result: as JSON, as text, as an overlay
picture_findings   what only the finished layout and picture can tell: contrast, the safe area
drawn_text         where every run of text ends up
lint               every template with its preview, its cases and the worst ones
"""

from .explain_card import explain_card
from .explanation import Explanation
from .lint import LintResult, lint_templates

__all__ = ["Explanation", "LintResult", "explain_card", "lint_templates"]
