"""The stand-alone file, run by Python in a process of its own, has the trades of the batch engine."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.discovery.replay import encoded
from alpha_discovery.exports.python_file import file_name, python_file
from alpha_discovery.exports.subject import Subject
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.testing.alpha_examples import random_subjects

# one process for many files: each is run as __main__, its output goes to FILE.csv
DRIVER = """\
import io, runpy, sys
prices, files = sys.argv[1].split(","), sys.argv[2:]
for file in files:
    sys.argv, sys.stdout = [file, *prices], io.StringIO()
    runpy.run_path(file, run_name="__main__")
    open(file + ".csv", "w").write(sys.stdout.getvalue())
"""


def written(bars: Sequence[Bars], folder: Path) -> str:
    """Files of prices, one a leg, as the command line names them."""
    paths = []
    for leg, one in enumerate(bars):
        frame = one.to_frame().reset_index()
        if one.funding is not None:
            frame["funding"] = one.funding
        paths.append(folder / f"prices{leg}.csv")
        frame.to_csv(paths[-1], index=False)
    return ",".join(map(str, paths))


def run_files(subjects: Sequence[Subject], bars: Sequence[Bars], folder: Path) -> list[pd.DataFrame]:
    """What each subject's file prints."""
    files = [folder / file_name(subject) for subject in subjects]
    for subject, file in zip(subjects, files, strict=True):
        file.write_text(python_file(subject))
    command = [sys.executable, "-W", "error", "-c", DRIVER, written(bars, folder), *map(str, files)]
    subprocess.run(command, check=True, cwd=folder, env={"PATH": "", "PYTHONNOUSERSITE": "1"})
    return [_table(Path(f"{file}.csv")) for file in files]


def _table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.read_text().strip() else pd.DataFrame()


def assert_same_trades(found: pd.DataFrame, subject: Subject, bars: Sequence[Bars]) -> int:
    """Every trade: its leg, side, bars, reason; prices, quantity, profit to rounding. The number of trades."""
    over = tape(tuple(bars))
    ours = evaluate(subject.rules, encoded(subject.parameters), over, subject.costs, intrabar=subject.intrabar).trades
    assert len(found) == len(ours), subject.name
    if not len(ours):
        return 0
    for end in ("entry", "exit"):
        times = pd.to_datetime(found[f"{end}_time"]).dt.tz_localize(None).to_numpy("datetime64[ms]").astype(np.int64)
        assert times.tolist() == bars[0].time[ours[f"{end}_bar"]].tolist()
    assert found["side"].tolist() == ours["side"].tolist()
    assert found["reason"].tolist() == [EXIT_REASONS[code] for code in ours["reason"]]
    for name in ("entry_price", "exit_price", "quantity", "pnl", "commission"):
        assert found[name].to_numpy() == pytest.approx(ours[name], rel=1e-9, abs=1e-12), (subject.name, name)
    return len(ours)


def test_files_of_random_alphas_trade_the_sample_as_the_engine_does(tmp_path: Path) -> None:
    bars = (load_sample("BTC_USD-1h").slice(0, 2_500),)  # with a gap
    subjects = list(random_subjects(8, 7, bars[0]))
    counts = [
        assert_same_trades(found, subject, bars)
        for subject, found in zip(subjects, run_files(subjects, bars, tmp_path), strict=True)
    ]
    assert sum(counts) > 300


def test_a_file_of_two_legs_trades_both_as_the_engine_does(tmp_path: Path) -> None:
    bars = load_sample("AAPL-1d"), load_sample("MSFT-1d")
    times = np.intersect1d(bars[0].time, bars[1].time)[:800]
    legs = [one.between(int(times[0]), int(times[-1]) + 1) for one in bars]
    subjects = list(random_subjects(3, 5, legs[0], n_legs=2))
    subjects = [Subject(**{**vars(one), "is_continuous": False}) for one in subjects]
    found = run_files(subjects, legs, tmp_path)
    assert sum(assert_same_trades(one, subject, legs) for one, subject in zip(found, subjects, strict=True)) > 10


@pytest.mark.slow
@pytest.mark.real_data
def test_fifty_files_trade_a_real_year_as_the_engine_does(tmp_path: Path, real_year: Bars) -> None:
    subjects = list(random_subjects(50, 50, real_year))
    found = run_files(subjects, (real_year,), tmp_path)
    counts = [assert_same_trades(one, subject, (real_year,)) for one, subject in zip(found, subjects, strict=True)]
    assert len(counts) == 50
    assert sum(count > 0 for count in counts) >= 35
    assert sum(counts) > 5_000


FULL = Costs(0.001, 0.0005, maker=0.0002, impact=1.0, max_share=0.3, capital=2e6)


@pytest.mark.parametrize("intrabar", ["stop_first", "target_first"])
def test_leverage_volume_impact_maker_fees_and_funding_are_in_the_file(tmp_path: Path, intrabar: str) -> None:
    whole = load_sample("BTC_USD-1h").slice(0, 3_000)
    due = np.where(whole.time // 3_600_000 % 8 == 0, 0.0003, 0.0)
    bars = Bars(**{**{f: getattr(whole, f) for f in whole.__dataclass_fields__}, "funding": due})
    subjects = [
        Subject(**{
            **vars(one), "costs": FULL, "intrabar": intrabar,
            "parameters": {**one.parameters, "leverage": 20.0, "position_size": 0.9, "stop_loss": None},
        })
        for one in list(random_subjects(5, 3, whole))[::2]
    ]  # fmt: skip
    found = run_files(subjects, (bars,), tmp_path)
    assert sum(assert_same_trades(one, subject, (bars,)) for one, subject in zip(found, subjects, strict=True)) > 100
    assert "liquidation" in {reason for one in found for reason in one.get("reason", [])}


def test_the_file_imports_pandas_numpy_and_the_standard_library_alone() -> None:
    (subject,) = random_subjects(1, 1, load_sample("BTC_USD-1h"))
    tree = ast.parse(python_file(subject))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    names = {alias.name.partition(".")[0] for node in imports for alias in node.names}
    names |= {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"numpy", "pandas"}
