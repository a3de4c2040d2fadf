"""The table of README.md about honesty and power: ``python -m benchmarks.judging_table`` writes it from the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "README.md"
BEGIN, END = "<!-- judging: benchmarks/judging_table.py -->", "<!-- judging ends -->"
WORDS = {
    "gaussian": "pure noise", "garch": "noise with clustered volatility, heavy tails",
    "regimes": "noise that turns calm and wild", "drift": "noise in a rising market (Sharpe 1.5)",
}  # fmt: skip


def main() -> None:
    """Write the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown()}{END}{after}", encoding="utf-8")


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
