"""HTML reports of a run, of an alpha, of one backtest: one file each that loads nothing from outside."""

from __future__ import annotations

from alpha_discovery.reports.alpha import alpha_report
from alpha_discovery.reports.backtest import backtest_report
from alpha_discovery.reports.run import run_report

__all__ = ["alpha_report", "backtest_report", "run_report"]
