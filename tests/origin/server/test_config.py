"""Configuration: errors name the variable and the fix, and the page lists every variable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emblazon_origin.server.config import (
    OriginConfig,
    SettingsError,
    describe,
    misspelt,
    secret_files,
    usable_cpus,
)

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"

WRONG = [
    ({"EMBLAZON_WORKERS": "many"}, "EMBLAZON_WORKERS=many: use a number"),
    ({"EMBLAZON_WORKERS": "-1"}, "EMBLAZON_WORKERS=-1: use a number from 0 to 256"),
    ({"EMBLAZON_DEV": "maybe"}, "EMBLAZON_DEV=maybe: use 1 or 0"),
    ({"EMBLAZON_MEMORY_BUDGET": "huge"}, "EMBLAZON_MEMORY_BUDGET=huge: use a number, e.g. 512m or 1g"),
    ({"EMBLAZON_RENDER_TIMEOUT": "nan"}, "EMBLAZON_RENDER_TIMEOUT=nan: use a number at least 0.1"),
    ({"EMBLAZON_FETCH_PORTS": "80,http"}, "EMBLAZON_FETCH_PORTS=80,http: use a number"),
    ({"EMBLAZON_FETCH_PORTS": "80,0"}, "EMBLAZON_FETCH_PORTS=0: use a number from 1 to 65535"),
    ({"EMBLAZON_FETCH_ALLOW": "10.0.0.1/8"}, "EMBLAZON_FETCH_ALLOW: '10.0.0.1/8' is no network"),
    ({"EMBLAZON_LOG_FORMAT": "xml"}, "EMBLAZON_LOG_FORMAT=xml: use one of json, text"),
    ({"EMBLAZON_LOG_LEVEL": "loud"}, "EMBLAZON_LOG_LEVEL=loud: use DEBUG"),
    ({"EMBLAZON_REDIS_URL": "localhost"}, "EMBLAZON_REDIS_URL: must begin with redis://"),
    ({"EMBLAZON_ALERT_WEBHOOK": "hooks.example.com"}, "EMBLAZON_ALERT_WEBHOOK: must begin with http://"),
    ({"EMBLAZON_STORAGE": "s3"}, "EMBLAZON_S3_BUCKET is missing: EMBLAZON_STORAGE=s3 needs it"),
    ({"EMBLAZON_STORAGE": "folder"}, "EMBLAZON_STORAGE_FOLDER is missing"),
    ({"EMBLAZON_RENDER_TIMEOUT": "inf"}, "EMBLAZON_RENDER_TIMEOUT=inf: use a smaller number"),
    ({"EMBLAZON_WORKER_MEMORY": "infg"}, "EMBLAZON_WORKER_MEMORY=infg: use a number, e.g. 512m or 1g"),
    ({"EMBLAZON_REDIS_LIFE": "9" * 23}, f"EMBLAZON_REDIS_LIFE={'9' * 23}: use a smaller number"),
    ({"EMBLAZON_FETCH_PORTS": ","}, "EMBLAZON_FETCH_PORTS: name at least one port"),
    ({"EMBLAZON_FETCH_HOSTS": "https://a.com"}, "EMBLAZON_FETCH_HOSTS: 'https://a.com' is no host name"),
    ({"EMBLAZON_FETCH_HOSTS": "bücher.example"}, "EMBLAZON_FETCH_HOSTS: 'bücher.example' is no host name"),
    ({"EMBLAZON_REDIS_URL": "redis://host:port"}, "EMBLAZON_REDIS_URL: not a URL: its port is no number"),
    ({"EMBLAZON_REDIS_URL": "unix://"}, "EMBLAZON_REDIS_URL: not a whole URL"),
    ({"EMBLAZON_REDIS_URL": "redis://host/cards"}, "EMBLAZON_REDIS_URL: the database after the host is a"),
    ({"EMBLAZON_ALERT_WEBHOOK": "http://"}, "EMBLAZON_ALERT_WEBHOOK: not a whole URL"),
    ({"EMBLAZON_ALERT_WEBHOOK": "https://["}, "EMBLAZON_ALERT_WEBHOOK: not a URL"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT: must begin with http://"),
    ({"EMBLAZON_RENDER_TIMEOUT": "3"}, "EMBLAZON_RENDER_TIMEOUT=3: must be above EMBLAZON_FETCH_TIMEOUT=5"),
]  # fmt: skip


@pytest.mark.parametrize(("environ", "message"), WRONG, ids=[next(iter(environ)) for environ, _ in WRONG])
def test_a_wrong_setting_names_its_variable_and_the_fix(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        OriginConfig.from_env(environ)


def test_settings_are_read_in_their_own_units() -> None:
    config = OriginConfig.from_env(
        {"EMBLAZON_MEMORY_BUDGET": "1.5g", "EMBLAZON_FETCH_HOSTS": "a.com, *.b.org", "EMBLAZON_DEV": "yes",
         "EMBLAZON_QUEUE": " 7 "}
    )  # fmt: skip
    assert config.memory_budget == 1536 << 20
    assert config.fetch_hosts == ("a.com", "*.b.org")
    assert config.dev
    assert config.queue == 7


def test_a_misspelt_variable_is_told_and_those_of_the_edge_are_not() -> None:
    environ = {"EMBLAZON_WORKER": "3", "EMBLAZON_ORIGIN_URL": "x", "EMBLAZON_SIGNING_KEYS": "x", "HOME": "/"}
    assert misspelt(environ) == [("EMBLAZON_WORKER", "EMBLAZON_WORKERS")]


def test_empty_variables_are_as_if_unset() -> None:
    assert OriginConfig.from_env({"EMBLAZON_WORKERS": "", "EMBLAZON_REDIS_URL": " "}) == OriginConfig()


def test_the_page_lists_every_variable_with_its_default_and_effect() -> None:
    rows = re.findall(r"^\| `([A-Z_0-9]+)` \| (?:`([^`]*)`|–) \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    assert rows == describe()


@pytest.mark.parametrize(
    ("quota", "most"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", 999), ("", 999)]
)
def test_a_containers_cpu_quota_bounds_the_processes(tmp_path: Path, quota: str, most: int) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    assert 1 <= usable_cpus(tmp_path / "cpu.max") <= most
    assert usable_cpus(tmp_path / "missing") >= 1


def test_one_error_lists_all_that_is_wrong_and_no_secret() -> None:
    wrong = {
        "EMBLAZON_WORKERS": "many",
        "EMBLAZON_ORIGIN_TOKEN": "hunter2",
        "EMBLAZON_REDIS_URL": "http://user:hunter2@host",
        "EMBLAZON_LOG_LEVEL": "loud",
    }
    with pytest.raises(SettingsError) as caught:
        OriginConfig.from_env(wrong)
    told = str(caught.value)
    assert told.startswith("4 settings are wrong:\n")
    assert all(variable in told for variable in wrong)
    assert "hunter2" not in told


def test_faults_of_settings_that_do_not_fit_together_are_listed_too() -> None:
    with pytest.raises(SettingsError, match=r"(?s)3 settings are wrong.*FETCH_LOCAL.*RENDER_T.*GCS"):
        OriginConfig.from_env(
            {"EMBLAZON_FETCH_LOCAL": "1", "EMBLAZON_RENDER_TIMEOUT": "1", "EMBLAZON_STORAGE": "gcs"}
        )


@pytest.mark.parametrize("name", ["EMBLAZON_ORIGIN_TOKEN", "emblazon_origin_token"])
def test_secret_files_are_read_below_the_environment(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("token-of-the-secret-file\n")
    environ = {"EMBLAZON_SECRETS_DIR": str(tmp_path)}
    assert OriginConfig.from_env(environ).token == "token-of-the-secret-file"
    given = environ | {"EMBLAZON_ORIGIN_TOKEN": "token-of-the-environment"}
    assert OriginConfig.from_env(given).token == "token-of-the-environment"
    (tmp_path / name).write_text("short")
    with pytest.raises(SettingsError, match="EMBLAZON_ORIGIN_TOKEN is shorter"):
        OriginConfig.from_env(environ)


def test_folder_of_secrets_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="EMBLAZON_SECRETS_DIR"):
        OriginConfig.from_env({"EMBLAZON_SECRETS_DIR": str(tmp_path / "none")})


def test_secret_files_serve_the_edge_beside_the_origin_too(tmp_path: Path) -> None:
    (tmp_path / "emblazon_signing_keys").write_text("k1:0123456789abcdef0123456789abcdef\n")
    (tmp_path / "unrelated").write_text("x")
    found = secret_files({"EMBLAZON_SECRETS_DIR": str(tmp_path)})
    assert found == {"EMBLAZON_SIGNING_KEYS": "k1:0123456789abcdef0123456789abcdef"}


def test_env_file_is_read_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("EMBLAZON_QUEUE=7\nEMBLAZON_WORKERS=3\nOTHER=1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBLAZON_WORKERS", "2")
    config = OriginConfig.from_env(defaults={"EMBLAZON_QUEUE": "9", "EMBLAZON_GRACE": "3"})
    assert (config.queue, config.workers, config.grace) == (7, 2, 3.0)


def test_no_secret_is_shown() -> None:
    config = OriginConfig(
        token="token-that-is-secret", s3_secret_key="key-secret", redis_url="redis://u:hunter2@h"
    )
    assert not re.search("secret|hunter2", repr(config))
    assert "127.0.0.1" in repr(config)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        OriginConfig().workers = 3
