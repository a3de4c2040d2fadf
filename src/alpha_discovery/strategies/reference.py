"""Reference pages of strategies, made from their files: Idea, Rule, Parameters, Source, When it fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alpha_discovery.core import risk
from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.templates import LEVELS, RISK

FAILS = "When it fails:"
INTRODUCTION = """\
# Strategies

Made by `python -m alpha_discovery.strategies` from the files in `src/alpha_discovery/strategies`; edit those.

A signal is read at the close of a bar and filled at the open of the next one, as
[the execution rules](../explanation/execution.md) say. Every strategy also has the risk parameters below. The
levels of a strategy name its own parameters; its risk is that of the level unless its table says otherwise.
"""


def reference(strategies: Iterable[Strategy]) -> str:
    """The whole page in Markdown: an introduction, the risk parameters, then every strategy."""
    return "\n".join([INTRODUCTION, _risk_table(), *(page(strategy) for strategy in strategies)])


def page(strategy: Strategy) -> str:
    """One strategy in Markdown, under fixed headings."""
    rule = "\n".join(f"- {line}" for line in strategy.rules.describe())
    return f"""\
## {strategy.name}

{strategy.summary}

Family: {strategy.family}. Markets traded together: {strategy.n_legs}.

### Idea

{idea(strategy)}

### Rule

{rule}

### Parameters

{_own_table(strategy)}

### Source

{strategy.source}

### When it fails

{when_it_fails(strategy)}
"""


def idea(strategy: Strategy) -> str:
    """The paragraphs between the summary and "When it fails"."""
    return "\n\n".join(text for text in _paragraphs(strategy)[1:] if not text.startswith(FAILS))


def when_it_fails(strategy: Strategy) -> str:
    """The paragraph of the docstring that starts with "When it fails:", without these words; may be empty."""
    found = [text.removeprefix(FAILS).strip() for text in _paragraphs(strategy) if text.startswith(FAILS)]
    return "".join(text[:1].upper() + text[1:] for text in found)


def _paragraphs(strategy: Strategy) -> list[str]:
    return [" ".join(text.split()) for text in strategy.doc.split("\n\n")]


def _own_table(strategy: Strategy) -> str:
    levels = list(strategy.templates)
    set_risk = [name for name in risk.NAMES if any(name in values for values in strategy.templates.values())]
    table = _table(["parameter", "range", *levels])
    for name in (*strategy.own.names, *set_risk):
        kind = strategy.own.kinds.get(name, risk.ALLOWED.get(name))
        assert kind is not None
        values = [_shown(strategy.templates[level].get(name, RISK.get(level, {}).get(name))) for level in levels]
        table += _row([f"`{name}`", _range(kind), *values])
    conditions = "".join(f"\nOnly with {condition}.\n" for condition in strategy.own.conditions)
    return (table + conditions).rstrip()


def _risk_table() -> str:
    table = _table(["risk parameter", "allowed", "searched by default", "usual value", *LEVELS])
    for name, kind in risk.ALLOWED.items():
        searched = _range(risk.SEARCHED[name]) if name in risk.SEARCHED else "no"
        usual = risk.DEFAULTS[name]
        levels = [_shown(RISK[level].get(name, usual)) for level in LEVELS]
        table += _row([f"`{name}`", _range(kind), searched, _shown(usual), *levels])
    return table


def _range(kind: Kind) -> str:
    match kind:
        case Int() | Float():
            step = "" if kind.step in (None, 1) else f" in steps of {kind.step:g}"
            return f"{_shown(kind.low)} to {_shown(kind.high)}{step}"
        case Choice():
            return " or ".join(str(value) for value in kind.values)
        case Optional():
            return f"off or {_range(kind.kind)}"
    return "off"


def _shown(value: Any) -> str:
    return "off" if value is None else f"{value:,.6g}" if isinstance(value, float) else str(value)


def _table(heads: list[str]) -> str:
    return _row(heads) + _row(["---"] * len(heads))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
