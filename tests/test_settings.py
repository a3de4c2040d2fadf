"""Settings: from the environment, with options in their place, frozen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from alpha_discovery.errors import UserError
from alpha_discovery.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ALPHA_")]:
        monkeypatch.delenv(name)


def test_everything_is_in_the_users_folder() -> None:
    settings = read_settings(userdir="mine")
    assert settings.database == Path("mine/alpha.db")
    assert (settings.data, settings.runs) == (Path("mine/data"), Path("mine/runs"))
    assert (settings.reports, settings.strategies) == (Path("mine/reports"), Path("mine/strategies"))


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHA_USERDIR", "elsewhere")
    monkeypatch.setenv("ALPHA_WORKERS", "3")
    monkeypatch.setenv("ALPHA_DATABASE_URL", "postgresql://me@host/alpha")
    settings = read_settings()
    assert (settings.userdir, settings.threads) == (Path("elsewhere"), 3)
    assert settings.database == "postgresql://me@host/alpha"


def test_an_option_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHA_WORKERS", "3")
    assert read_settings(workers=2).workers == 2
    assert read_settings(workers=None).workers == 3


def test_no_workers_means_every_core() -> None:
    assert 1 <= read_settings(workers=0).threads <= (os.cpu_count() or 1)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        read_settings().workers = 5


@pytest.mark.parametrize(("name", "value"), [("workers", "-1"), ("workers", "many"), ("log_level", "loud")])
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_variable(name: str, value: str) -> None:
    with pytest.raises(UserError, match=f"ALPHA_{name.upper()}={value} cannot be used"):
        read_settings(**{name: value})


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UserError, match="ALPHA_WORKRES"):
        read_settings(workres=2)


def test_equal_settings_are_equal() -> None:
    assert Settings(workers=2) == Settings(workers=2)
