"""Bit writers: most significant bit first (JPEG), least significant bit first (WebP)."""

from __future__ import annotations


class MsbBits:
    """Collects bits from the top of each byte down."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._value = 0
        self._count = 0

    def put(self, value: int, count: int) -> None:
        """Append the low `count` bits of `value`."""
        self._value = self._value << count | value
        self._count += count
        whole = self._count // 8
        if whole:
            self._count -= whole * 8
            self._out += (self._value >> self._count).to_bytes(whole, "big")
            self._value &= (1 << self._count) - 1

    def finish(self, *, fill: int) -> bytes:
        """Return the bytes, the last one padded with `fill` bits."""
        if self._count:
            pad = 8 - self._count
            self.put(((1 << pad) - 1) if fill else 0, pad)
        return bytes(self._out)


class LsbBits:
    """Collects bits from the bottom of each byte up."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._value = 0
        self._count = 0

    def put(self, value: int, count: int) -> None:
        """Append the low `count` bits of `value`, lowest first."""
        self._value |= value << self._count
        self._count += count
        whole = self._count // 8
        if whole:
            self._out += (self._value & ((1 << whole * 8) - 1)).to_bytes(whole, "little")
            self._value >>= whole * 8
            self._count -= whole * 8

    def finish(self) -> bytes:
        """Return the bytes, the last one padded with zeros."""
        if self._count:
            self._out.append(self._value)
            self._value = self._count = 0
        return bytes(self._out)
