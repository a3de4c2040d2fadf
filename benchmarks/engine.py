"""How fast the batch engine is, row by row of a table.

Every number is measured in a process of its own; where two things are compared, their processes take turns.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.engine_work import YEAR, candidates, market, thirds
from benchmarks.machine import Found, apart, median, run

MEASURES = "benchmarks.engine_measures"
LONG_DAYS = 1_100  # 1.58 million minute bars
VECTORBT_CHUNK = 100  # columns; of 50, 100, 250, 500 and 1,000 the fastest
VECTORBT = {  # its engine, and whether the work is cut up and spread over processes by hand
    "numba": ("numba", True), "rust": ("rust", True), "numba, all columns in one call": ("numba", False),
}  # fmt: skip
PAIRS = 3  # times as many rounds for two cores against one: a neighbour on the machine takes a tenth of one run or half
Rows = list[tuple[str, str]]


class Amount(NamedTuple):
    """How much to measure."""

    rounds: int  # of every comparison
    end_to_end: int  # candidates
    parts: int
    cores: int
    counts: tuple[int, ...]  # candidates of the growth
    minutes: tuple[int, ...]  # days of minute bars
    long: tuple[int, ...]  # candidates over minute bars of `LONG_DAYS`


TINY = Amount(2, 60, 200, 600, (10, 100, 1_000), (5, 10), (60,))
USUAL = Amount(5, 5_000, 12_288, 60_000, (1_000, 10_000, 100_000), (91, 182), (250, 1_000))
LONG = Amount(5, 5_000, 24_576, 120_000, (1_000, 10_000, 100_000, 1_000_000), (91, 182, 365), (1_000, 20_000))


def measured(amount: Amount, cores: int, vectorbt: Path | None) -> Found:
    """Every measurement; ``vectorbt`` is the interpreter of an environment that has it."""
    counts, years = amount.counts, (1, 2, 5)
    return {
        "market": market()[1],
        "vectorbt": against_vectorbt(amount, cores, vectorbt),
        "parts": [apart(MEASURES, "parts", n=amount.parts) for _ in range(amount.rounds)],
        "cores": [
            [apart(MEASURES, "work", n=amount.cores, workers=workers) for workers in (1, 2)]
            for _ in range(PAIRS * amount.rounds if cores > 1 else 0)
        ],
        "alone": [
            [apart(MEASURES, "alone", n=amount.parts, workers=workers) for workers in (1, 2)]
            for _ in range(PAIRS * amount.rounds if cores > 1 else 0)
        ],
        "memory": [apart(MEASURES, "memory", n=n) for n in counts[-2:]],
        "candidates": [apart(MEASURES, "work", n=n, workers=cores) for n in counts],
        "years": [apart(MEASURES, "work", n=counts[1], workers=1, bars=count * YEAR) for count in years],
        "minutes": [apart(MEASURES, "minutes", n=counts[0], days=days) for days in amount.minutes],
        "long": [apart(MEASURES, "long", n=n, days=LONG_DAYS) for n in amount.long],
        "start": [run([sys.executable, "-m", "benchmarks.engine_start"]) for _ in range(amount.rounds + 1)][1:],
        "limit": [apart("benchmarks.engine_limit", "limit", n=300) for _ in range(amount.rounds)],
    }


def against_vectorbt(amount: Amount, cores: int, python: Path | None) -> Found:
    """The same candidates on all cores, in turns; vectorbt with both of its engines, rust once.

    It has no parallel mode: cut into chunks over processes is the fastest that could be made of it, one call on all
    columns is what its documentation shows.
    """
    n, ours = amount.end_to_end, []
    theirs: dict[str, list[Found]] = {name: [] for name in VECTORBT}
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), n)
        for turn in range(amount.rounds):
            ours.append(apart(MEASURES, "work", n=n, workers=cores))
            for name, (engine, cut) in VECTORBT.items():
                if python is not None and (engine == "numba" or turn < 1):
                    module = [str(python), "-m", "benchmarks.engine_vectorbt"]
                    spread = (str(cores), str(VECTORBT_CHUNK)) if cut else ("1", str(n))
                    theirs[name].append(run([*module, folder, engine, *spread]))
    return {"n": n, "ours": ours, **theirs}


def _write(folder: Path, n: int) -> None:
    """Bars and parameters, as the other environment reads them."""
    bars, _ = market()
    np.savez(folder / "bars.npz", open=bars.open, high=bars.high, low=bars.low, close=bars.close)
    for name, count in thirds(n).items():
        batch: Found = {**candidates(name, count)}
        np.savez(folder / f"{name}.npz", **batch)


def table(found: Found) -> Rows:
    """What a person reads."""
    return [
        ("market", f"{found['market']}, {YEAR:,} hourly bars unless said otherwise"),
        *_compared(found["vectorbt"]), *_parts(found["parts"]), *_limits(found["limit"], found["parts"]),
        *_scaling(found), *_growth(found),
        ("warm start of a process to its first result", _start(found["start"])),
    ]  # fmt: skip


def _start(runs: list[Found]) -> str:
    return f"{median(runs, 'process_seconds'):.2f} s, {median(runs, 'cpu_seconds'):.2f} s of processor time"


def _compared(both: Found) -> Rows:
    ours, n = median(both["ours"]), both["n"]
    peak = f"{median(both['ours'], 'peak_mib'):,.0f} MiB"
    rows = [(f"end to end, {n:,} candidates, all cores", f"{n / ours:,.0f} a second, {peak}")]
    for engine in VECTORBT:
        text = "not run: no environment with vectorbt 1.2 (python tools/oracle_env.py vectorbt, or --vectorbt PATH)"
        if runs := both[engine]:
            theirs, peak = median(runs), f"{median(runs, 'peak_mib'):,.0f} MiB a process"
            text = f"{n / theirs:,.0f} a second, {peak}; ours is {theirs / ours:,.0f} times as fast"
            spent = median(runs, "cpu_seconds") / median(both["ours"], "cpu_seconds")
            text += f", {spent:,.0f} times by processor time ({len(runs)} runs)"
        rows.append((f"the same with vectorbt 1.2, {engine}", text))
    return rows


def _parts(runs: list[Found]) -> Rows:
    rows, n = [], runs[0]["n"]
    for name in thirds(3):
        kernel, signals = median(runs, f"{name} kernel"), median(runs, f"{name} signals")
        trades = runs[0][f"{name} trades"]
        text = f"{n / kernel:,.0f} a second at {trades:.0f} trades; signals take {signals / kernel:.2f} of its time"
        rows.append((f"kernel alone, one core, {name}", text))
    kernels = median([{"seconds": sum(one[f"{name} kernel"] for name in thirds(3))} for one in runs])
    rows.append(("kernel alone, one core, all three", f"{3 * n / kernels:,.0f} a second"))
    return rows


def _limits(runs: list[Found], parts: list[Found]) -> Rows:
    rows = []
    for name in thirds(3):
        bound = median(runs, f"{name} bound") / runs[0]["n"]
        ours = median(parts, f"{name} kernel") / parts[0]["n"]
        text = f"{1 / bound:,.0f} a second; the kernel takes {ours / bound:.1f} times as long"
        rows.append((f"lower bound, {name}", text))
    return rows


def _scaling(found: Found) -> Rows:
    rows = []
    if pairs := found["cores"]:
        rows.append((f"two cores against one, {pairs[0][0]['n']:,} candidates", f"{_ratio(pairs):.2f} times"))
    if pairs := found["alone"]:
        text = f"{2.0 * _ratio(pairs):.2f} times: the most that the machine's cores give"
        rows.append(("two kernels that share nothing against one", text))
    for one in found["memory"]:
        text = f"{one['above_mib']:,.0f} MiB, of which parameters {one['parameters_mib']:,.0f}"
        rows.append((f"memory above the bars, {one['n']:,} candidates", text))
    return rows


def _ratio(pairs: list[list[Found]]) -> float:
    """Of the time of the first to that of the second."""
    return median([{"seconds": one["seconds"] / two["seconds"]} for one, two in pairs])


def _growth(found: Found) -> Rows:
    rows = []
    for one in found["candidates"]:
        text = f"{one['seconds']:.2f} s, {one['cpu_seconds']:.2f} s of processor time, {one['peak_mib']:,.0f} MiB"
        rows.append((f"{one['n']:,} candidates, a year, all cores", text))
    for one in found["years"]:
        text = f"{one['cpu_seconds']:.2f} s of processor time, {one['trades'] / one['n']:.0f} trades each"
        rows.append((f"{one['n']:,} candidates, {one['bars'] / YEAR:.0f} years, one core", text))
    for one in found["minutes"]:
        text = f"{one['cpu_seconds']:.2f} s of processor time, {one['trades'] / one['n']:.0f} trades each"
        rows.append((f"{one['n']:,} candidates, {one['bars']:,} minute bars (synthetic), one core", text))
    for one in found["long"]:
        text = f"{one['above_mib']:,.0f} MiB; {one['seconds']:.1f} s, told of at least every {one['pause']:.1f} s"
        rows.append((f"memory above bars and tape, {one['n']:,} candidates, {one['bars']:,} minute bars", text))
    return rows
