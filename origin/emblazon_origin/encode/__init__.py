"""Encode: the last stage of the pipeline, pixels to bytes.

encode.py        quick and small, within a byte budget
png_attempts.py  the PNGs of one picture, the best one first
shades.py        pictures of few colours, quickly; color_means.py: as few as nobody sees, for the small form
color_runs.py    a picture as runs of pairs of pixels; indexed.py: a picture in a palette
stamps.py        the colours of a picture from what was drawn on its ground
palette.py       palettes of photos
likeness.py      how alike two pictures are
png.py           the file format
lossy.py         JPEG, WebP, AVIF; jpeg_bands.py: a JPEG of which rows are known
vp8l.py          WebP of pictures in a palette
effort.py        how patient an encoder is
"""

from .encode import encode, optimize

__all__ = ["encode", "optimize"]
