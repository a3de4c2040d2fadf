"""Variables that begin with ALPHA_ and that nothing reads."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

import pytest

from alpha_discovery.config import override_names
from alpha_discovery.environment import unknown, warn_of_unknown
from alpha_discovery.settings import Settings


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ALPHA_WORKRES", "ALPHA_WORKERS"),
        ("ALPHA_USER_DIR", "ALPHA_USERDIR"),
        ("ALPHA_RESOURCES_MAX_CPU_PERCENT", "ALPHA_RESOURCES__MAX_CPU_PERCENT"),
        ("ALPHA_LAB__SCHEDUL", "ALPHA_LAB__SCHEDULE"),
    ],
)
def test_a_name_that_is_nearly_one_is_told_with_it(name: str, meant: str) -> None:
    assert unknown({name: "3"}) == [f"{name} is set and nothing reads it; did you mean {meant}?"]


def test_a_name_that_is_near_none_is_told() -> None:
    assert unknown({"ALPHA_QQQQQQQQQQQQQQQQQQ": "1"}) == [
        "ALPHA_QQQQQQQQQQQQQQQQQQ is set and nothing reads it; unset it"
    ]


def test_nothing_is_said_of_the_value() -> None:
    assert "secret" not in unknown({"ALPHA_TELEGRAM_TOKN": "secret"})[0]


def test_every_setting_and_every_key_of_the_configuration_is_known() -> None:
    settings = [f"ALPHA_{name.upper()}" for name in Settings.model_fields]
    assert unknown(dict.fromkeys([*settings, *override_names(), "ALPHA_KEY_KRAKEN", "alpha_workers"], "")) == []


def test_names_of_other_programs_are_not_ours() -> None:
    assert unknown({"ALPHABET": "1", "_ALPHA_COMPLETE": "1", "MY_ALPHA_X": "1"}) == []


@pytest.mark.parametrize(
    "name", ["ALPHA_SERVICE_HOST", "ALPHA_SERVICE_PORT_HTTP", "ALPHA_PORT", "ALPHA_PORT_8000_TCP_ADDR"]
)
def test_what_kubernetes_says_of_a_service_named_alpha_is_no_mistake(name: str) -> None:
    assert unknown({name: "1"}) == []


def test_what_this_project_itself_reads_is_known() -> None:
    root = Path(__file__).parents[1]
    reads = re.compile(r"(?:environ\W+(?:get\W+)?|process\.env\W+|envvar=\W|name: )(ALPHA_[A-Z_]+)")
    files = [*root.glob("src/**/*.py"), *root.glob("deploy/**/*.yaml"), root / "web" / "vite.config.ts"]
    named = {name for file in files for name in reads.findall(file.read_text("utf-8"))}
    assert len(named) >= 5
    assert unknown(dict.fromkeys(named, "")) == []


def test_a_process_warns_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(os, "environ", {"ALPHA_WORKRES": "3"})
    warn_of_unknown.cache_clear()
    with caplog.at_level(logging.WARNING):
        warn_of_unknown()
        warn_of_unknown()
    warn_of_unknown.cache_clear()
    assert [record.getMessage() for record in caplog.records] == [
        "ALPHA_WORKRES is set and nothing reads it; did you mean ALPHA_WORKERS?"
    ]
