"""What the pages say about honesty and power: ``python -m benchmarks.judging_table`` writes it from the results.

The table of README.md and of docs/explanation/judging.md, there also reliability and repeats; and the curves of the
validation score that the package ships.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "README.md"
EXPLAINED = ROOT / "docs" / "explanation" / "judging.md"
SHIPPED = ROOT / "src" / "alpha_discovery" / "discovery" / "validation_score.json"
BEGIN, END = "<!-- judging: benchmarks/judging_table.py -->", "<!-- judging ends -->"
BEGIN_MORE, END_MORE = "<!-- scores and repeats: benchmarks/judging_table.py -->", "<!-- scores and repeats end -->"
VAULT, FEWEST = "vault alone", 50
WORDS = {
    "gaussian": "pure noise", "garch": "noise with clustered volatility, heavy tails",
    "regimes": "noise that turns calm and wild", "drift": "noise in a rising market (Sharpe 1.5)",
}  # fmt: skip


def main() -> None:
    """Write pages and curves."""
    _write(PAGE, BEGIN, END, markdown())
    _write(EXPLAINED, BEGIN, END, markdown())
    _write(EXPLAINED, BEGIN_MORE, END_MORE, more())
    SHIPPED.write_text(json.dumps(curves(), indent=1) + "\n", encoding="utf-8")


def _write(page: Path, begin: str, end: str, text: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n{text}{end}{after}", encoding="utf-8")


def curves() -> dict[str, Any]:
    """The curves that ship: each method's own rule, and the vault alone from the method that has most finalists."""
    found = {path.stem.rpartition("-")[2]: json.loads(path.read_text()) for path in _scores()}
    every = [curve for one in found.values() for curve in one["curves"]]
    vault = [curve for curve in every if curve["rule"] == VAULT]
    kept = [curve for curve in every if curve["rule"] != VAULT] + sorted(vault, key=_finalists)[-1:]
    seeds = {method: one["seeds"] for method, one in found.items()}
    return {"engine": next(iter(found.values()))["engine"], "seeds": seeds, "curves": kept}


def more() -> str:
    """Reliability of the score by rule and bin, and what fifty runs on the same noise report."""
    head = "score: share that is true (number of finalists), in bins of at least 50"
    lines = [f"| evidence | finalists | {head} | of those reported |", "| --- | --- | --- | --- |"]
    for curve in curves()["curves"]:
        reported = _bins(curve["reliability_of_the_accepted"])
        told = f"{_finalists(curve):,} | {_bins(curve['reliability'])} | {reported}"
        lines.append(f"| {curve['rule']}, {curve['method'].replace('_', ' ')} | {told} |")
    repeats = json.loads((RESULTS / "judging-repeats.json").read_text())["ever_reported_after"]
    lines += ["", f"| runs on the same noise | {' | '.join(repeats)} |", f"| --- |{' --- |' * len(repeats)}"]
    lines.append(f"| something was reported | {' | '.join(map(_share, repeats.values()))} |")
    return "\n".join(lines) + "\n"


def _bins(found: list[dict[str, Any]]) -> str:
    told = (f"{one['score']:.2f}: {one['true']:.2f} ({one['n']})" for one in found if one["n"] >= FEWEST)
    return "; ".join(told) or "none"


def _scores() -> list[Path]:
    return sorted(RESULTS.glob("judging-score-*.json"))


def _finalists(curve: dict[str, Any]) -> int:
    return sum(int(one["n"]) for one in curve["reliability"])


def markdown() -> str:
    """One column a method that was measured, the fixed list first; one row a kind of market."""
    found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("judging-rates-*.json"))]
    lines = [
        f"| two years of hourly bars | {' | '.join(_head(one) for one in found)} |",
        f"| --- |{' --- |' * len(found)}",
    ]
    for kind in dict.fromkeys(kind for one in found for kind in one["cells"]):
        cells = [_cell(one["cells"].get(kind)) for one in found]
        words = WORDS.get(kind) or f"an edge of Sharpe {kind.split()[1]} after costs"
        lines.append(f"| {words} | {' | '.join(cells)} |")
    every = [_share(one["without_edge"]) for one in found]
    lines.insert(2, f"| **all markets without an edge** | {' | '.join(every)} |")
    return "\n".join(lines) + "\n"


def _head(found: dict[str, Any]) -> str:
    campaign = found["campaign"]
    tried = campaign["max_iterations"] * len(campaign["strategies"])
    return f"{found['method'].replace('_', ' ')}, {tried:,} tries"


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return "not measured"
    return _share(cell.get("found_a_true_one") or cell["reported"])


def _share(rate: dict[str, float]) -> str:
    return f"{rate['share']:.1%} ({rate['low']:.1%} to {rate['high']:.1%}) of {rate['of']}"


if __name__ == "__main__":
    main()
