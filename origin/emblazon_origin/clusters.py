"""Grapheme clusters (UAX #29), in linear time: `\\X` alone counts from flag to flag back to the first."""

from __future__ import annotations

import regex

CLUSTER = regex.compile(r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X")
