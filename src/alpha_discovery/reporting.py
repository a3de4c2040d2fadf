"""Writing HTML reports into the user's folder."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from alpha_discovery import reports
from alpha_discovery.bootstrap import Workplace
from alpha_discovery.cache.key import result_key
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.finer import load_market
from alpha_discovery.discovery.jobs import market_keys
from alpha_discovery.discovery.looks import Backtest
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.replay import judged_bars, row_of
from alpha_discovery.discovery.run import Discovery
from alpha_discovery.errors import StorageFailed
from alpha_discovery.kernels import source_hash
from alpha_discovery.reports import alpha_report, backtest_report, run_report
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.rules.strategy import Rules

_PAGE_FILES = {".py", ".html", ".css", ".js", ".jinja"}


def write_run_report(found: Discovery, opened: Workplace) -> Path:
    """The report of a run, ``reports/run-<id>.html``; raises `StorageFailed`."""
    campaign = found.record.campaign
    bars = {}
    for key in market_keys(tuple(trials.job for trials in found.screening.trials)):
        finer = campaign.get("timeframe_detail")
        bars[key] = load_market(opened.lab.market_data, key, campaign["timeframe"], campaign["venue"], finer)
    return write(opened.settings.reports / f"run-{found.record.id[:12]}.html", run_report(found, bars))


def write_alpha_report(alpha: AlphaRecord, opened: Workplace, folder: Path | None = None) -> Path:
    """The report of a stored alpha, ``alpha-<id>.html`` in a folder (by default ``reports``), recomputed from its bars.

    Raises
    ------
    NotFound, BadMarketData
        If its bars are gone or changed.
    StorageFailed
        If the folder cannot be written to.
    """
    bars = judged_bars(alpha, opened.lab.market_data, opened.lab.ledger)

    def made() -> bytes:
        evaluations = evaluate_sleeves(
            Rules.from_json(alpha.rules), row_of(alpha), alpha.market["sleeves"], bars, Costs(**alpha.costs),
            intrabar=alpha.market["intrabar"],
        )  # fmt: skip
        return alpha_report(alpha, evaluations, bars).encode()

    key = result_key(
        "alpha report", data={key: one.fingerprint for key, one in bars.items()}, rules=alpha.rules,
        parameters=alpha.parameters, costs=alpha.costs, more=[repr(alpha), source_hash(), _pages_hash()],
    )  # fmt: skip
    html = opened.cache.get_or_compute(key, made).decode()
    return write((folder or opened.settings.reports) / f"alpha-{alpha.id[:12]}.html", html)


@cache
def _pages_hash() -> str:
    """Short hash of everything that pages are made of: an edit of a template makes every page anew."""
    digest = hashlib.sha256()
    for path in sorted(one for one in Path(reports.__file__).parent.rglob("*") if one.suffix in _PAGE_FILES):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def write_backtest_report(found: Backtest, path: Path) -> Path:
    """The report of one backtest; raises `StorageFailed`."""
    html = backtest_report(
        found.evaluation, strategy_name=found.strategy.name, values=found.parameters,
        sentences=found.strategy.rules.describe(found.parameters),
        periods_per_year=found.evaluation.bars[0].periods_per_year,
    )  # fmt: skip
    return write(path, html)


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all, with its folders; raises `StorageFailed`."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise StorageFailed(f"cannot write {path}; name a place that you may write to ({error.strerror})") from error
    return path
