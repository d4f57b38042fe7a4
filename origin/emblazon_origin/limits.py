"""Limits that keep one render bounded, in one table. Breaking one is a `CardError`, never a crash."""

MAX_HTML_BYTES = 2_000_000
MAX_ELEMENTS = 5_000
MAX_DEPTH = 2_000
MAX_CSS_CHARACTERS = 500_000  # of all style sheets of a card
MAX_TEXT_CHARACTERS = 100_000
MAX_CANVAS_PIXELS = 16_000_000  # width · height · dpr²
MAX_SIDE = 8_192
MAX_IMAGE_PIXELS = 16_000_000
MAX_IMAGE_BYTES = 5_000_000
MAX_NESTED_LAYERS = 32  # groups inside each other
MAX_OPEN_PIXELS = 96_000_000  # of them; five bytes each
MAX_MASK_PIXELS = 250_000_000  # of clips, held until a card is finished; one byte each
LAYOUT_WORK = 600_000_000  # units as below, for every card
# Units of paint/work.py, about nanoseconds of a slow core: for every card, and more for every device pixel.
PAINT_WORK = 2_500_000_000
PAINT_WORK_PER_PIXEL = 800
