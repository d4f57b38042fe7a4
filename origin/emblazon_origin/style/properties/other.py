"""Properties that are known and draw nothing: without effect on a still picture, or not supported.

Together with the other modules of this package these are all the properties that Chromium knows. That those
without effect have none is shown by Chromium itself (`tests/origin/style/test_inert_properties.py`).
"""

from __future__ import annotations

from ..syntax.registry import alias, inert, svg, unsupported

inert(
    "of pointers, keys, focus and speech: nobody uses a picture",
    "cursor", "pointer-events", "user-select", "-webkit-user-select", "-moz-user-select", "-ms-user-select",
    "caret-color", "caret", "caret-shape", "caret-animation", "touch-action", "-webkit-touch-callout",
    "-webkit-tap-highlight-color", "-webkit-user-drag", "-webkit-user-modify", "touch-callout", "nav-index",
    "ime-mode", "app-region", "-webkit-app-region", "window-drag", "speak", "speak-as", "interactivity",
    "interest-delay", "interest-delay-start", "interest-delay-end", "reading-flow", "reading-order",
)  # fmt: skip
inert(
    "of scrolling: a picture is not scrolled, and has no scroll bars",
    "scroll-behavior", "overscroll-behavior", "overscroll-behavior-x", "overscroll-behavior-y",
    "overscroll-behavior-inline", "overscroll-behavior-block", "scroll-snap-type", "scroll-snap-align",
    "scroll-snap-stop", "scroll-axis-lock", "scroll-target-group", "scroll-marker-group",
    "scrollbar-color", "-webkit-overflow-scrolling",
    "-ms-overflow-style", "overflow-anchor",
    *(f"scroll-{kind}{side}" for kind in ("margin", "padding") for side in (
        "", "-top", "-right", "-bottom", "-left", "-inline", "-inline-start", "-inline-end", "-block",
        "-block-start", "-block-end",
    )),
)  # fmt: skip
inert(
    "of pages: a picture is one",
    "page-break-before", "page-break-after", "page", "page-orientation", "page-margin-safety", "size",
)  # fmt: skip
inert(
    "of timelines and transitions between views: a picture is not animated",
    "interpolate-size", "view-transition-class", "view-transition-group", "view-transition-scope",
    "scroll-timeline", "scroll-timeline-axis", "scroll-timeline-name", "view-timeline", "view-timeline-axis",
    "view-timeline-inset", "view-timeline-name", "timeline-scope", "trigger-scope", "timeline-trigger",
    "timeline-trigger-name", "timeline-trigger-source", "timeline-trigger-activation-range",
    "timeline-trigger-activation-range-start", "timeline-trigger-activation-range-end",
    "timeline-trigger-active-range", "timeline-trigger-active-range-start",
    "timeline-trigger-active-range-end", "overlay",
)  # fmt: skip
inert(
    "text is smoothed the same way everywhere but on some screens",
    "-webkit-font-smoothing", "-moz-osx-font-smoothing", "font-smooth",
    "-moz-text-size-adjust", "-ms-text-size-adjust", "-webkit-text-size-adjust", "text-size-adjust",
    "print-color-adjust", "-webkit-print-color-adjust", "color-adjust", "forced-color-adjust",
    "dynamic-range-limit", "buffered-rendering", "color-rendering",
)  # fmt: skip
inert(
    "form controls are not drawn, and reported",
    "appearance", "-webkit-appearance", "-moz-appearance", "accent-color", "field-sizing",
)  # fmt: skip
inert("MathML is not laid out, and reported", "math-style", "math-shift")
inert(
    "of the frame that holds a page, or of its automatic language",
    "frame-sizing", "-webkit-locale", "position-try-order",
)  # fmt: skip
svg(
    "of the shapes of inline SVG",
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "stop-color",
    "stop-opacity", "clip-rule", "vector-effect", "shape-rendering", "color-interpolation",
    "color-interpolation-filters", "text-anchor", "dominant-baseline", "alignment-baseline",
    "baseline-shift", "flood-color", "flood-opacity", "lighting-color", "cx", "cy", "r", "rx", "ry", "x",
    "y", "d", "mask-type", "marker", "marker-start", "marker-mid", "marker-end",
)  # fmt: skip
inert(
    "drawn as the end state: a still picture has no animation",
    "animation-duration", "animation-timing-function", "animation-composition", "animation-range",
    "animation-range-start", "animation-range-end", "animation-trigger", "transition",
    "transition-property", "transition-duration", "transition-delay", "transition-timing-function",
    "transition-behavior", "-webkit-transition",
    "-webkit-animation-duration", "-webkit-animation-timing-function",
    *(f"-webkit-transition-{part}" for part in ("property", "duration", "delay", "timing-function")),
)  # fmt: skip

# --- not drawn: a finding, unless the value is the one that changes nothing -----------------------------

unsupported(
    "characters are not set beside each other in vertical text",
    "text-combine-upright", "-webkit-text-combine",
    harmless=("none",),
)  # fmt: skip
unsupported(
    "mask borders are not drawn",
    "mask-border", "mask-border-source", "mask-border-slice", "mask-border-width", "mask-border-outset",
    "mask-border-repeat", "mask-border-mode", "-webkit-mask-box-image", "-webkit-mask-box-image-source",
    "-webkit-mask-box-image-slice", "-webkit-mask-box-image-width", "-webkit-mask-box-image-outset",
    "-webkit-mask-box-image-repeat",
    harmless=("none",),
)  # fmt: skip
unsupported(
    "is one of two: write both",
    "-webkit-perspective-origin-x", "-webkit-perspective-origin-y", "-webkit-transform-origin-x",
    "-webkit-transform-origin-y",
    harmless=("50%", "center"),
)  # fmt: skip
unsupported(
    "is one of two: write border-spacing",
    "-webkit-border-horizontal-spacing",
    "-webkit-border-vertical-spacing",
)
unsupported("is one of three: write all", "-webkit-transform-origin-z", harmless=("0", "0px"))
unsupported(
    "each annotation of ruby is over or under its own base; use `ruby-position`",
    "ruby-merge", "-webkit-ruby-position",
    harmless=("over", "before", "separate"),
)  # fmt: skip
unsupported(
    "initial letters are not drawn",
    "initial-letter", "-webkit-initial-letter", "initial-letter-align",
    harmless=("normal",),
)  # fmt: skip
unsupported(
    "boxes are not moved or hidden where their anchors leave no room",
    "position-try", "position-try-fallbacks", "position-visibility", "anchor-scope",
    harmless=("none", "auto", "normal", "always"),
)  # fmt: skip
unsupported("boxes have their corners, not a shape of their own", "border-shape", harmless=("none",))
unsupported(
    "not drawn",
    "zoom", "-webkit-box-reflect", "font-palette",
    "font-language-override", "font-variant-alternates", "font-synthesis-position",
    "text-group-align", "math-depth",
    "text-underline-skip", "line-height-step", "object-view-box",
    "masonry-auto-flow",
    "grid-lanes", "line-fit-edge", "white-space-trim", "wrap-before", "wrap-after", "wrap-inside",
    "baseline-source", "-webkit-rtl-ordering", "text-rendering", "resize", "scroll-initial-target",
    harmless=(
        "none", "normal", "auto", "1", "100%", "0", "0px", "logical", "optimizelegibility",
    ),
)  # fmt: skip
unsupported("not drawn", "font-size-adjust", harmless=("none",))
unsupported("not drawn", "text-autospace", harmless=("no-autospace",))
unsupported("pictures are turned as they say themselves", "image-orientation", harmless=("from-image",))

for _name, _of in {
    "after": "block-end", "before": "block-start", "start": "inline-start", "end": "inline-end",
}.items():  # fmt: skip
    for _part in ("", "-color", "-style", "-width"):
        alias(f"-webkit-border-{_name}{_part}", f"border-{_of}{_part}")
for _size in ("", "min-", "max-"):
    alias(f"-webkit-{_size}logical-width", f"{_size}inline-size")
    alias(f"-webkit-{_size}logical-height", f"{_size}block-size")
alias("-webkit-font-feature-settings", "font-feature-settings")
alias("-webkit-column-gap", "column-gap")
alias("-webkit-line-break", "line-break")
alias("-webkit-writing-mode", "writing-mode")
alias("-epub-writing-mode", "writing-mode")
alias("-webkit-text-orientation", "text-orientation")
alias("-epub-text-orientation", "text-orientation")
alias("-webkit-text-decorations-in-effect", "text-decoration-line")
