"""Encode: the last stage of the pipeline, pixels to bytes.

encode        pixels in, the bytes of one format out, quick or patient
effort        how patient, by the size of the picture
budget        the best encoding within a number of bytes
safe          `auto-safe`: PNG where it is small, JPEG elsewhere
png           PNG itself
png_attempts  the PNGs of one picture: whole, with a palette, with fewer colours
palette       256 colours at most
lossy         JPEG, WebP and AVIF
"""

from .encode import encode, optimize

__all__ = ["encode", "optimize"]
