"""Which method a search gave its generations to, and why: the optimizer's log in the form that a record keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Turn = dict[str, Any]
_ADDED = ("rows", "fresh", "gain")


def turns(log: Iterable[Mapping[str, Any]]) -> list[Turn]:
    """Neighbouring generations of one method as one row.

    Parameters
    ----------
    log : rows of `Optimizer.log`
        None for a method that decides nothing.

    Returns
    -------
    list of plain rows
        ``first`` and ``last`` generation, ``method``, ``why`` it was chosen when its turn began, ``rows`` evaluated,
        ``fresh`` of them filled in at random places, ``gain`` of the mean of the best ten scores, ``best`` score at
        the end of the turn (None before any).
    """
    out: list[Turn] = []
    for row in log:
        if out and out[-1]["method"] == row["method"]:
            last = out[-1]
            last |= {name: last[name] + (row[name] or 0) for name in _ADDED}
            last |= {"last": row["generation"], "best": row["best"] if row["best"] is not None else last["best"]}
        else:
            first = {"first": row["generation"], "last": row["generation"]}
            kept = {name: row[name] for name in ("method", "why", "rows", "fresh", "best")}
            out.append({**first, **kept, "gain": row["gain"] or 0.0})
    return out


def shares(taken: Sequence[Mapping[str, Any]]) -> list[Turn]:
    """One row a method, in the order of first use: its number of ``turns``, the ``rows`` and the ``gain``."""
    out: dict[str, Turn] = {}
    for turn in taken:
        row = out.setdefault(turn["method"], {"method": turn["method"], "turns": 0, "rows": 0, "gain": 0.0})
        row |= {"turns": row["turns"] + 1, "rows": row["rows"] + turn["rows"], "gain": row["gain"] + turn["gain"]}
    return list(out.values())
