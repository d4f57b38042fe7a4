"""Configuration: errors name the variable and the fix, and the page lists every variable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emblazon_origin.server.config import OriginConfig, SettingsError, describe, misspelt, usable_cpus

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
