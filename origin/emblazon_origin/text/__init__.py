"""Text: runs by font, script and direction → shaped glyphs → lines (docs/architecture.md, origin step 5).

What the other stages call; all lengths are CSS px unless said otherwise.

Fonts (`fonts.py`)
    FontLibrary(root: Path, *, document_bytes=64 MiB)      AssetError names a missing or damaged file
    .with_faces(rules, load_bytes: (url) -> bytes, report=None) -> FontLibrary
    .metrics(style) -> FontMetrics                          ascent, descent, x_height, underline_…
    .digest(families) -> str                                for template versions

Layout (`inline.py`)
    layout_inline(items, block_style, *, width, fonts, report=None, height=None, grid=1.0) -> InlineLayout
    intrinsic_widths(items, block_style, *, fonts, grid=1.0) -> (min, max)
    TextMeasurer(fonts, *, grid=1.0)                        the layout stage's port: both of these
    report_layout(report, layout, style, items)             what a final layout has to say (line_findings.py)

Pixels (`glyphs.py`, `draw.py`); device px
    run_mask(run, origin, dpr=1.0, *, moved, color=None) -> RunMask(image "L" | None, x, y)
                                                            cached and shared: never draw into it
    color_glyphs(run, origin, dpr=1.0, foreground=…, *, moved) -> [PlacedColor(image "RGBA", x, y)]
    strike_of(font, size, level).mask(glyph, step) -> GlyphMask(core "L" | None, left, top, width, height)
    color_glyph(font, glyph, size, foreground) -> ColorGlyph(image "RGBA" | None, left, top)
    glyph_outline(font, glyph) -> (("M" | "L" | "Q" | "C" | "Z", points), …)  design units, y upwards

`origin` is (content-box left · dpr, (content-box top + Line.baseline) · dpr); the run's own x and shift are
added by the callee. A run whose `font.is_color` is drawn by `color_glyphs`, any other by `run_mask`.

inline_cost.py what the steps of inline layout cost; `spend` is told of it, and may raise
line_model.py  what the text stage takes (inline items) and gives (lines of fragments)
"""
