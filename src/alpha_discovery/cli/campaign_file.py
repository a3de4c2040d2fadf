"""Campaigns from a YAML file: the keys of `Campaign`, or the nested shape ``alpha_discovery: {backtest: ...}``.

The nested shape lists several timeframes and methods; each pair is a campaign of its own. What it says about things
that a campaign does not have (memory limits, archives) is named in a note, so that nobody believes it took effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from alpha_discovery.core.yaml_text import read_yaml
from alpha_discovery.discovery.campaign import Campaign, Thresholds
from alpha_discovery.errors import BadCampaign, UnknownName

ROOT = "alpha_discovery"
SECTIONS: dict[str, dict[str, str | None]] = {  # key of the file: key of a campaign; None: nothing here does that
    "": {
        "max_parallel_workers": "workers", "gpu_enabled": None, "cache_enabled": None, "resources": None,
        "storage": None, "lab": None, "discovery": None, "strategies": "strategies", "seed": "seed",
    },
    "backtest": {
        "data_source": "venue", "symbols": "symbols", "timeframes": "timeframes", "timeframe": "timeframes",
        "period_days": "period_days", "start": "start", "end": "end", "commission": "commission",
        "slippage": "slippage", "intrabar": "intrabar",
        "timeframe_detail": "timeframe_detail",
    },
    "optimization": {
        "methods": "methods", "method": "methods", "max_iterations": "max_iterations", "hybrid_strategy": None,
        "sampling": "sampling", "until": "until", "halving": "halving", "regimes": "regimes",
    },
    "validation": {
        "min_sharpe_ratio": "min_sharpe_ratio", "min_profit_factor": "min_profit_factor",
        "max_drawdown": "max_drawdown", "walk_forward_periods": None, "monte_carlo_runs": None,
    },
}  # fmt: skip
FLAT = {"workers", "period_days"}  # what a flat file may say beside the fields of a campaign


@dataclass(frozen=True)
class Told:
    """What a file says.

    Attributes
    ----------
    campaigns : tuple of dict
        Settings of one campaign each, as `Campaign.from_json` takes them.
    period_days, workers : number or None
        How far back, and how many threads; no settings of a campaign.
    unused : tuple of str
        Keys that are known and have no effect.
    """

    campaigns: tuple[dict[str, Any], ...]
    period_days: float | None = None
    workers: int | None = None
    unused: tuple[str, ...] = ()


def read_campaigns(path: Path) -> Told:
    """Read a campaign file.

    Raises
    ------
    BadCampaign
        If the file is absent or no YAML mapping.
    UnknownName
        For a key that does not exist, with the nearest one that does.
    """
    try:
        data = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadCampaign(f"cannot read the campaign file {path}; check the name ({error})") from error
    except yaml.YAMLError as error:
        raise BadCampaign(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, Mapping):
        raise BadCampaign(f"{path} needs settings such as 'symbols: [BTC/USDT]'; found {type(data).__name__}")
    return _nested(data[ROOT], path) if ROOT in data else _flat(data)


def _flat(data: Mapping[str, Any]) -> Told:
    known = {f.name for f in fields(Campaign)} | FLAT
    for name in data:
        _check("campaign setting", str(name), known)
    campaign = {name: plain(value) for name, value in data.items() if name not in FLAT}
    return Told((campaign,), data.get("period_days"), data.get("workers"))


def _nested(data: Any, path: Path) -> Told:
    if not isinstance(data, Mapping):
        raise BadCampaign(f"{path} needs settings under {ROOT}; found {data!r}")
    found: dict[str, Any] = {}
    unused: list[str] = []
    for name, value in data.items():
        if name in SECTIONS and name:
            for key, told in _section(name, value, path).items():
                _take(name, key, told, found, unused)
        else:
            _take("", str(name), value, found, unused)
    return _campaigns(found, tuple(unused))


def _section(name: str, value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadCampaign(f"{path} needs settings under {name}; found {value!r}")
    return value


def _take(section: str, key: str, value: Any, found: dict[str, Any], unused: list[str]) -> None:
    known = SECTIONS[section]
    _check(f"setting under {section or ROOT}", key, {*known, *(SECTIONS if not section else ())} - {""})
    name = known[key]
    if name is None:
        unused.append(f"{section}.{key}" if section else key)
    else:
        found[name] = plain(value)


def _campaigns(found: dict[str, Any], unused: tuple[str, ...]) -> Told:
    days, workers = found.pop("period_days", None), found.pop("workers", None)
    costs = {name: found.pop(name) for name in ("commission", "slippage") if name in found}
    wanted = {f.name: found.pop(f.name) for f in fields(Thresholds) if f.name in found}
    frames, methods = _list(found.pop("timeframes", None)), _list(found.pop("methods", None))
    campaigns = tuple(
        {**found, **frame, **method} | ({"costs": costs} if costs else {}) | ({"thresholds": wanted} if wanted else {})
        for frame in ([{"timeframe": one} for one in frames] or [{}])
        for method in ([{"method": one} for one in methods] or [{}])
    )
    return Told(campaigns, days, workers, unused)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def plain(value: Any) -> Any:
    """YAML reads 2024-01-31 as a date; a campaign writes times as text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _check(kind: str, name: str, known: set[str]) -> None:
    if name not in known:
        raise UnknownName(kind=kind, name=name, known=known)
