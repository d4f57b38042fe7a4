"""Which presentation, text or emoji, a grapheme cluster asks for (UTS #51 §4)."""

from __future__ import annotations

import regex

from ...caching import remembered

VS15, VS16, KEYCAP = "\ufe0e", "\ufe0f", "\u20e3"
_DIGITS = frozenset("0123456789#*")  # emoji too, where a style asks for that
_MAY_BE_EMOJI = regex.compile(r"[\p{Emoji}--[0-9#*]]|[0-9#*]\ufe0f?\u20e3", regex.V1)
_EMOJI_DEFAULT = regex.compile(
    r"\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Emoji}\p{Emoji_Modifier}"
    r"|\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?\u200d\p{Extended_Pictographic}|[0-9#*]\ufe0f?\u20e3"
)
_IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}]+")


@remembered("emoji", 2048, bytes_each=200)
def wants_emoji(cluster: str, variant: str = "normal") -> bool | None:
    """Return True for emoji presentation, False for text presentation asked for, None for plain text.

    `variant` is the value of `font-variant-emoji`; a variation selector in the text wins over it.
    """
    if not _MAY_BE_EMOJI.match(cluster):
        return True if variant == "emoji" and VS15 not in cluster and cluster[0] in _DIGITS else None
    if VS16 in cluster or KEYCAP in cluster:
        return VS15 not in cluster
    if VS15 in cluster:
        return False
    if variant == "emoji":
        return True
    if variant == "text":
        return False
    return True if _EMOJI_DEFAULT.match(cluster) else None


def may_be_emoji(cluster: str) -> bool:
    """Whether the cluster begins with a character that has an emoji form."""
    return _MAY_BE_EMOJI.match(cluster) is not None


def forces_emoji(cluster: str) -> bool:
    """Whether the text itself asks for the emoji form, by VS16 or a keycap."""
    return (VS16 in cluster or KEYCAP in cluster) and wants_emoji(cluster) is True


@remembered("emoji", 2048, bytes_each=250)
def visible_characters(cluster: str) -> tuple[int, ...]:
    """Return the code points that a font must have to draw the cluster: no ignorable or control ones."""
    return tuple(map(ord, _IGNORABLE.sub("", cluster)))
