"""An alpha as a strategy in Pine Script v6.

The text is parsed and its arithmetic evaluated again by the tests of this package; TradingView itself has not run it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from alpha_discovery.errors import UserError
from alpha_discovery.exports.lowered import Line, call_text, lowered, scalar_text
from alpha_discovery.exports.python_file import wrapped
from alpha_discovery.exports.subject import Subject
from alpha_discovery.rules.nodes import Apply, Bool, Combine, Compare, Cross, Field, Junction, Lag, Unary

_LIBRARY = Path(__file__).with_name("library.pine")
_CLOCK = {"hour": 'hour(time, "UTC")', "weekday": '(dayofweek(time, "UTC") + 5) % 7'}

_HEADER = '''\
//@version=6
// {title}
//
{words}
//
// Exported from alpha {id}. Markets it was judged on: {markets}, bars of {timeframe}.
// Not verified on TradingView: the export was parsed and its arithmetic evaluated again outside of it. Compare
// its trades with those of the alpha before anything else. Commission below is commission and slippage of the alpha
// together; the size of an entry is taken at the close before it, and TradingView guesses the path inside a bar.
strategy({name}, overlay=true, initial_capital=10000, pyramiding=0, calc_on_every_tick=false,
     process_orders_on_close=false, max_bars_back=5000, commission_type=strategy.commission.percent,
     commission_value={commission}, margin_long=0, margin_short=0)'''

_ORDERS = '''\
bool long = {long}
bool short = {short}
// an entry counts only without the opposite one and without its own exit
bool goLong = long and not short and not {exit_long}
bool goShort = short and not long and not {exit_short}
float units = strategy.equity * {size} / (close * (1.0 + {rate}))
bool isLong = strategy.position_size > 0
bool isShort = strategy.position_size < 0
int entryBar = strategy.opentrades > 0 ? strategy.opentrades.entry_bar_index(strategy.opentrades - 1) : na
bool begun = not na(entryBar) and (na(entryBar[1]) or entryBar != entryBar[1])
var float best = na
if na(entryBar)
    best := na
else
    best := begun or na(best) ? close : isLong ? math.max(best, close) : math.min(best, close)
int held = na(entryBar) ? 0 : bar_index - entryBar + 1
float entryPrice = strategy.position_avg_price
if goLong and not isLong
    strategy.entry("long", strategy.long, qty=units)
if goShort and not isShort
    strategy.entry("short", strategy.short, qty=units)
if isLong and not goShort and ({exit_long}{old})
    strategy.close("long")
if isShort and not goLong and ({exit_short}{old})
    strategy.close("short")'''


def file_name(subject: Subject) -> str:
    """By its id."""
    return f"alpha_{subject.id[:12]}.pine"


def pine_file(subject: Subject) -> str:
    """The text of the script.

    Raises
    ------
    UserError
        For a position of several markets, and for an indicator that the shipped library of Pine functions lacks.
    """
    if subject.rules.n_legs > 1:
        raise UserError(
            f"a Pine strategy trades the symbol of its chart; this alpha holds {subject.rules.n_legs} markets as one "
            "position. Export it as python or json"
        )
    told = lowered(subject.rules, lambda scalar: scalar_text(scalar, lambda name: f"p_{name}"))
    lines = [_statement(line) for line in told.lines]
    return "\n\n".join(
        part for part in (_header(subject), _functions(lines), _inputs(subject), "\n".join(lines),
                          _orders(subject, told.signals), _levels(subject), "") if part or part == ""
    ).rstrip("\n") + "\n"  # fmt: skip


@cache
def library() -> dict[str, str]:
    """Functions of the shipped library by name, each with its text."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=ad_)", _LIBRARY.read_text().partition("\n")[2]):
        found[block.partition("(")[0].strip()] = block.rstrip()
    return found


def _header(subject: Subject) -> str:
    words = "\n".join(f"//     {line}" for line in wrapped(subject.words, 105))
    rate = 100.0 * (subject.costs.commission + subject.costs.slippage)
    return _HEADER.format(
        title=_one_line(subject.name), words=words, id=subject.id, timeframe=subject.timeframe,
        markets="; ".join(", ".join(sleeve) for sleeve in subject.sleeves), commission=f"{rate:.6g}",
        name='"' + _one_line(subject.name).replace('"', "'") + '"',
    )  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\", "/").split())


def _inputs(subject: Subject) -> str:
    return "\n".join(
        f'p_{name} = input.{"int" if isinstance(value, int) else "float"}({value!r}, "{name}")'
        for name, value in subject.own.items()
    )


def _functions(lines: list[str]) -> str:
    """The library's functions that the lines need, each after what it calls."""
    wanted: dict[str, str] = {}

    def add(text: str) -> None:
        for name in re.findall(r"\bad_\w+(?=\()", text):
            if name not in wanted:
                body = library()[name].partition("=>")[2]
                add(body)
                wanted[name] = library()[name]

    add("\n".join(lines))
    return "\n".join(wanted.values())


def _statement(line: Line) -> str:
    """One assignment; every call stands alone in its own, because Pine skips what a short-cut makes needless."""
    kind = "bool" if isinstance(line.node, Bool) else "float"
    if isinstance(line.node, Cross) and not line.node.happens:
        sides = f"{line.inputs[0]}, {line.inputs[1]}"
        crosses = f"bool {line.name}c = ad_cross({sides}, {_true(line.node)})"
        return f"bool {line.name}k = ad_known({sides})\n{crosses}\nbool {line.name} = {line.name}k and not {line.name}c"
    return f"{kind} {line.name} = {_expression(line)}"


def _expression(line: Line) -> str:
    node, inputs = line.node, line.inputs
    match node:
        case Field():
            return _CLOCK.get(node.name, node.name)
        case Apply():
            if (name := f"ad_{node.name}") not in library():
                raise UserError(
                    f"{node.name} has no translation to Pine Script; export this alpha as python, freqtrade or json"
                )
            return call_text(name, line)
        case Combine():
            return f"ad_div({inputs[0]}, {inputs[1]})" if node.op == "/" else f"{inputs[0]} {node.op} {inputs[1]}"
        case Compare():
            return f"{inputs[0]} {node.op} {inputs[1]}"
        case Unary():
            return f"0.0 - {inputs[0]}" if node.op == "neg" else f"math.abs({inputs[0]})"
        case Lag():
            return f"ad_lag({inputs[0]}, int({inputs[1]}))"
        case Cross():
            return f"ad_cross({inputs[0]}, {inputs[1]}, {_true(node)})"
        case Junction(parts=()):
            return "true" if node.op == "and" else "false"
        case Junction():
            return f" {node.op} ".join(inputs)
    raise AssertionError(node)


def _true(node: Cross) -> str:
    return "true" if node.direction == "above" else "false"


def _orders(subject: Subject, signals: dict[str, str]) -> str:
    limits = subject.limits
    rate = subject.costs.commission + subject.costs.slippage
    holding = limits.max_holding_bars
    return _ORDERS.format(
        long=signals["enter_long"] if limits.direction != "short" else "false",
        short=signals["enter_short"] if limits.direction != "long" else "false",
        exit_long=signals["exit_long"], exit_short=signals["exit_short"], rate=f"{rate:.6g}",
        size=repr(limits.position_size * limits.leverage / len(subject.sleeves)),
        old="" if holding is None else f" or held == {holding}",
    )  # fmt: skip


def _levels(subject: Subject) -> str:
    """Stop and target: relative to the fill in the bar of the entry, at their prices from then on."""
    limits = subject.limits
    if limits.stop_loss is limits.take_profit is limits.trailing_stop is None:
        return ""
    out: list[str] = []
    for side, sign, tighter in (("Long", 1, "max"), ("Short", -1, "min")):
        stop = "na" if limits.stop_loss is None else f"entryPrice * {1.0 - sign * limits.stop_loss!r}"
        trail = "na" if limits.trailing_stop is None else f"best * {1.0 - sign * limits.trailing_stop!r}"
        target = "na" if limits.take_profit is None else f"entryPrice * {1.0 + sign * limits.take_profit!r}"
        level = f"math.{tighter}({stop}, {trail})" if "na" not in (stop, trail) else trail if stop == "na" else stop
        away = {"loss": limits.stop_loss, "profit": limits.take_profit}
        first = [f"{name}=close * {value!r} / syminfo.mintick" for name, value in away.items() if value is not None]
        named = f'"{side.lower()} out", "{side.lower()}"'
        if first:
            out.append(f"if go{side} and not is{side}\n    strategy.exit({named}, {', '.join(first)})")
        now = [f"{name}={value}" for name, value in (("stop", level), ("limit", target)) if value != "na"]
        out.append(f"if is{side} and not na(entryPrice)\n    strategy.exit({named}, {', '.join(now)})")
    return "\n".join(out)
