"""The freqtrade export beside what freqtrade's own backtesting made of it (`tools.export_parity`)."""

from __future__ import annotations

import ast
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tools.export_parity import begin_of, market, ours, run_freqtrade, same, signature
from tools.oracle_env import python_of

from alpha_discovery.errors import UserError
from alpha_discovery.exports.freqtrade_file import class_name, freqtrade_file
from alpha_discovery.exports.json_file import subject_of
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.testing.alpha_examples import random_subjects

Case = dict[str, Any]


@cache
def record(name: str = "parity") -> Any:
    return json.loads((Path(__file__).parent / "data" / f"freqtrade-{name}.json").read_text())


@cache
def extremes() -> dict[int, tuple[float, float]]:
    """Low and high of each bar."""
    bars = market()
    return {int(at): (low, high) for at, low, high in zip(bars.time, bars.low, bars.high, strict=True)}


@pytest.mark.parametrize("name", ["parity", "wild"])
def test_freqtrade_found_our_trades_but_for_those_that_the_record_lists(name: str) -> None:
    bars = market()
    assert record(name)["market"] == bars.fingerprint
    for case in record(name)["cases"]:
        mine = [trade for trade in ours(subject_of(json.dumps(case["alpha"])), bars) if trade[1] not in case["dropped"]]
        both, found = signature([*mine, *case["added"]]), case["found"]
        assert [both[name] for name in ("n_trades", "sides", "entries", "exits")] == [
            found[name] for name in ("n_trades", "sides", "entries", "exits")
        ], case["alpha"]["name"]
        assert both["entry_prices"] == pytest.approx(found["entry_prices"], rel=1e-9)
        assert both["exit_prices"] == pytest.approx(found["exit_prices"], rel=1e-9)


def test_the_differences_are_of_the_two_kinds_that_the_documentation_lists() -> None:
    kinds: Counter[str] = Counter()
    total = 0
    for case in record()["cases"]:
        mine = {trade[1]: trade for trade in ours(subject_of(json.dumps(case["alpha"])), market())}
        theirs = {trade[1]: trade for trade in case["added"]}
        assert set(theirs) == set(case["dropped"])  # no trade is missing, none is another's
        total += len(mine)
        for time, their in theirs.items():
            assert mine[time][:4] == pytest.approx(their[:4], rel=1e-9)  # only the price of the exit differs
            kinds[kind(mine[time], their)] += 1
    assert kinds == {"last bar": 14, "trailing stop": 235}
    assert total == 14_456


def lie_in_their_bar(mine: list[Any], theirs: list[Any]) -> bool:
    """Whether two trades leave in one bar, at prices that lie in it: so far apart as its range at most."""
    low, high = extremes()[mine[2]]
    return mine[2] == theirs[2] and all(low * (1 - 1e-9) <= one[4] <= high * (1 + 1e-9) for one in (mine, theirs))


def test_two_prices_of_one_exit_are_both_of_its_bar() -> None:
    apart: dict[str, list[float]] = {}
    for case in record()["cases"]:
        mine = {trade[1]: trade for trade in ours(subject_of(json.dumps(case["alpha"])), market())}
        for their in case["added"]:
            own = mine[their[1]]
            assert lie_in_their_bar(own, their)
            apart.setdefault("target" if their[7] == "roi" else kind(own, their), []).append(their[4] / own[4] - 1.0)
    most = {name: max(map(abs, found)) for name, found in apart.items()}
    assert most == pytest.approx({"trailing stop": 0.0477, "target": 0.0377, "last bar": 0.0014}, abs=5e-5)


def test_what_differs_most_in_other_draws_is_of_the_kinds_that_the_documentation_lists() -> None:
    kinds: Counter[str] = Counter()
    apart = 0.0
    for case in record("wild")["cases"]:
        mine = {trade[1]: trade for trade in ours(subject_of(json.dumps(case["alpha"])), market())}
        theirs = {trade[1]: trade for trade in case["added"]}
        for time in sorted({*case["dropped"], *theirs}):
            kinds[difference(mine.get(time), theirs.get(time))] += 1
        both = [(mine[time], their) for time, their in theirs.items() if time in mine]
        apart = max([apart, *(abs(their[4] / own[4] - 1.0) for own, their in both if lie_in_their_bar(own, their))])
    assert kinds == {
        "trailing stop": 127, "last bar": 2, "entry at the last bar": 3, "liquidation": 1, "after a ruin": 23,
    }  # fmt: skip
    assert apart == pytest.approx(0.1102, abs=5e-5)


def difference(mine: list[Any] | None, theirs: list[Any] | None) -> str:
    """Of which kind a trade is that only one side made, or that leaves differently."""
    if mine is None:
        return "after a ruin"
    if theirs is None:
        return "entry at the last bar" if mine[1] == market().time[-1] else "missing"
    if lie_in_their_bar(mine, theirs):
        return kind(mine, theirs)
    is_short_that_rose = mine[0] == -1 and theirs[4] == pytest.approx(1.95 * theirs[3])
    return theirs[7] if mine[5] == "ruin" and is_short_that_rose else "another exit"


def kind(mine: list[Any], theirs: list[Any]) -> str:
    if (mine[5], theirs[7]) == ("end_of_data", "force_exit"):
        return "last bar"
    return "trailing stop" if mine[5] == "trailing" else f"{mine[5]} against {theirs[7]}"


def test_thirty_eight_of_fifty_alphas_agree_in_every_trade_before_the_last_bar() -> None:
    cases, last = record()["cases"], market().time[-1]
    assert len(cases) == 50
    assert sum(all(trade[2] == last for trade in case["added"]) for case in cases) == 38
    assert sum(case["found"]["n_trades"] > 0 for case in cases) >= 40


@pytest.mark.slow
def test_freqtrade_run_now_agrees_trade_by_trade() -> None:
    if not python_of("freqtrade").exists():
        pytest.skip("needs the environment of freqtrade; make it with: python tools/oracle_env.py freqtrade")
    bars = market()
    cases = [case for case in record()["cases"] if not case["added"]][:6]
    subjects = [subject_of(json.dumps(case["alpha"])) for case in cases]
    for subject, theirs in zip(subjects, run_freqtrade(subjects, bars), strict=True):
        mine = ours(subject, bars)
        assert len(mine) == len(theirs)
        assert all(same(a, b) for a, b in zip(mine, theirs, strict=True))


def test_the_file_is_python_that_states_what_the_alpha_states() -> None:
    subject = next(iter(random_subjects(1, 4, load_sample("BTC_USD-1h"))))
    text = freqtrade_file(subject)
    (made,) = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert made.name == class_name(subject)
    facts = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in made.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }  # fmt: skip
    assert facts["timeframe"] == "1h"
    assert facts["startup_candle_count"] == begin_of(subject)
    assert facts["share"] == subject.limits.position_size
    assert facts["stoploss"] == -(subject.limits.stop_loss or 0.99)


def test_two_legs_are_refused_with_the_formats_that_can() -> None:
    two = next(iter(random_subjects(1, 1, load_sample("AAPL-1d"), n_legs=2)))
    with pytest.raises(UserError, match=r"one pair at a time.*python or json"):
        freqtrade_file(two)
