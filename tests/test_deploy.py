"""The files that run the lab in containers: no rights, no default passwords, no open ports, names that exist.

Their form is checked by `make check`: yamllint, hadolint, the schemas of compose and Kubernetes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from alpha_discovery.cli.main import COMMANDS
from alpha_discovery.settings import Settings
from alpha_discovery.telemetry.metrics import Snapshot, Telemetry

DEPLOY = Path(__file__).parents[1] / "deploy"
OVERLAYS = ("base", "ray", "gpu")


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def manifests() -> Iterator[dict[str, Any]]:
    """Every object of Kubernetes that is not about kustomize itself, patches included."""
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def overlay(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes" / name / "kustomization.yaml").read_text("utf-8"))
    return read


def pods(value: Any) -> Iterator[dict[str, Any]]:
    """Every pod's specification inside an object."""
    if isinstance(value, dict):
        if "containers" in value:
            yield value
        for inner in value.values():
            yield from pods(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pods(inner)


def test_the_image_is_built_in_two_stages_and_runs_without_rights() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("FROM ") for line in lines) == 2
    assert not any(line.startswith("FROM ") and ":latest" in line for line in lines)
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    assert "USER 10001" in lines[last:]


def test_no_password_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    used = re.findall(r"\$\{(\w+)([^}]*)\}", text)
    assert {name for name, _ in used} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_PASSWORD"}
    assert all(rule.startswith(":?") for _, rule in used)
    for pod in (pod for one in manifests() for pod in pods(one)):
        for variable in (variable for container in pod["containers"] for variable in container.get("env", [])):
            secret = re.search("PASSWORD|TOKEN|_URL$", variable["name"])
            assert not secret or "secretKeyRef" in variable["valueFrom"], variable


def test_no_port_is_open_to_other_machines() -> None:
    ports = [str(port) for one in compose()["services"].values() for port in one.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    services = [one for one in manifests() if one["kind"] == "Service"]
    assert {one["spec"].get("type", "ClusterIP") for one in services} == {"ClusterIP"}
    assert any(one["kind"] == "NetworkPolicy" for one in manifests())


def test_containers_run_commands_that_exist() -> None:
    services = compose()["services"]
    assert {services[name]["command"][0] for name in ("app", "worker")} <= set(COMMANDS)
    for name in ("app", "worker"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
    ran = [c["args"][0] for one in manifests() for pod in pods(one) for c in pod["containers"] if "args" in c]
    assert {word for word in ran if not word.startswith("exec ")} == {"serve", "worker"}


def test_pods_run_without_rights_and_within_limits() -> None:
    for pod in (pod for one in manifests() for pod in pods(one) if "securityContext" in pod):
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_settings_of_containers_exist() -> None:
    given = {name for one in compose()["services"].values() for name in one.get("environment", {})}
    containers = [each for one in manifests() for pod in pods(one) for each in pod["containers"]]
    given |= {variable["name"] for each in containers for variable in each.get("env", [])}
    ours = {name.removeprefix("ALPHA_").lower() for name in given if name.startswith("ALPHA_")}
    assert ours
    assert ours <= set(Settings.model_fields)


def test_the_cluster_demands_a_token_and_has_the_version_of_the_pins() -> None:
    (cluster,) = [one for one in manifests() if one["kind"] == "RayCluster"]
    pins = (DEPLOY.parent / "constraints.txt").read_text(encoding="utf-8")
    assert f"ray=={cluster['spec']['rayVersion']}\n" in pins
    for pod in pods(cluster):
        told = {one["name"]: one for container in pod["containers"] for one in container["env"]}
        assert told["RAY_AUTH_MODE"]["value"] == "token"
        assert told["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]["name"] == "alpha-secrets"


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_names_files_and_objects_that_exist(name: str) -> None:
    told, folder = overlay(name), DEPLOY / "kubernetes" / name
    assert all((folder / one).exists() for one in told["resources"])
    known = {(one["kind"], one["metadata"]["name"]) for one in manifests()}
    for patch in told.get("patches", []):
        if "path" in patch:
            (changed,) = yaml.safe_load_all((folder / patch["path"]).read_text(encoding="utf-8"))
            assert (changed["kind"], changed["metadata"]["name"]) in known
        else:
            assert (patch["target"]["kind"], patch["target"]["name"]) in known
            assert all(step["op"] == "add" and step["path"].endswith("/-") for step in yaml.safe_load(patch["patch"]))


def exported() -> set[str]:
    """Names of all series that a server with a run, a worker and a bot tells Prometheus."""
    full = Snapshot(
        best_sharpe=1.0, batch_seconds=1.0, runs={"running": 1}, bots={"running": 1}, worker_silence={"w": 1.0},
        worker_memory={"w": 1.0}, worker_cpu={"w": 1.0}, worker_gpu_memory={"w": 1.0}, bot_profit={"b": 1.0},
        cache_failures={"redis": 1},
    )  # fmt: skip
    telemetry = Telemetry(lambda: full)
    telemetry.answered("GET", "/x", 200, 0.1)
    families = text_string_to_metric_families(telemetry.text().decode())
    return {sample.name for family in families for sample in family.samples}


def queries() -> list[str]:
    board = json.loads((DEPLOY / "grafana" / "dashboards" / "alpha-discovery.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    found = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return found + [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("query", queries())
def test_the_dashboard_and_the_alerts_ask_for_series_that_exist(query: str) -> None:
    names = set(re.findall(r"name: Some\(\s*\"(\w+)\"", repr(promql_parser.parse(query))))
    names |= set(re.findall(r"\b((?:alpha_discovery|process)_\w+|up)\b", query))
    assert names
    assert names <= exported() | {"up"}


def test_prometheus_reads_the_rules_and_the_server_that_are_there() -> None:
    told = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    mounted = {str(volume) for volume in compose()["services"]["prometheus"]["volumes"]}
    assert "./prometheus:/etc/prometheus:ro" in mounted
    assert all((DEPLOY / "prometheus" / Path(one).name).exists() for one in told["rule_files"])
    (target,) = told["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target == "app:8000"
    assert "--open-metrics" in compose()["services"]["app"]["command"]
