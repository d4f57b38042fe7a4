"""Starting and ending the local Worker: commands, settings, and errors that name the fix."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ports import free_port
from waiting import gone, wait_until

from emblazon.contract.signing import LOCAL_TOKEN
from emblazon.edge.config import ConfigError, EdgeConfig
from emblazon_origin.cli.dev import run_dev, worker_variables
from emblazon_origin.host.wrangler import (
    LOCAL_DATE,
    LOCAL_VERSION,
    DevError,
    Service,
    check_port,
    local_command,
    node_binary,
    worker_environment,
    worker_folder,
    write_variables,
)

ROOT = Path(__file__).parents[3]


def service(folder: Path, code: str, **changes: str) -> Service:
    """A child that runs Python code instead of wrangler."""
    return Service(
        name="Worker",
        command=[sys.executable, "-c", code],
        environment=os.environ,
        folder=folder,
        ready_url="http://127.0.0.1:1/healthz",
        log=folder / "log",
        **changes,
    )


def test_port_in_use_names_the_variable() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(DevError, match=r"EMBLAZON_EDGE_PORT"):
            check_port(other.getsockname()[1], "EMBLAZON_EDGE_PORT")


@pytest.mark.parametrize(
    ("lock", "command"),
    [("", "npm install --save-dev wrangler-local@npm:wrangler@"), ('{"wrangler-local": {}}', "npm ci")],
)
def test_missing_runtime_names_the_command_that_brings_it(lock: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text(lock)
    with pytest.raises(DevError, match=command):
        local_command(
            tmp_path,
            config=tmp_path / "wrangler.toml",
            port=1,
            inspector_port=2,
            state=tmp_path,
        )


def test_local_command_overrides_the_date(tmp_path: Path) -> None:
    wrangler = tmp_path / "node_modules" / "wrangler-local" / "bin" / "wrangler.js"
    node = tmp_path / "node_modules" / "node" / "bin" / "node"
    for file in (wrangler, node):
        file.parent.mkdir(parents=True)
        file.touch()
    command = local_command(
        tmp_path,
        config=tmp_path / "wrangler.toml",
        port=9100,
        inspector_port=9101,
        state=tmp_path / "state",
    )
    assert command[:3] == [str(node), str(wrangler), "dev"]
    assert command[command.index("--compatibility-date") + 1] == LOCAL_DATE
    assert command[command.index("--ip") + 1] == "127.0.0.1"


def test_variables_are_handed_over_in_a_file_that_the_owner_alone_can_read(tmp_path: Path) -> None:
    variables = {"A": "plain", "B": '{"quoted": "twice"}', "C": "it's # no comment", "D": "$HOME \\n"}
    path = tmp_path / ".dev.vars"
    path.write_text("OLD=1\n")
    write_variables(path, variables)
    assert path.stat().st_mode & 0o777 == 0o600
    assert parsed_by_node(path) == variables
    with pytest.raises(DevError, match="SECRET holds both"):
        write_variables(path, {"SECRET": "a'b`c"})


def parsed_by_node(path: Path) -> dict[str, str]:
    """Read a file as Node.js reads dotenv's syntax."""
    script = (
        "const {parseEnv} = require('node:util'); const {readFileSync} = require('node:fs');"
        "process.stdout.write(JSON.stringify(parseEnv(readFileSync(process.argv[1], 'utf8'))))"
    )
    done = subprocess.run(
        [node_binary(ROOT), "-e", script, str(path)], capture_output=True, check=True, timeout=300
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_pinned_wrangler_gets_links_and_a_place_for_its_secrets(tmp_path: Path) -> None:
    for _again in range(2):
        config = worker_folder(ROOT, tmp_path / "project")
    assert config.read_text() == (ROOT / "wrangler.toml").read_text()
    assert (config.parent / "edge" / "worker.py").is_file()
    assert not config.with_name(".dev.vars").exists()


def test_pinned_wrangler_finds_the_worker_of_a_project_that_is_no_checkout(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "build" / "worker").mkdir(parents=True)
    with pytest.raises(DevError, match="emblazon init"):
        worker_folder(site, tmp_path / "project")
    (site / "build" / "worker" / "worker.py").touch()
    (site / "wrangler.toml").touch()
    config = worker_folder(site, tmp_path / "project")
    assert (config.parent / "build" / "worker" / "worker.py").is_file()


def test_pinned_runtime_is_the_version_that_the_lock_names() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert package["devDependencies"]["wrangler-local"] == f"npm:wrangler@{LOCAL_VERSION}"


def test_wrangler_reports_nothing_to_anyone(tmp_path: Path) -> None:
    environment = worker_environment(tmp_path, tmp_path / "state")
    assert environment["WRANGLER_SEND_METRICS"] == "false"
    assert environment["XDG_CONFIG_HOME"].startswith(str(tmp_path))


def test_child_that_ends_early_shows_the_end_of_its_log_and_the_hint(tmp_path: Path) -> None:
    child = service(tmp_path, "print('the reason')", hint="Do that.")
    child.start()
    try:
        with pytest.raises(DevError, match=r"(?s)stopped before it was ready. Do that.*the reason"):
            child.wait_ready(60)
    finally:
        child.stop()


def test_child_that_never_gets_ready_is_an_error(tmp_path: Path) -> None:
    child = service(tmp_path, "import time; time.sleep(60)")
    child.start()
    try:
        with pytest.raises(DevError, match="was not ready within 0 s"):
            child.wait_ready(0.2)
    finally:
        child.stop()
    assert child.ended


def test_stop_ends_grandchildren_too(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    child = service(tmp_path, code)
    child.start()
    log = tmp_path / "log"
    wait_until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    child.stop()
    wait_until(lambda: gone(grandchild))


def test_dev_command_is_for_development_unless_there_are_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EMBLAZON_")]:
        monkeypatch.delenv(name)
    variables = worker_variables("http://127.0.0.1:1")
    assert (variables["EMBLAZON_DEV"], variables["EMBLAZON_PURGE_TOKEN"]) == ("1", LOCAL_TOKEN)
    assert EdgeConfig.from_env(variables).keyring is None
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", "k1:0123456789abcdef0123456789abcdef")
    variables = worker_variables("http://127.0.0.1:1")
    assert variables["EMBLAZON_DEV"] == "0"
    assert "EMBLAZON_PURGE_TOKEN" not in variables
    assert variables["EMBLAZON_SIGNING_KEYS"].startswith("k1:")


def test_dev_command_names_a_wrong_setting_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", "k1:0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("EMBLAZON_DEV", "1")
    with pytest.raises(ConfigError, match="EMBLAZON_DEV"):
        worker_variables("http://127.0.0.1:1")


def test_dev_refuses_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(DevError, match="EMBLAZON_ORIGIN_PORT"):
            run_dev(root=tmp_path, edge_port=free_port(), origin_port=other.getsockname()[1])


def seconds_between(cron: str) -> int:
    """Seconds between two runs of `* * * * *`, `*/N * * * *` or `N * * * *`."""
    minute, *others = cron.split()
    assert others == ["*"] * 4
    if minute.isdecimal():
        return 3600
    return 60 * (1 if minute == "*" else int(minute.removeprefix("*/")))


def test_no_hot_card_is_lost_between_two_runs() -> None:
    settings = tomllib.loads((ROOT / "wrangler.toml").read_text())
    config = EdgeConfig.from_env(
        {"EMBLAZON_ORIGIN_URL": "https://origin.test", "EMBLAZON_SIGNING": "off"} | settings["vars"]
    )
    for cron in settings["triggers"]["crons"]:
        assert seconds_between(cron) < config.rewarm_before
