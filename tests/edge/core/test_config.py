"""Settings are checked once; an error names the variable and the fix and shows no secret."""

from __future__ import annotations

import pytest

from emblazon.edge.config import ConfigError, EdgeConfig

GOOD = {
    "EMBLAZON_ORIGIN_URL": "http://127.0.0.1:9000",
    "EMBLAZON_SIGNING_KEYS": "k1:0123456789abcdef0123456789abcdef",
}

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "URL that cannot be split": ({"EMBLAZON_ORIGIN_URL": "http://[::1"}, "http"),
    "no key": ({"EMBLAZON_SIGNING_KEYS": ""}, "EMBLAZON_SIGNING=off"),
    "short key": ({"EMBLAZON_SIGNING_KEYS": "k1:short"}, "EMBLAZON_SIGNING_KEYS"),
    "key without id": ({"EMBLAZON_SIGNING_KEYS": "0123456789abcdef0123456789abcdef"}, "kid:secret"),
    "signing neither on nor off": ({"EMBLAZON_SIGNING": "false"}, "'on' or 'off'"),
    "no origin": ({"EMBLAZON_ORIGIN_URL": ""}, "EMBLAZON_ORIGIN_URL is not set"),
    "origin without scheme": ({"EMBLAZON_ORIGIN_URL": "127.0.0.1:9000"}, "https://host"),
    "origin with password": ({"EMBLAZON_ORIGIN_URL": "http://u:hunter2@host"}, "EMBLAZON_ORIGIN_TOKEN"),
    "short purge token": ({"EMBLAZON_PURGE_TOKEN": "hunter2"}, "EMBLAZON_PURGE_TOKEN"),
    "token with a line end": ({"EMBLAZON_ORIGIN_TOKEN": "0123456789abcdef\nX: y"}, "EMBLAZON_ORIGIN_TOKEN"),
    "no number": ({"EMBLAZON_ORIGIN_TIMEOUT": "fast"}, "number from 0.1 to 60"),
    "negative number": ({"EMBLAZON_KV_TIMEOUT": "-1"}, "EMBLAZON_KV_TIMEOUT"),
    "not a number": ({"EMBLAZON_LEASE": "nan"}, "EMBLAZON_LEASE"),
    "fraction": ({"EMBLAZON_MAX_FILLS": "1.5"}, "whole number"),
    "fallback too long": ({"EMBLAZON_FALLBACK_MAX_AGE": "61"}, "from 0 to 60"),
}


@pytest.mark.parametrize(("env", "word"), WRONG.values(), ids=WRONG.keys())
def test_wrong_setting_is_named_with_its_fix(env: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        EdgeConfig.from_env(GOOD | env)
    assert word in str(caught.value)
    assert caught.value.variable in env
    assert "hunter2" not in str(caught.value)


def test_good_settings() -> None:
    config = EdgeConfig.from_env(
        GOOD | {"EMBLAZON_ORIGIN_TIMEOUT": "3", "EMBLAZON_PUBLIC_URL": "https://og.test/"}
    )
    assert config.keyring is not None
    assert config.origin_timeout == 3.0
    assert config.public_url == "https://og.test"


def test_signing_off_by_name_needs_no_key() -> None:
    env = {"EMBLAZON_ORIGIN_URL": "http://127.0.0.1:9000", "EMBLAZON_SIGNING": "off"}
    assert EdgeConfig.from_env(env).keyring is None


def test_renderer_in_the_same_process_needs_no_address() -> None:
    env = {"EMBLAZON_SIGNING": "off"}
    assert EdgeConfig.from_env(env, origin_in_process=True).origin_url == ""


def test_no_secret_is_shown() -> None:
    config = EdgeConfig.from_env(
        GOOD | {"EMBLAZON_PURGE_TOKEN": "purge-token-secret", "EMBLAZON_ORIGIN_TOKEN": "origin-token-secret"}
    )
    shown = repr(config)
    assert "secret" not in shown
    assert "0123456789abcdef" not in shown
