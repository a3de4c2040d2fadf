"""Metrics of a laboratory in which nothing has happened yet."""

from __future__ import annotations

from alpha_discovery.telemetry.metrics import Snapshot, Telemetry


def test_every_name_of_the_document_is_there_before_anything_is_found() -> None:
    lines = Telemetry(Snapshot).text().decode().splitlines()
    told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("alpha_discovery") and "{" not in line)
    assert told["alpha_discovery_strategies_tested_total"] == "0.0"
    assert told["alpha_discovery_profitable_strategies_total"] == "0.0"
    assert told["alpha_discovery_duration_seconds_count"] == "0.0"
    assert told["alpha_discovery_active_runs"] == "0.0"
    assert told["alpha_discovery_best_sharpe"] == "NaN"  # no number: 0 would be a Sharpe ratio that somebody has found
