"""What a proxy in front says about the client's request: scheme, host and address, from trusted proxies only.

Anybody can send `X-Forwarded-Host`; whoever believes it from anybody hands out links to another's host and
counts another's rate.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from emblazon.edge.config import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

VARIABLE = "EMBLAZON_TRUSTED_PROXIES"
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Networks whose X-Forwarded-* fields are believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> TrustedProxies:
        """Read EMBLAZON_TRUSTED_PROXIES; raises ConfigError."""
        entries = [entry.strip() for entry in env.get(VARIABLE, "").split(",")]
        try:
            return cls(tuple(ipaddress.ip_network(entry) for entry in entries if entry))
        except ValueError as error:
            raise ConfigError(
                VARIABLE, f"cannot be read: {error}", "Write addresses or networks: 127.0.0.1,10.0.0.0/8."
            ) from None

    def trusts(self, address: str) -> bool:
        """Tell whether a peer may speak for others."""
        try:
            peer = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(peer, "ipv4_mapped", None)
        return any((mapped or peer) in network for network in self.networks)

    def seen_by_proxy(self, fields: Mapping[str, str], base_url: str, peer: str) -> tuple[str, str]:
        """Return scheme and authority, and the client's address, as the outermost trusted proxy saw them.

        `base_url` and `peer` are those of the connection; names of `fields` are in lower case.
        """
        if not self.trusts(peer):
            return base_url, peer
        scheme, _, host = base_url.partition("://")
        said = _last(fields, "x-forwarded-proto").lower()
        scheme = said if said in ("http", "https") else scheme
        named = _last(fields, "x-forwarded-host")
        host = named if _HOST.fullmatch(named) else host
        return f"{scheme}://{host}", self._client(fields, peer)

    def _client(self, fields: Mapping[str, str], peer: str) -> str:
        """Return the nearest address that is no trusted proxy: what stands left of it may be made up."""
        client = peer
        for address in reversed(fields.get("x-forwarded-for", "").split(",")):
            if not self.trusts(client):
                break
            try:
                client = str(ipaddress.ip_address(address.strip()))
            except ValueError:
                break
        return client


NO_PROXIES = TrustedProxies()


def _last(fields: Mapping[str, str], name: str) -> str:
    """Return the value that the nearest proxy added."""
    return fields.get(name, "").rpartition(",")[2].strip()
