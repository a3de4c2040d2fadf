"""Run 50 exported strategies through freqtrade's own backtesting and store what it found, beside ours.

    python tools/oracle_env.py freqtrade
    python -m tools.export_parity            runs the alphas of tests/exports/data/freqtrade-*.json again
    python -m tools.export_parity --draw     draws others for freqtrade-parity.json, as the generator makes them now
    python -m tools.export_parity --wild 1 2   adds those of other draws that differ most to freqtrade-wild.json

The prices are the first year of the sample's BTC/USD by the hour, missing bars filled in as freqtrade fills them.
Stored are each alpha, a signature of freqtrade's trades, and every trade that differs from ours, as freqtrade made it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from tools.oracle_env import ROOT, python_of

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.discovery.replay import encoded
from alpha_discovery.exports.freqtrade_file import MOST_STARTUP, class_name, freqtrade_file
from alpha_discovery.exports.json_file import json_file, subject_of
from alpha_discovery.exports.subject import Subject
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.testing.alpha_examples import filled, random_subjects

MANY, SEED, FEE, YEAR = 50, 20_261_129, 0.001, 8_760
TARGET = ROOT / "tests" / "exports" / "data" / "freqtrade-parity.json"
WILD = TARGET.with_name("freqtrade-wild.json")  # alphas of other draws, chosen because they differ
FAR = 0.05  # of the price of an exit, from where on an alpha is one of those
PRECISION = 1e-9  # its prices have steps of 1e-10

Trade = list[Any]


def market() -> Bars:
    """The year that is traded."""
    return filled(load_sample("BTC_USD-1h")).slice(0, YEAR)


def begin_of(subject: Subject) -> int:
    """The first bar that freqtrade trades: the one after its startup candles."""
    return min(MOST_STARTUP, 4 * subject.warmup)


def ours(subject: Subject, bars: Bars) -> list[Trade]:
    """Our trades: side, entry time, exit time, entry price, exit price, reason."""
    over = tape((bars,), begin=begin_of(subject))
    found = evaluate(subject.rules, encoded(subject.parameters), over, subject.costs)
    return [
        [int(t["side"]), int(bars.time[t["entry_bar"]]), int(bars.time[t["exit_bar"]]), float(t["entry_price"]),
         float(t["exit_price"]), EXIT_REASONS[t["reason"]]]
        for t in found.trades
    ]  # fmt: skip


def same(mine: Trade, theirs: Trade) -> bool:
    """Equal side and bars, and prices to `PRECISION`."""
    return mine[:3] == theirs[:3] and bool(np.allclose(mine[3:5], theirs[3:5], rtol=PRECISION, atol=0.0))


def signature(trades: list[Trade]) -> dict[str, float]:
    """A few numbers that differ if any trade does; times in hours of the year, so that sums are exact."""
    hour, first = 3_600_000, 1_483_228_800_000
    return {
        "n_trades": len(trades), "sides": sum(t[0] for t in trades),
        "entries": sum((t[1] - first) // hour for t in trades), "exits": sum((t[2] - first) // hour for t in trades),
        "entry_prices": sum(t[3] for t in trades), "exit_prices": sum(t[4] for t in trades),
    }  # fmt: skip


def run_freqtrade(subjects: list[Subject], bars: Bars) -> list[list[Trade]]:
    """Trades of every subject as freqtrade makes them."""
    with tempfile.TemporaryDirectory() as temporary:
        folder, cases = Path(temporary), []
        fields = ("time", "open", "high", "low", "close", "volume")
        np.savez(folder / "year.npz", **{name: getattr(bars, name) for name in fields})
        for subject in subjects:
            text = freqtrade_file(subject)
            (folder / f"{class_name(subject)}.py").write_text(text)
            case = {"name": class_name(subject), "market": "year", "timeframe": "1h", "fee": FEE}
            cases.append({**case, "can_short": "    can_short = True\n" in text})
        (folder / "cases.json").write_text(json.dumps(cases))
        command = [str(python_of("freqtrade")), "-m", "tools.oracles.run_freqtrade", temporary]
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own script
        found: list[list[Trade]] = json.loads((folder / "trades.json").read_text())
    return found


def recorded(path: Path) -> list[Subject]:
    """The alphas of a record; none if there is no record."""
    told = json.loads(path.read_text())["cases"] if path.exists() else []
    return [subject_of(json.dumps(case["alpha"])) for case in told]


def drawn(seed: int, bars: Bars) -> list[Subject]:
    """Fifty alphas as the generator makes them now."""
    return list(random_subjects(MANY, seed, bars, costs=Costs(FEE, 0.0)))


def compared(subject: Subject, theirs: list[Trade], bars: Bars) -> dict[str, Any]:
    """An alpha with what freqtrade found, and the trades of either that the other did not make."""
    mine, their = ({trade[1]: trade for trade in trades} for trades in (ours(subject, bars), theirs))
    added = [t for time, t in their.items() if time not in mine or not same(mine[time], t)]
    dropped = [time for time, t in mine.items() if time not in their or not same(t, their[time])]
    return {"alpha": json.loads(json_file(subject)), "found": signature(theirs), "dropped": dropped, "added": added}


def is_far(case: dict[str, Any], bars: Bars) -> bool:
    """Whether a trade is only one side's, or leaves more than `FAR` away from the other's price."""
    mine = {trade[1]: trade for trade in ours(subject_of(json.dumps(case["alpha"])), bars)}
    if {trade[1] for trade in case["added"]} != set(case["dropped"]):
        return True
    return any(abs(trade[4] / mine[trade[1]][4] - 1.0) > FAR for trade in case["added"])


def store(path: Path, cases: list[dict[str, Any]], bars: Bars, **more: Any) -> None:
    """Write a record, a line a case."""
    head = {"freqtrade": "2026.9", **more, "fee": FEE, "market": bars.fingerprint}
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{json.dumps(head, indent=1)[:-2]},\n \"cases\": [\n{lines}\n]}}\n")


def main() -> None:
    """Draw or read, run, compare, write."""
    words = argparse.ArgumentParser(description="Run exported strategies through freqtrade and store what it found.")
    words.add_argument("--draw", action="store_true", help="draw other alphas instead of those of the record")
    words.add_argument("--wild", type=int, nargs="*", default=[], help="seeds to look for those that differ most")
    told, bars = words.parse_args(), market()

    def run(subjects: list[Subject]) -> list[dict[str, Any]]:
        found = zip(subjects, run_freqtrade(subjects, bars), strict=True) if subjects else ()
        return [compared(subject, theirs, bars) for subject, theirs in found]

    wild = run(recorded(WILD))
    for seed in told.wild:
        wild += [case for case in run(drawn(seed, bars)) if is_far(case, bars)]
    store(WILD, wild, bars)
    if not told.wild:
        store(TARGET, run(drawn(SEED, bars) if told.draw else recorded(TARGET)), bars, seed=SEED)


if __name__ == "__main__":
    main()
