"""The configuration file: one YAML document for campaigns, limits, judging, storage and the lab.

    alpha_discovery:
      resources: {max_cpu_percent: 80}
      backtest: {symbols: [BTC/USDT], timeframes: [1h, 4h], period_days: 365}
      lab: {schedule: "0 2 * * *"}

Every key is checked, unknown ones are refused with the nearest one that exists, and each may be overridden by the
environment: ``ALPHA_RESOURCES__MAX_CPU_PERCENT=50``. ``python -m alpha_discovery.config`` prints the JSON schema that
editors use.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alpha_discovery.core.yaml_text import read_yaml
from alpha_discovery.discovery.campaign import METHODS
from alpha_discovery.errors import BadCampaign, UnknownName, UserError
from alpha_discovery.strategies.registry import all_strategies

ROOT = "alpha_discovery"
PREFIX, BETWEEN = "ALPHA_", "__"
WITHOUT_EFFECT = ("optimization.hybrid_strategy", "validation.walk_forward_periods")


class Section(BaseModel):
    """What every section has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DiscoverySection(Section):
    """What is searched."""

    strategies: tuple[str, ...] = Field(default=(), description="Registered names; empty: all of the families.")
    families: tuple[str, ...] = Field(default=(), description="Strategy types; empty: all.")
    max_iterations: int = Field(default=1000, ge=1, description="Candidates per strategy, at most.")
    seed: int = 0


class OptimizationSection(Section):
    """How it is searched."""

    methods: tuple[str, ...] = Field(default=("random",), description="One campaign for each.")
    hybrid_strategy: Literal["adaptive"] = Field(default="adaptive", description="The only one there is.")
    max_iterations: int | None = Field(default=None, ge=1, description="The same as under discovery.")


class ResourcesSection(Section):
    """What may be used; left out: no limit."""

    max_cpu_percent: float | None = Field(default=None, gt=0, le=100, description="Of all cores.")
    max_memory_gb: float | None = Field(default=None, gt=0, description="GiB.")
    max_gpu_memory_gb: float | None = Field(default=None, gt=0, description="GiB.")
    idle_only: bool = Field(default=False, description="Use only what other programs leave of max_cpu_percent.")
    nice: int = Field(default=0, ge=0, le=19, description="Give way to others; workers of alpha serve: 5 unless given.")
    runs_at_once: int = Field(default=2, ge=1, le=64)
    executor: Literal["threads", "processes", "ray"] = Field(default="threads", description="What computes searches.")
    ray_address: str | None = Field(default=None, description="Of a Ray cluster; left out: one on this machine.")
    gpus_per_part: float = Field(default=0, ge=0, le=8, description="GPUs that a part of a search asks Ray for.")


class BacktestSection(Section):
    """Markets, period and costs."""

    data_source: str | None = Field(default=None, description="The venue of symbols that name none.")
    symbols: tuple[str, ...] = ()
    timeframes: tuple[str, ...] = Field(default=("1h",), description="One campaign for each.")
    period_days: float | None = Field(default=None, gt=0, description="How far back; left out: all there is.")
    start: str | None = None
    end: str | None = None
    commission: float = Field(default=0.001, ge=0, lt=1, description="Fraction of traded value a side.")
    slippage: float = Field(default=0.0005, ge=0, lt=1, description="Fraction by which market orders fill worse.")
    intrabar: Literal["stop_first", "target_first", "detail"] = "stop_first"
    timeframe_detail: str | None = Field(default=None, description="Finer bars for intrabar: detail; left out: 1m.")


class ValidationSection(Section):
    """What is of interest, and how long luck is simulated."""

    min_sharpe_ratio: float = 1.0
    min_profit_factor: float = Field(default=1.5, ge=0)
    max_drawdown: float = Field(default=0.20, gt=0, le=1)
    walk_forward_periods: int = Field(default=3, ge=1, description="Accepted; the vault takes its place.")
    monte_carlo_runs: int = Field(default=1000, ge=99, description="Bootstrap draws of the family test.")


class StorageSection(Section):
    """What is kept, and for how long."""

    retain_top_strategies: int = Field(default=100, ge=0, description="Best alphas that are never archived.")
    archive_after_days: float = Field(default=30, ge=0, description="Age from which the other runs are archived.")
    cleanup_failed_runs: bool = Field(default=True, description="Drop what failed runs could go on from.")
    database_url: str | None = None
    redis_url: str | None = Field(default=None, description="A cache that several machines share.")
    cache_mb: int = Field(default=512, ge=1, description="Bound of the cache on disk.")


class LabSection(Section):
    """Discovery day and night."""

    schedule: str | None = Field(default=None, description="Five fields of cron, UTC; left out: no schedule.")
    refresh_data: bool = Field(default=True, description="Bring stored markets up to date before each campaign.")
    most_waiting: int = Field(default=20, ge=1, description="Waiting runs from which nothing is added.")
    check_decay: bool = Field(default=True, description="Demote alphas that new days prove to lose.")
    improve_top: int = Field(
        default=3, ge=0, le=100, description="Best alphas of which variations are tried, once each; a round is charged."
    )
    new_seeds: bool = Field(default=True, description="Try other candidates each time.")
    priority: int = Field(default=-10, description="Below what people start by hand.")


class Config(Section):
    """Everything under ``alpha_discovery``."""

    max_parallel_workers: int = Field(default=0, ge=0, description="Threads; 0: one per core.")
    gpu_enabled: bool = Field(default=True, description="Whether a GPU may simulate.")
    cache_enabled: bool = True
    discovery: DiscoverySection = DiscoverySection()
    optimization: OptimizationSection = OptimizationSection()
    resources: ResourcesSection = ResourcesSection()
    backtest: BacktestSection = BacktestSection()
    validation: ValidationSection = ValidationSection()
    storage: StorageSection = StorageSection()
    lab: LabSection = LabSection()

    def campaigns(self, user_strategies: Path | None = None) -> tuple[dict[str, Any], ...]:
        """Settings of a campaign for each timeframe, family and method, as `Campaign.from_json` takes them.

        Raises
        ------
        UnknownName, BadCampaign
            For a family, strategy or method that does not exist; without a symbol.
        """
        if not self.backtest.symbols:
            raise BadCampaign("the configuration needs markets, e.g. backtest: {symbols: [BTC/USDT]}")
        for method in self.optimization.methods:
            if method not in METHODS:
                raise UnknownName(kind="search method", name=method, known=METHODS)
        shared = self._shared()
        return tuple(
            {**shared, "timeframe": frame, "strategies": list(names), "method": method}
            for frame in self.backtest.timeframes
            for names in self._groups(user_strategies)
            for method in self.optimization.methods
        )

    def without_effect(self) -> tuple[str, ...]:
        """Keys that were given, are known, and change nothing."""
        return tuple(
            name for name in WITHOUT_EFFECT
            if name.partition(".")[2] in getattr(self, name.partition(".")[0]).model_fields_set
        )  # fmt: skip

    def _shared(self) -> dict[str, Any]:
        told, asked = self.backtest, self.validation
        return {
            "symbols": list(told.symbols), "venue": told.data_source, "start": told.start, "end": told.end,
            "max_iterations": self.optimization.max_iterations or self.discovery.max_iterations,
            "seed": self.discovery.seed, "intrabar": told.intrabar, "timeframe_detail": told.timeframe_detail,
            "costs": {"commission": told.commission, "slippage": told.slippage},
            "thresholds": {
                "min_sharpe_ratio": asked.min_sharpe_ratio, "min_profit_factor": asked.min_profit_factor,
                "max_drawdown": asked.max_drawdown,
            },
            "protocol": {"draws": asked.monte_carlo_runs},
        }  # fmt: skip

    def _groups(self, user_strategies: Path | None) -> list[list[str]]:
        """Strategies that are searched together: those named, or those of each family that trade one market."""
        wanted = self.discovery
        if wanted.strategies:
            return [list(wanted.strategies)]
        found: dict[str, list[str]] = {}
        for name, one in all_strategies(user_strategies).items():
            if one.n_legs == 1:
                found.setdefault(one.family, []).append(name)
        for family in wanted.families:
            if family not in found:
                raise UnknownName(kind="family of strategies", name=family, known=found)
        return [found[family] for family in wanted.families or sorted(found)]


def read_config(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The configuration of a file, with what the environment says in place.

    Raises
    ------
    UserError
        If the file cannot be read, or a value is not what the key takes.
    UnknownName
        For a key that does not exist, with the nearest one that does.
    """
    data = {} if path is None else _document(path)
    for names, value in _overrides(os.environ if environment is None else environment):
        _put(data, names, value)
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise _told(error) from None


def override_names() -> list[str]:
    """Every variable of the environment that may stand in the place of a key."""
    return [
        f"{PREFIX}{section}{BETWEEN}{key}".upper()
        for section, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        for key in field.annotation.model_fields
    ]


def _document(path: Path) -> dict[str, Any]:
    try:
        data = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the configuration {path}; check the name ({error})") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, Mapping) or set(data) != {ROOT} or not isinstance(data[ROOT] or {}, Mapping):
        raise UserError(f"{path} needs one key, {ROOT}, with the settings under it; see: alpha config schema")
    found: dict[str, Any] = _plain(data[ROOT] or {})
    return found


def _plain(value: Any) -> Any:
    """A copy in which dates, which YAML makes of 2024-01-31, are texts again."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _overrides(environment: Mapping[str, str]) -> list[tuple[list[str], Any]]:
    found = []
    for name, text in sorted(environment.items()):
        if name.startswith(PREFIX) and BETWEEN in name:
            found.append((name.removeprefix(PREFIX).lower().split(BETWEEN), read_yaml(text)))
    return found


def _put(data: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        inner = data.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = data[name] = {}
        data = inner
    data[names[-1]] = value


def _told(error: ValidationError) -> UserError:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        known = _section(place[:-1]).model_fields
        return UnknownName(kind=f"setting under {'.'.join(place[:-1]) or ROOT}", name=place[-1], known=known)
    told = first["msg"][:1].lower() + first["msg"][1:]
    return UserError(f"{'.'.join(place)}={first['input']!r} cannot be used: {told}")


def _section(place: list[str]) -> type[BaseModel]:
    section: type[BaseModel] = Config
    for name in place:
        inner = section.model_fields[name].annotation
        assert isinstance(inner, type)
        section = inner
    return section


def schema_text() -> str:
    """The JSON schema of the file, as text."""
    inner = Config.model_json_schema()
    defs = inner.pop("$defs")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Alpha Discovery",
        "type": "object", "additionalProperties": False, "required": [ROOT],
        "properties": {ROOT: inner}, "$defs": defs,
    }  # fmt: skip
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
