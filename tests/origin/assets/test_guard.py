"""Every refused range, and every odd spelling of a host, in tables."""

from __future__ import annotations

import ipaddress

import pytest

from emblazon_origin.assets.guard import (
    REFUSED,
    GuardPolicy,
    Refused,
    check_url,
    parse_literal,
    refusal,
)

ADDRESSES = {
    "0.0.0.0": "unspecified",  # noqa: S104 - nothing binds it
    "0.1.2.3": "this network", "10.0.0.1": "private", "10.255.255.255": "private",
    "100.64.0.1": "NAT", "100.127.255.254": "NAT", "127.0.0.1": "loopback", "127.255.255.254": "loopback",
    "169.254.169.254": "link-local", "172.16.0.1": "private", "172.31.255.255": "private",
    "192.0.0.8": "protocol", "192.0.0.170": "protocol", "192.0.2.1": "documentation", "192.31.196.1": "AS112",
    "192.52.193.1": "AMT", "192.88.99.1": "6to4", "192.168.1.1": "private", "192.175.48.1": "AS112",
    "198.18.0.1": "benchmarking", "198.19.255.255": "benchmarking", "198.51.100.7": "documentation",
    "203.0.113.9": "documentation", "224.0.0.1": "multicast", "239.255.255.255": "multicast",
    "240.0.0.1": "reserved", "255.255.255.255": "broadcast",
    "::": "unspecified", "::1": "loopback", "::7f00:1": "v4-compatible", "::a9fe:a9fe": "v4-compatible",
    "::ffff:127.0.0.1": "v4-mapped", "::ffff:10.0.0.1": "v4-mapped", "::ffff:0:7f00:1": "v4-translated",
    "64:ff9b::7f00:1": "NAT64", "64:ff9b::a9fe:a9fe": "NAT64", "64:ff9b:1::a00:1": "local-use NAT64",
    "64:ff9b:1:ffff::1": "local-use NAT64", "100::1": "discard",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "Teredo", "2001:2::1": "benchmarking", "2001:10::1": "ORCHID",
    "2001:20::1": "ORCHID", "2001:db8::1": "documentation", "3fff::1": "documentation",
    "2002:7f00:1::": "6to4", "2002:a9fe:a9fe::": "6to4",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd12:3456::1": "unique local", "fe80::1": "link-local", "febf::1": "link-local", "fec0::1": "site-local",
    "feff::1": "site-local", "ff02::1": "multicast", "4000::1": "not global unicast",
    "2620:4f:8000::1": "AS112", "100:0:0:1::1": "not global", "fe00::1": "not global",
    "2a00:1450::5efe:10.0.0.1": "ISATAP", "2a00:1450::200:5efe:8.8.8.8": "ISATAP", "fe80::1%eth0": "scoped",
}  # fmt: skip
PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "100.128.0.1",
    "198.20.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
)


@pytest.mark.parametrize(("address", "reason"), ADDRESSES.items())
def test_addresses_off_the_public_internet_are_refused(address: str, reason: str) -> None:
    assert reason in refusal(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert refusal(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize(("network", "why"), REFUSED)
def test_both_ends_of_every_refused_range_are_refused(network: str, why: str) -> None:
    parsed = ipaddress.ip_network(network)
    assert refusal(parsed[0])
    assert refusal(parsed[-1])


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001", "127.0.0.1.", "127.0.1",
     "0x7F.0.0.0x1"],
)  # fmt: skip
def test_odd_spellings_are_the_address_they_mean(host: str) -> None:
    assert parse_literal(host) == ipaddress.ip_address("127.0.0.1")


ODD_URLS = [
    "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/", "http://127。0。0。1/",
    "http://[::1]/", "http://[::]/", "http://0/", "http://[fe80::1%25eth0]/",
    "http://%31%32%37.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1./",
    "http://1.2.3.4.5/",
    "http://999.1.1.1/", "http://0x/", "http://user@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com:22/", "http://example.com:8080/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "http:///nohost", "http://", "", "http://exa mple.com/",
    "http://example.com/\r\nHost: x",
    "//example.com/x", "http://[1.2.3.4]/", "http://[::1",
    "http://example.com:0/", "http://\ud800/", "javascript:alert(1)", "http://8.8.8.8/",
]  # fmt: skip


@pytest.mark.parametrize("url", ODD_URLS)
def test_urls_that_no_card_needs_are_refused_before_dns(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url, GuardPolicy())


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("http://example.com/my photo.jpg", "http://example.com/my%20photo.jpg"),
        (" http://example.com/a.png\n", "http://example.com/a.png"),
        ("http://example.com?q=a b", "http://example.com?q=a%20b"),
    ],
)
def test_spaces_are_taken_as_browsers_take_them(written: str, taken: str) -> None:
    assert str(check_url(written, GuardPolicy())) == taken


def test_an_allow_list_admits_hosts_and_their_subdomains_only() -> None:
    policy = GuardPolicy(hosts=("example.com", "*.example.org"))
    check_url("https://example.com/a.png", policy)
    check_url("https://img.EXAMPLE.org/a.png", policy)
    for url in (
        "https://example.org/",
        "https://notexample.com/",
        "https://example.com.evil.net/",
        "https://a.example.com/",
    ):
        with pytest.raises(Refused):
            check_url(url, policy)


def test_an_allowed_network_opens_that_network_alone() -> None:
    allowed = (ipaddress.ip_network("10.1.0.0/16"),)
    assert refusal(ipaddress.ip_address("10.1.2.3"), allowed) == ""
    assert refusal(ipaddress.ip_address("10.2.2.3"), allowed) == "private"


def test_where_nat64_is_allowed_the_address_behind_it_is_judged() -> None:
    allowed = (ipaddress.ip_network("64:ff9b::/96"),)
    assert refusal(ipaddress.ip_address("64:ff9b::808:808"), allowed) == ""
    assert refusal(ipaddress.ip_address("64:ff9b::a9fe:a9fe"), allowed) == "link-local, cloud metadata"


def test_literals_where_allowed_are_judged_too() -> None:
    policy = GuardPolicy(literals=True)
    check_url("http://8.8.8.8/", policy)
    with pytest.raises(Refused, match="loopback"):
        check_url("http://127.1/", policy)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://bücher.example/a.png", "xn--bcher-kva.example"),
        ("http://例え.テスト/a.png", "xn--r8jz45g.xn--zckzah"),
        ("http://😀.example/a.png", "xn--e28h.example"),
        ("http://I❤.example:80/a.png", "xn--i-7iq.example"),
        ("http://☃-☃.example", "xn----0xpb.example"),
        ("http://straße.example/", "xn--strae-oqa.example"),
    ],
)
def test_hosts_beyond_ascii_are_looked_up_as_browsers_do(url: str, host: str) -> None:
    assert check_url(url, GuardPolicy()).raw_host.decode() == host
