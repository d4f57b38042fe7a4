"""What was changed about a request so that it still gives a card: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

from ..dataclass import dataclass
from ..typed import Literal
from .uri import encode

FindingCode = Literal["cut", "invalid-value", "unknown-parameter", "missing-parameter", "ignored-parameter"]

FINDINGS_HEADER = "X-Emblazon-Findings"
MAX_IN_HEADER = 12
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"%\\')


@dataclass(frozen=True, slots=True)
class Finding:
    """One parameter that is not drawn as given; `detail` is a sentence for the author of the page."""

    code: FindingCode
    param: str
    detail: str

    def to_dict(self) -> dict[str, str]:
        """Return it as JSON members."""
        return {"code": self.code, "param": self.param, "detail": self.detail}


def findings_header(findings: Sequence[Finding]) -> str:
    """Write findings as a list of RFC 9651: `cut;param="title", unknown-parameter;param="titel"`.

    A name's characters beyond ASCII are percent-encoded; of many findings, the first ones are written.
    """
    items = [f'{finding.code};param="{_ascii(finding.param)}"' for finding in findings[:MAX_IN_HEADER]]
    return ", ".join(items)


def _ascii(name: str) -> str:
    return "".join(character if character in _PLAIN else encode(character) for character in name[:64])
