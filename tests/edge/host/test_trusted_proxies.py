"""X-Forwarded-* is believed from trusted proxies, and from nobody else."""

from __future__ import annotations

import pytest

from emblazon.edge.config import ConfigError
from emblazon_origin.host import TrustedProxies

BASE = "http://127.0.0.1:8080"
FIELDS = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "og.example.com",
    "x-forwarded-for": "203.0.113.9, 198.51.100.7, 10.0.0.2",
}


def proxies(text: str) -> TrustedProxies:
    return TrustedProxies.from_env({"EMBLAZON_TRUSTED_PROXIES": text})


@pytest.mark.parametrize("setting", ["", "10.9.0.0/16", "::1"])
def test_stranger_is_not_believed(setting: str) -> None:
    assert proxies(setting).seen_by_proxy(FIELDS, BASE, "192.0.2.1") == (BASE, "192.0.2.1")


def test_trusted_proxy_says_scheme_host_and_client() -> None:
    seen = proxies("10.0.0.0/8").seen_by_proxy(FIELDS, BASE, "10.0.0.1")
    assert seen == ("https://og.example.com", "198.51.100.7")


def test_what_stands_left_of_the_nearest_stranger_is_made_up() -> None:
    fields = FIELDS | {"x-forwarded-for": "10.0.0.9, 198.51.100.7"}
    assert proxies("10.0.0.0/8").seen_by_proxy(fields, BASE, "10.0.0.1")[1] == "198.51.100.7"


def test_nearest_proxy_has_the_last_word() -> None:
    fields = {"x-forwarded-proto": "http, https", "x-forwarded-host": "evil.example, og.example.com"}
    assert proxies("10.0.0.1").seen_by_proxy(fields, BASE, "10.0.0.1")[0] == "https://og.example.com"


@pytest.mark.parametrize(
    "fields",
    [
        {"x-forwarded-host": "og.example.com/evil"},
        {"x-forwarded-host": "a b"},
        {"x-forwarded-proto": "javascript"},
        {"x-forwarded-host": "user@evil.example"},
    ],
)
def test_nonsense_changes_nothing(fields: dict[str, str]) -> None:
    assert proxies("10.0.0.1").seen_by_proxy(fields, BASE, "10.0.0.1")[0] == BASE


def test_proxy_on_a_dual_stack_socket_is_known_by_its_own_address() -> None:
    assert proxies("10.0.0.0/8").trusts("::ffff:10.0.0.1")
    assert not proxies("10.0.0.0/8").trusts("")


def test_wrong_setting_is_named() -> None:
    with pytest.raises(ConfigError, match="EMBLAZON_TRUSTED_PROXIES"):
        proxies("10.0.0.0/8,proxy.example")
