"""Encode: the last stage of the pipeline, pixels to bytes."""

from .encode import encode, optimize

__all__ = ["encode", "optimize"]
