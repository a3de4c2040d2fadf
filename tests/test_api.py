"""What a person does from Python."""

from __future__ import annotations

import inspect
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import alpha_discovery as ad
from alpha_discovery.core.params import Int
from alpha_discovery.errors import BadMarketData, NotFound, TooFewBars, UnknownName, UserError
from alpha_discovery.indicators import sma
from alpha_discovery.rules import Rules, crosses_above, crosses_below, strategy
from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.trials import load_trials
from alpha_discovery.testing.example_records import alpha_record, run_record

PUBLIC = [
    "Bars", "Campaign", "Costs", "Settings", "alphas", "backtest", "discover", "evaluate", "judge_family",
    "judge_signals", "ledger", "load_bars", "plot", "replay", "runs", "screen",
]  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> ad.Settings:
    return ad.Settings(userdir=tmp_path, workers=1)


@pytest.fixture(scope="module")
def bars() -> ad.Bars:
    """Bitcoin by the hour, the first fourteen months of the sample."""
    return ad.load_bars("BTC/USD", "1h", end="2018-09-01")


def test_these_names_are_public() -> None:
    assert sorted(ad.__all__) == sorted(PUBLIC)
    assert all(getattr(ad, name) is not None for name in PUBLIC)


def test_public_names_are_listed() -> None:
    assert set(PUBLIC) <= set(dir(ad))


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'backtset'"):
        _ = ad.backtset


def test_the_import_loads_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); import alpha_discovery; "
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "['alpha_discovery']"


def test_backtest_is_a_function_though_the_folder_of_that_name_was_imported_first() -> None:
    code = (
        "import alpha_discovery.backtest.tape as inner; import alpha_discovery as ad; "
        "print(inner.__name__, 'alpha_discovery.api' in __import__('sys').modules, callable(ad.backtest))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.split() == ["alpha_discovery.backtest.tape", "True", "True"]


def test_backtest_tells_what_it_takes_and_leads_into_the_folder_too() -> None:
    import alpha_discovery.backtest.screen as inner

    assert list(inspect.signature(ad.backtest).parameters)[:3] == ["strategy", "bars", "parameters"]
    assert isinstance(inner, types.ModuleType)
    assert getattr(ad.backtest, "screen") is inner  # noqa: B009  (what mypy sees is the function alone)


def test_bars_come_from_the_sample_by_symbol() -> None:
    loaded = ad.load_bars("BTC/USD@coinbase", "4h", start="2018-01-01", end="2018-01-02")
    assert len(loaded) == 6
    assert list(loaded.to_frame().columns) == ["open", "high", "low", "close", "volume"]


def test_bars_come_from_a_file_without_being_stored(tmp_path: Path, settings: ad.Settings) -> None:
    file = tmp_path / "BTC_USDT-1h.csv"
    rows = [f"2024-01-01T{hour:02d}:00:00Z,10,11,9,10,5" for hour in range(24)]
    file.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    loaded = ad.load_bars(file, settings=settings)
    assert (str(loaded.instrument), len(loaded)) == ("BTC/USDT@binance", 24)
    assert not settings.data.exists()


def test_a_file_with_errors_is_refused_with_the_command_that_shows_them(tmp_path: Path) -> None:
    file = tmp_path / "BTC_USDT-1h.csv"
    file.write_text("time,open,high,low,close,volume\n2024-01-01T00:00Z,10,9,8,10,5\n2024-01-01T01:00Z,10,11,9,10,5\n")
    with pytest.raises(BadMarketData, match="alpha data check"):
        ad.load_bars(file)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(BadMarketData, match=r"there is no file nothing\.csv"):
        ad.load_bars("nothing.csv", "1h")


def test_a_symbol_needs_a_timeframe() -> None:
    with pytest.raises(UserError, match="which timeframe"):
        ad.load_bars("BTC/USD")


def test_a_backtest_has_frames_numbers_and_a_page_for_notebooks(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.backtest("sma_cross", bars, {"fast": 10, "slow": 50}, settings=settings)
    assert list(found.to_frame().columns) == ["equity", "drawdown", "exposure"]
    assert len(found.trades_frame()) == found.metrics["n_trades"] > 0
    assert "Sharpe" in repr(found)
    assert "<table>" in found._repr_html_()


def test_a_backtest_pays_the_costs_it_is_given(bars: ad.Bars, settings: ad.Settings) -> None:
    free, dear = (
        ad.backtest("sma_cross", bars, costs=ad.Costs(commission=rate), settings=settings) for rate in (0.0, 0.002)
    )
    assert free.metrics["commission"] == 0.0
    assert dear.metrics["total_return"] < free.metrics["total_return"]


def test_a_strategy_of_ones_own_is_taken(bars: ad.Bars, settings: ad.Settings) -> None:
    @strategy(family="trend_following", space={"n": Int(5, 50)}, source="Nobody (2024), Nowhere")
    def own(p: Any, bars: Any) -> Rules:
        """Long above the average."""
        return Rules(enter_long=crosses_above(bars.close, sma(bars.close, p.n)), exit_long=crosses_below(
            bars.close, sma(bars.close, p.n)
        ))  # fmt: skip

    assert ad.backtest(own, bars, {"n": 20}, settings=settings).metrics["n_trades"] > 0


@pytest.mark.parametrize(
    ("name", "parameters", "error"),
    [
        ("sma_cros", {}, UnknownName),
        ("sma_cross", {"fst": 3}, UnknownName),
        ("sma_cross", {"fast": 99}, UserError),
        ("arbitrage", {}, UserError),
    ],
)
def test_a_wrong_backtest_is_refused_and_not_counted(
    name: str, parameters: dict[str, Any], error: type[Exception], bars: ad.Bars, settings: ad.Settings
) -> None:
    with pytest.raises(error):
        ad.backtest(name, bars, parameters, settings=settings)
    assert ad.backtest("sma_cross", bars, settings=settings).account.n_tested == 1


def test_too_few_bars_are_told(bars: ad.Bars, settings: ad.Settings) -> None:
    with pytest.raises(TooFewBars, match="sma_cross with these parameters needs at least 103 bars"):
        ad.backtest("sma_cross", bars.slice(0, 50), settings=settings)


def test_a_screen_has_a_row_for_every_candidate_and_what_luck_reaches(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.screen("sma_cross", bars, {"fast": [5, 9]}, n=30, settings=settings)
    frame = found.to_frame()
    assert len(frame) == 30
    assert frame["fast"].between(5, 9).all()
    assert frame["t"].dropna().is_monotonic_decreasing
    assert found.noise["noise_95_sharpe"] > found.noise["noise_mean_sharpe"]
    assert found.best["fast"] == frame["fast"].iloc[0]
    assert "luck reaches" in repr(found)
    assert "30 tried" in found._repr_html_()


def test_a_screen_does_not_see_the_vault(bars: ad.Bars, settings: ad.Settings) -> None:
    end = int(np.searchsorted(bars.time, ad.screen("sma_cross", bars, n=5, settings=settings).split.vault_start))
    changed = bars.to_frame()
    changed.iloc[end:] = changed.iloc[end:] * 3.0
    other = ad.Bars.from_frame(changed, bars.instrument, bars.timeframe)
    first, second = (ad.screen("sma_cross", one, n=5, settings=settings).to_frame() for one in (bars, other))
    pd.testing.assert_frame_equal(first, second)


def test_a_screen_takes_further_settings_of_a_campaign(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.screen("sma_cross", bars, {"fast": [5, 6], "slow": 60}, n=7, method="brute_force", settings=settings)
    assert set(found.to_frame()["slow"]) == {60.0}
    with pytest.raises(UnknownName, match="did you mean method"):
        ad.screen("sma_cross", bars, n=5, methd="random", settings=settings)


@pytest.mark.parametrize("fast", [range(5, 20, 5), np.arange(5, 20, 5), [5, 10, 15], np.linspace(5, 15, 3)])
def test_a_screen_tries_just_the_values_it_is_given(bars: ad.Bars, settings: ad.Settings, fast: Any) -> None:
    fixed = {"slow": 60, "stop_loss": 0.05, "take_profit": None, "position_size": 0.1}
    found = ad.screen("sma_cross", bars, {"fast": fast, **fixed}, n=50, method="brute_force", settings=settings)
    assert set(found.to_frame()["fast"]) == {5.0, 10.0, 15.0}


def test_everything_that_is_tried_by_hand_is_counted_on_one_account(bars: ad.Bars, settings: ad.Settings) -> None:
    ad.backtest("sma_cross", bars, settings=settings)
    ad.screen("sma_cross", bars, n=20, settings=settings)
    ad.screen("sma_cross", bars, n=20, settings=settings)  # the same again: nothing new was tried
    frame = ad.ledger(settings=settings)
    assert list(frame["n_tested"]) == [21]


def test_a_discovery_is_stored_with_everything_it_tried(settings: ad.Settings) -> None:
    campaign = {
        "symbols": ["BTC/USD"], "strategies": ["sma_cross"], "max_iterations": 12, "end": "2018-09-01",
        "ranges": {"*": {"stop_loss": 0.05, "take_profit": 0.1, "position_size": 0.1}},
    }  # fmt: skip
    seen: list[Any] = []
    found = ad.discover(campaign, progress=seen.append, settings=settings)
    assert [batch.done for batch in seen] == [12]
    assert len(found.to_frame()) == len(load_trials(settings.runs / found.record.id)) == 12
    assert list(ad.runs(settings=settings)["id"]) == [found.record.id]
    assert "<table>" in found._repr_html_()


def test_no_alphas_are_an_empty_table(bars: ad.Bars, settings: ad.Settings) -> None:
    ad.backtest("sma_cross", bars, settings=settings)
    assert len(ad.alphas(settings=settings)) == 0


@pytest.mark.parametrize(
    ("look", "numbers", "times"),
    [
        (ad.runs, ["best_sharpe", "strategies_tested", "runtime_hours"], ["start_time", "end_time"]),
        (ad.alphas, ["sharpe_ratio", "validation_score", "deployment_count"], ["discovered_at", "last_validated"]),
        (ad.ledger, ["n_tested", "level_left", "noise_sharpe"], []),
    ],
)
def test_tables_have_their_columns_while_nothing_is_stored(
    settings: ad.Settings, look: Any, numbers: list[str], times: list[str]
) -> None:
    Database.open(settings.database).close()
    frame = look(settings=settings)
    assert len(frame) == 0
    assert all(pd.api.types.is_numeric_dtype(frame[name]) for name in numbers)
    assert all(pd.api.types.is_datetime64_any_dtype(frame[name]) for name in times)


def test_a_stored_run_has_the_columns_of_an_empty_table(settings: ad.Settings) -> None:
    with Database.open(settings.database) as database:
        empty = ad.runs(settings=settings)
        RunsInSql(database).add(run_record())
    frame = ad.runs(settings=settings)
    assert frame.dtypes.to_dict() == empty.dtypes.to_dict()
    assert frame["id"].tolist() == ["run-1"]


def test_a_stored_alpha_has_the_columns_of_an_empty_table(settings: ad.Settings) -> None:
    with Database.open(settings.database) as database:
        RunsInSql(database).add(run_record())
        empty = ad.alphas(settings=settings)
        AlphasInSql(database).add(alpha_record())
    frame = ad.alphas(settings=settings)
    assert frame.dtypes.to_dict() == empty.dtypes.to_dict()
    assert frame["parameters"].tolist() == [alpha_record().parameters]


def test_a_counted_epoch_has_the_columns_of_an_empty_table(bars: ad.Bars, settings: ad.Settings) -> None:
    Database.open(settings.database).close()
    empty = ad.ledger(settings=settings)
    ad.backtest("sma_cross", bars, settings=settings)
    assert ad.ledger(settings=settings).dtypes.to_dict() == empty.dtypes.to_dict()


def test_looking_needs_a_database(settings: ad.Settings) -> None:
    for look in (ad.runs, ad.alphas, ad.ledger):
        with pytest.raises(NotFound, match="there is no database"):
            look(settings=settings)
    with pytest.raises(NotFound):
        ad.replay("abc", settings=settings)


def test_a_screen_tries_the_rows_of_a_frame_in_either_library(bars: ad.Bars, settings: ad.Settings) -> None:
    rows = {"fast": [5, 10, 20], "slow": [50, 60, 70]}
    one = ad.screen("sma_cross", bars, pd.DataFrame(rows), settings=settings)
    two = ad.screen("sma_cross", bars, pl.DataFrame(rows), settings=settings)
    assert sorted(zip(one.to_frame()["fast"], one.to_frame()["slow"], strict=True)) == [(5, 50), (10, 60), (20, 70)]
    assert one.to_frame().equals(two.to_frame())
    assert two.account.n_tested == 3  # the same list again is nothing new


def test_several_strategies_are_one_screen(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.screen(["sma_cross", "mean_reversion"], bars, n=4, settings=settings)
    assert found.to_frame()["strategy"].value_counts().to_dict() == {"sma_cross": 4, "mean_reversion": 4}
    assert found.account.n_tested == 8


def test_the_top_of_a_screen_is_in_the_order_asked_for(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.screen("sma_cross", bars, n=6, settings=settings)
    gained, fell = found.top(3, by="total_return"), found.top(3, by="max_drawdown")
    assert gained["total_return"].tolist() == sorted(found.to_frame()["total_return"])[:-4:-1]
    assert fell["max_drawdown"].tolist() == sorted(found.to_frame()["max_drawdown"])[:3]
    with pytest.raises(UnknownName):
        found.top(by="sharp")


def test_a_heatmap_shows_means_and_is_drawn(bars: ad.Bars, settings: ad.Settings) -> None:
    rows = pd.DataFrame({"fast": [5, 5, 10], "slow": [50, 50, 60], "stop_loss": [0.02, 0.08, 0.05]})
    found = ad.screen("sma_cross", bars, rows, settings=settings)
    table, frame = found.heatmap("fast", "slow", by="total_return"), found.to_frame()
    assert table.loc[50, 5] == pytest.approx(frame[frame["fast"] == 5]["total_return"].mean(), rel=1e-12)
    assert np.isnan(table.to_numpy()).sum() == 2  # pairs that were not tried
    assert ad.plot(found, "fast", "slow").data[0].type == "heatmap"
    with pytest.raises(UserError, match="two different parameters"):
        ad.plot(found)


def test_an_evaluation_is_there_in_pandas_and_polars(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.evaluate("sma_cross", bars, {"fast": 10, "slow": 50}, settings=settings)
    frames = found.to_polars()
    assert frames["equity"]["equity"].to_list() == found.equity.tolist()
    assert frames["trades"]["pnl"].to_list() == found.trades["pnl"].tolist()
    assert frames["equity"]["time"].dt.epoch("ms")[0] == bars.time[0]
    first, held = found.trades.iloc[0], found.positions.iloc[:, 0]
    sign = 1 if first["side"] == "long" else -1
    assert held.loc[first["entry_time"]] == pytest.approx(sign * first["quantity"], rel=1e-15)
    assert [trace.name for trace in ad.plot(found).data] == ["equity", "entry", "exit", "drawdown", "exposure"]


def test_several_markets_of_one_strategy_are_sleeves(settings: ad.Settings) -> None:
    both = (ad.load_bars("AAPL", "1d"), ad.load_bars("IBM", "1d"))
    frame = pd.DataFrame({"fast": [10], "slow": [50]})
    pooled = ad.screen("sma_cross", both, frame, settings=settings).to_frame()
    alone = [ad.screen("sma_cross", one, frame, settings=settings).to_frame() for one in both]
    assert pooled["n_trades"][0] > max(one["n_trades"][0] for one in alone)


def test_bars_come_from_a_frame(bars: ad.Bars) -> None:
    again = ad.load_bars(bars.to_frame(), "1h", symbol=str(bars.instrument))
    assert again.fingerprint == bars.fingerprint
    with pytest.raises(UserError, match="a frame needs a symbol and a timeframe"):
        ad.load_bars(bars.to_frame(), "1h")
    with pytest.raises(UserError, match="needs a symbol, a file or a frame; found int"):
        ad.load_bars(5, "1h")


def test_what_is_given_in_place_of_something_else_is_told(bars: ad.Bars, settings: ad.Settings) -> None:
    found = ad.screen("sma_cross", bars, n=20, settings=settings)
    anything: Any = ad
    wrong: list[tuple[Callable[[], Any], str]] = [
        (lambda: anything.backtest("sma_cross", bars.to_frame(), settings=settings), "needs Bars"),
        (lambda: anything.backtest(5, bars, settings=settings), "needs the name of a strategy"),
        (lambda: anything.plot(bars.to_frame()), "plot needs what evaluate, backtest or screen gave; found DataFrame"),
        (lambda: ad.plot(found, "fast", "fast"), "two different parameters"),
        (lambda: anything.discover("BTC/USD"), "campaign needs a mapping"),
        (lambda: anything.replay(5), "needs the id of an alpha"),
        (lambda: anything.judge_signals("x.csv", None, name="x", trials=1), "needs Bars"),
    ]
    for call, told in wrong:
        with pytest.raises(UserError, match=told):
            call()
