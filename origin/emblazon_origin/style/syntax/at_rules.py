"""At-rules that are known and change nothing, or that are not supported, with the reason."""

from __future__ import annotations

# Pseudo-elements that a still picture does not show.
UNSEEN = frozenset(("selection", "placeholder", "backdrop", "file-selector-button", "target-text", "cue"))
INERT = {
    "keyframes": "a still picture has no animation",
    "-webkit-keyframes": "a still picture has no animation",
    "-moz-keyframes": "a still picture has no animation",
    "starting-style": "a still picture has no transitions",
    "view-transition": "a still picture has no transitions",
    "page": "for print",
    "viewport": "the canvas sets the viewport",
    "-ms-viewport": "the canvas sets the viewport",
}
UNSUPPORTED = {
    "container": "container queries are not evaluated",
    "scope": "scoped rules are not evaluated; use nesting",
    "counter-style": "own counter styles are not drawn",
    "font-feature-values": "named alternates are not drawn; use font-feature-settings",
    "font-palette-values": "font palettes are not drawn",
    "position-try": "anchor positioning is not laid out",
    "function": "custom functions are not evaluated",
}
