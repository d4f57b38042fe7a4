"""Properties that are known and draw nothing: without effect on a still picture, or not supported."""

from __future__ import annotations

from ..syntax.registry import inert, svg, unsupported

inert(
    "no effect on a still picture",
    "cursor", "pointer-events", "user-select", "-webkit-user-select", "-moz-user-select", "-ms-user-select",
    "resize", "caret-color", "caret", "touch-action", "-webkit-touch-callout",
    "-webkit-tap-highlight-color", "-webkit-user-drag", "scroll-behavior", "overscroll-behavior",
    "overscroll-behavior-x", "overscroll-behavior-y", "scroll-snap-type", "scroll-snap-align",
    "scroll-snap-stop", "scroll-margin", "scroll-padding", "scroll-margin-top", "scroll-padding-top",
    "scrollbar-width", "scrollbar-color", "scrollbar-gutter", "-webkit-overflow-scrolling",
    "-ms-overflow-style", "backface-visibility", "-webkit-backface-visibility", "accent-color",
    "overflow-anchor", "interpolate-size", "view-transition-name", "speak", "speak-as", "field-sizing",
    "transform-style", "touch-callout", "-webkit-transform-style", "orphans", "widows", "page-break-before",
    "page-break-after", "page-break-inside", "break-before", "break-after", "break-inside", "page",
    "nav-index", "ime-mode", "-webkit-box-direction",
    "app-region", "-webkit-app-region",
)  # fmt: skip
inert(
    "text is always smoothed and placed the same way",
    "-webkit-font-smoothing", "-moz-osx-font-smoothing", "font-smooth", "text-rendering",
    "-webkit-text-size-adjust", "-moz-text-size-adjust", "-ms-text-size-adjust", "text-size-adjust",
    "print-color-adjust", "-webkit-print-color-adjust", "color-adjust", "forced-color-adjust",
)  # fmt: skip
inert(
    "form controls are not drawn",
    "appearance", "-webkit-appearance", "-moz-appearance",
)  # fmt: skip
inert(
    "text flows around the margin box of a float",
    "shape-outside", "shape-margin", "shape-image-threshold",
)  # fmt: skip
svg(
    "of the shapes of inline SVG",
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap",
    "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "stop-color",
    "stop-opacity", "clip-rule", "vector-effect", "shape-rendering", "color-interpolation",
    "color-interpolation-filters", "text-anchor", "dominant-baseline", "alignment-baseline",
    "baseline-shift", "flood-color", "flood-opacity", "lighting-color", "cx", "cy", "r", "rx", "ry", "x",
    "y", "d", "mask-type", "marker", "marker-start", "marker-mid", "marker-end", "color-rendering",
)  # fmt: skip
inert(
    "drawn as the end state: a still picture has no animation",
    "animation", "animation-name", "animation-duration", "animation-delay", "animation-direction",
    "animation-fill-mode", "animation-iteration-count", "animation-play-state", "animation-timing-function",
    "animation-composition", "animation-timeline", "animation-range", "-webkit-animation", "transition",
    "transition-property", "transition-duration", "transition-delay", "transition-timing-function",
    "transition-behavior", "-webkit-transition", "offset-rotate",
)  # fmt: skip
unsupported(
    "multi-column layout is not drawn; use grid",
    "columns", "column-count", "column-width", "column-rule", "column-rule-color", "column-rule-style",
    "column-rule-width", "column-span", "column-fill",
)  # fmt: skip
unsupported(
    "only horizontal text is laid out",
    "writing-mode", "-webkit-writing-mode", "text-orientation", "text-combine-upright",
    "-webkit-text-orientation",
)  # fmt: skip
unsupported(
    "mask borders are not drawn",
    "mask-border", "mask-border-source", "mask-border-slice", "mask-border-width", "mask-border-outset",
    "mask-border-repeat", "mask-border-mode", "-webkit-mask-box-image",
)  # fmt: skip
unsupported(
    "3D transforms are not drawn",
    "perspective", "perspective-origin", "-webkit-perspective",
)  # fmt: skip
unsupported(
    "motion paths are not drawn",
    "offset", "offset-path", "offset-distance", "offset-anchor", "offset-position",
)  # fmt: skip
unsupported(
    "emphasis marks are not drawn",
    "text-emphasis", "text-emphasis-style", "text-emphasis-color", "text-emphasis-position",
    "-webkit-text-emphasis",
)  # fmt: skip
unsupported(
    "ruby is not laid out",
    "ruby-position", "ruby-align", "ruby-overhang", "ruby-merge",
)  # fmt: skip
unsupported(
    "initial letters are not drawn",
    "initial-letter", "-webkit-initial-letter", "initial-letter-align",
)  # fmt: skip
unsupported(
    "container queries are not evaluated",
    "container", "container-type", "container-name",
)  # fmt: skip
unsupported(
    "anchor positioning is not laid out",
    "anchor-name", "position-anchor", "position-area", "position-try", "position-try-fallbacks",
    "position-visibility", "anchor-scope",
)  # fmt: skip
unsupported(
    "not drawn",
    "zoom", "clip", "-webkit-box-reflect", "-webkit-text-security", "font-palette", "font-size-adjust",
    "font-language-override", "font-variant-alternates", "font-synthesis-small-caps",
    "font-synthesis-position", "text-box", "text-box-trim", "text-box-edge", "text-autospace",
    "text-group-align", "math-style", "math-depth", "math-shift", "hyphenate-limit-chars",
    "text-underline-skip", "line-height-step",
    "corner-shape", "object-view-box", "image-orientation", "overlay", "margin-trim",
    "overflow-clip-margin",
    "reading-flow", "dynamic-range-limit", "-webkit-box-flex", "-webkit-box-pack",
    "-webkit-box-align", "-webkit-box-ordinal-group", "-webkit-column-count", "-webkit-columns",
    "-webkit-line-break", "masonry-auto-flow", "grid-lanes", "line-fit-edge", "white-space-trim",
    "wrap-before", "wrap-after", "wrap-inside",
)  # fmt: skip
