"""The SSRF guard: which URLs, hosts and addresses may be fetched from (docs/caching.md, "Outbound fetches").

Addresses are judged by this table, not by Python's `is_global`, which lets through 64:ff9b::a9fe:a9fe,
2002:a9fe:a9fe::, fec0::1 and 224.0.0.1. IPv6 ranges that wrap IPv4 addresses are refused as a whole.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass, replace

import httpx
import idna

from emblazon_origin.errors import AssetError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA special-purpose registries (RFC 6890 and its updates), and what they leave out.
REFUSED: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified, this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local, cloud metadata"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "AMT"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, broadcast"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::/96", "v4-compatible"),
    ("::ffff:0:0/96", "v4-mapped"),
    ("::ffff:0:0:0/96", "v4-translated"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "local-use NAT64"),
    ("100::/64", "discard"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "protocol assignments, ORCHID, benchmarking"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_TABLE: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(net), why) for net, why in REFUSED)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214 §6.1: bits 64…95 of the address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

_SPACES = " \t\n\r\f"
_SAFE_URL = re.compile(r"[^\x00-\x20\x7f\\]{1,8192}")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


class Refused(AssetError):
    """The guard said no; nothing was sent."""


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """What is allowed beyond the public Internet, and what of it is not."""

    ports: tuple[int, ...] = (80, 443)
    hosts: tuple[str, ...] = ()  # `example.com`, `*.example.org`; empty: any
    networks: tuple[Network, ...] = ()  # reachable although private
    literals: bool = False  # IP addresses in place of host names
    local: bool = False  # `localhost` and its addresses on any port, for development

    @classmethod
    def of(
        cls,
        ports: tuple[int, ...],
        hosts: tuple[str, ...],
        networks: tuple[str, ...],
        literals: bool,
        local: bool = False,
    ) -> GuardPolicy:
        """Make a policy of texts, as the configuration has them."""
        nets = tuple(ipaddress.ip_network(network) for network in networks)
        return cls(ports, hosts, nets, literals, local)

    def is_local(self, host: str) -> bool:
        """Tell whether a host is this machine, where that is allowed."""
        if not self.local:
            return False
        name = host.strip("[]").rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 §6.3
            return True
        literal = parse_literal(host)
        return literal is not None and literal.is_loopback

    def of_host(self, host: str) -> GuardPolicy:
        """Return the policy for the addresses of one host."""
        return replace(self, networks=(*self.networks, *_LOOPBACK)) if self.is_local(host) else self


def check_url(text: str, policy: GuardPolicy) -> httpx.URL:
    """Parse a URL and check everything that needs no DNS. Raises Refused."""
    text = _without_spaces(text)
    if not _SAFE_URL.fullmatch(text):
        raise Refused(
            "the URL has backslashes, control characters or a host with spaces, or more than 8192 characters"
        )
    try:
        url = httpx.URL(_with_plain_host(text) if not text.isascii() else text)
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused(f"not a URL: {error}") from error
    if url.scheme not in ("http", "https"):
        raise Refused(f"{url.scheme or 'no scheme'}: only http and https are fetched")
    if url.userinfo:
        raise Refused("the URL has a user name")
    port = url.port if url.port is not None else (443 if url.scheme == "https" else 80)
    check_host(url.raw_host.decode("ascii"), port, policy)
    return url


def _without_spaces(text: str) -> str:
    """Return a URL as browsers take it from an attribute: trimmed, and spaces behind its host as `%20`."""
    scheme, separator, rest = text.strip(_SPACES).partition("://")
    end = _end_of_host(rest)
    return scheme + separator + rest[:end] + rest[end:].replace(" ", "%20")


def _end_of_host(rest: str) -> int:
    return next((at for at, character in enumerate(rest) if character in "/?#"), len(rest))


def _with_plain_host(text: str) -> str:
    """Return a URL with its host as it is looked up: in compatibility form (`①②⑦` is 127), then punycode.

    As in browsers (UTS #46) that holds for emoji and other symbols as well, which IDNA 2008 has no names of.
    """
    scheme, separator, rest = text.partition("://")
    end = _end_of_host(rest)
    host, colon, port = rest[:end].partition(":")
    plain = unicodedata.normalize("NFKC", host)
    if not plain.isascii():
        labels = idna.uts46_remap(plain, std3_rules=True).split(".")
        plain = ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels
        )
    return unicodedata.normalize("NFKC", scheme) + separator + plain + colon + port + rest[end:]


def check_host(host: str, port: int, policy: GuardPolicy) -> None:
    """Check a host as it will be dialled: ports, spelling, allow-list. Raises Refused."""
    if not host or "%" in host:
        raise Refused("the URL has no proper host name")
    literal = parse_literal(host)
    if policy.is_local(host):
        return
    if port not in policy.ports:
        allowed = ", ".join(map(str, policy.ports))
        raise Refused(f"port {port} is not among {allowed} (EMBLAZON_FETCH_PORTS){_own(literal)}")
    if literal is not None and not policy.literals:
        raise Refused(
            f"{host} is an IP address; only host names are fetched (EMBLAZON_FETCH_LITERALS){_own(literal)}"
        )
    if literal is not None:
        check_address(literal, policy)
    if policy.hosts and not any(_matches(host, allowed) for allowed in policy.hosts):
        raise Refused(f"{host} is not among the allowed hosts (EMBLAZON_FETCH_HOSTS)")


def _matches(host: str, allowed: str) -> bool:
    host, allowed = host.rstrip(".").lower(), allowed.lower()
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return host == allowed


def parse_literal(host: str) -> Address | None:
    """Return the address that a host spells, in any spelling that some resolver accepts; None for names.

    A name whose last label is a number is an IPv4 address (WHATWG URL, "ends in a number"): `127.1`,
    `2130706433`, `0x7f.1` and `0177.0.0.1` are all 127.0.0.1. Raises Refused when it is none after all.
    """
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host.strip("[]"))
        except ValueError:
            raise Refused(f"{host} is not an IPv6 address") from None
    labels = host.rstrip(".").split(".")
    if not _NUMBER.fullmatch(labels[-1]):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(".".join(labels)))
    except (OSError, ValueError):
        raise Refused(f"{host} is not an IPv4 address") from None


def check_address(address: Address, policy: GuardPolicy) -> None:
    """Refuse an address that is not on the public Internet. Raises Refused."""
    if reason := refusal(address, policy.networks):
        setting = "EMBLAZON_FETCH_LOCAL=1" if address.is_loopback else "EMBLAZON_FETCH_ALLOW"
        raise Refused(f"{address} is {reason} ({setting})")


def _own(literal: Address | None) -> str:
    """Name the one setting that allows everything about this machine's own addresses."""
    return ", or EMBLAZON_FETCH_LOCAL=1 in development" if literal is not None and literal.is_loopback else ""


def refusal(address: Address, allowed: tuple[Network, ...] = ()) -> str:
    """Return why an address is refused, or an empty text."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return "scoped"
    if any(address in network for network in allowed if network.version == address.version):
        return _refusal_inside(address, allowed)
    for network, why in _TABLE:
        if network.version == address.version and address in network:
            return why
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _GLOBAL_UNICAST:
            return "not global unicast"
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return "ISATAP"
    return ""


def _refusal_inside(address: Address, allowed: tuple[Network, ...]) -> str:
    """Where NAT64 is allowed, the IPv4 address behind it is judged."""
    if address.version == 6 and address in _NAT64:
        return refusal(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), allowed)
    return ""
