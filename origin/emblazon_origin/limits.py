"""Limits that keep one render bounded, in one table. Breaking one is a `CardError`, never a crash."""

MAX_HTML_BYTES = 2_000_000
MAX_ELEMENTS = 8_000
MAX_DEPTH = 512  # as Chromium has it
MAX_CSS_CHARACTERS = 500_000  # of all style sheets of a card
MAX_TEXT_CHARACTERS = 100_000
MAX_CANVAS_PIXELS = 16_000_000  # width · height · dpr²
MAX_CANVAS_SIDE = 8_192
MAX_IMAGE_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 100_000_000  # decoded at a half, a quarter or an eighth
MAX_IMAGE_BYTES = 20_000_000  # a photo of 24 megapixels as a camera writes it has about ten
MAX_FONT_FILE_BYTES = 32_000_000  # a document's own; Google's Noto Sans SC has 10.6 MB
MAX_NESTED_LAYERS = 32  # groups inside each other
MAX_OPEN_PIXELS = 96_000_000  # of them; five bytes each
MAX_MASK_PIXELS = 250_000_000  # of clips, held until a card is finished; one byte each
MAX_CARD_FONT_BYTES = 64_000_000  # of all of them, unpacked
# Work is counted in units of about a nanosecond of a slow core, never by a clock: see paint/work.py.
CARD_WORK = 700_000_000  # of style, layout and paint together, and more for every device pixel
CARD_WORK_PER_PIXEL = 250
LAYOUT_WORK = 420_000_000
LEAST_LAYOUT_WORK = 100_000_000  # is left for layout whatever styling took
LEAST_PAINT_WORK = 150_000_000  # is left for paint whatever the stages before it took
