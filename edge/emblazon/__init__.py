"""Emblazon: Open Graph images at the edge, in Python."""

__version__ = "0.1.0"
