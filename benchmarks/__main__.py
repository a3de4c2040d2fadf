"""Speed on this machine: ``python -m benchmarks`` or ``make bench``, a few minutes.

    python -m benchmarks [engine|strategies|family|profile|api ...] [--tiny | --long] [--vectorbt PYTHON] [--no-write]

Prints tables and writes them, with the facts of the machine, to ``benchmarks/results``. ``--tiny`` tries everything
with small numbers and writes nothing; ``--long`` goes to a million candidates. Comparisons with vectorbt
need an environment of its own (``python tools/oracle_env.py vectorbt``); without it they are said not to have been run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks import api, engine, engine_profile, family, machine, strategies
from tools.oracle_env import python_of

SUITES = ("engine", "strategies", "family", "profile", "api")


def main() -> None:
    """Measure what was asked for, print it, write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; all by default")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--tiny", action="store_true", help="small numbers, nothing is written")
    size.add_argument("--long", action="store_true", help="up to a million candidates")
    parser.add_argument("--vectorbt", type=Path, default=python_of("vectorbt"), help="interpreter that has vectorbt")
    parser.add_argument("--no-write", action="store_true", help="leave benchmarks/results alone")
    given = parser.parse_args()
    if unknown := set(given.suites) - set(SUITES):
        parser.error(f"no suite {', '.join(sorted(unknown))}; use {', '.join(SUITES)}")
    facts = machine.facts()
    print(json.dumps(facts))
    for suite in given.suites or SUITES:
        rows, measured = measure(suite, given, facts)
        for what, number in rows:
            print(f"{what:<58} {number}", flush=True)
        if not (given.tiny or given.no_write):
            print(machine.keep(suite, facts, rows, measured))


def measure(suite: str, given: argparse.Namespace, facts: machine.Found) -> tuple[engine.Rows, machine.Found]:
    """A suite's table and what it was made from."""
    if suite == "api":
        found = api.measured(1_000 if given.tiny else 100_000, 3.0 if given.tiny else 15.0)
        return api.table(found), found
    if suite == "strategies":
        found = strategies.measured(200 if given.tiny else 4_000)
        return strategies.table(found), found
    if suite == "profile":
        found = engine_profile.measured(1_000 if given.tiny else 20_000)
        return engine_profile.table(found), found
    if suite == "family":
        found = family.measured(1_000 if given.tiny else 1_000_000 if given.long else 100_000, facts["cores"])
        return family.table(found), found
    amount = engine.TINY if given.tiny else engine.LONG if given.long else engine.USUAL
    found = engine.measured(amount, facts["cores"], given.vectorbt if given.vectorbt.exists() else None)
    gpu = ("GPU against two CPU cores", "not run: no GPU in this machine (python -m benchmarks.gpu where there is one)")
    return [*engine.table(found), gpu], found


if __name__ == "__main__":
    main()
