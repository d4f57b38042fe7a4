"""Script runs: Unicode's Script property with Common and Inherited resolved (UAX #24 §5)."""

from __future__ import annotations

import regex
from fontTools import unicodedata as ucd

from ...caching import ByteCache, remembered

LATIN = regex.compile(r"[\x00-\x40\x41-\u02ff\u2000-\u206f\u20a0-\u20bf\u2100-\u218f\ufffc]*+")
# Letters of one script alone, with what of ASCII belongs to none.
_ALONE = regex.compile(
    "|".join(
        rf"(?P<{code}>[\x20-\x40\x5b-\x60\x7b-\x7e\p{{Script={code}}}]*+)(?!.)"
        for code in ("Cyrl", "Grek", "Thai", "Deva", "Hang", "Hani", "Arab", "Hebr")
    ),
    regex.DOTALL,
)
_PAIRS = "()[]{}「」『』【】〈〉《》（）［］｛｝"
_OPEN_TO_CLOSE = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
_CLOSERS = frozenset(_OPEN_TO_CLOSE.values())


@remembered("scripts", 4096, bytes_each=150)
def script_of(character: str) -> tuple[str, frozenset[str]]:
    """Return a character's script, and its script extensions where it is Common or Inherited."""
    script = ucd.script(character)
    if script in ("Zyyy", "Zinh"):
        extensions = ucd.script_extension(character) - {"Zyyy", "Zinh"}
        return script, frozenset(extensions)
    return script, frozenset()


def script_runs(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, ISO 15924 code) runs that cover the text; unresolvable text is Zyyy."""
    if not text:
        return []
    if LATIN.fullmatch(text):
        return [(0, len(text), "Latn")]
    if (alone := _ALONE.match(text)) is not None and alone.lastgroup is not None:
        return [(0, len(text), alone.lastgroup)]
    return _mixed.get(text, lambda: _resolved_runs(text))


# Asked for whether a text is of one script, and again where it is not.
_mixed: ByteCache[list[tuple[int, int, str]]] = ByteCache(
    "script runs", 1 << 20, lambda runs: 300 + 100 * len(runs)
)


def _resolved_runs(text: str) -> list[tuple[int, int, str]]:
    scripts = _resolve(text)
    runs = []
    start = 0
    for i in range(1, len(text) + 1):
        if i == len(text) or scripts[i] != scripts[start]:
            runs.append((start, i, scripts[start]))
            start = i
    return runs


def _resolve(text: str) -> list[str]:
    scripts: list[str] = []
    current = last = ""
    pending = 0  # where the characters begin that wait for the next real script
    brackets: list[tuple[str, str]] = []
    for i, character in enumerate(text):
        script, extensions = script_of(character)
        if script in ("Zyyy", "Zinh"):
            script = _common(character, current, extensions, brackets)
            if current and not script:
                pending, last, current = i, current, ""
        elif not current:
            scripts[pending:i] = [script] * (i - pending)
            brackets = [(closer, opened or script) for closer, opened in brackets]
        if script:
            current = script
        scripts.append(script)
    if not current:
        scripts[pending:] = [last or "Zyyy"] * (len(scripts) - pending)
    return scripts


def _common(character: str, current: str, extensions: frozenset[str], brackets: list[tuple[str, str]]) -> str:
    """The script of a Common or Inherited character: what is before it, or its opening bracket's.

    "" where its script extensions exclude what is before it: then what comes after it decides.
    """
    if character in _CLOSERS:
        for depth in range(len(brackets) - 1, -1, -1):
            if brackets[depth][0] == character:
                current = brackets[depth][1] or current
                del brackets[depth:]
                return current
    if extensions and current and current not in extensions:
        current = min(extensions) if len(extensions) == 1 else ""
    if (closer := _OPEN_TO_CLOSE.get(character)) and len(brackets) < 64:
        brackets.append((closer, current))
    return current
