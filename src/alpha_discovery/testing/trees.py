"""Random rules over the whole grammar, and parameter sets for them, drawn by hypothesis.

Every registered indicator appears, with windows of 2 to 12 bars so that short histories suffice. Trees are
drawn by unit, as a person would have to write them, and share subtrees as real strategies do.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from hypothesis import strategies as st

from alpha_discovery.core import risk
from alpha_discovery.core.params import Float, Int, Kind
from alpha_discovery.core.scalar import Arithmetic, Const, Param, Scalar
from alpha_discovery.core.space import Space
from alpha_discovery.indicators.registry import Indicator, Unit, all_indicators
from alpha_discovery.rules.nodes import (
    FIELD_UNITS,
    FLIPPED,
    NEVER,
    Apply,
    Bool,
    Field,
    Junction,
    Operand,
    Series,
    Unary,
    compare,
    crosses_above,
    crosses_below,
    lag,
)
from alpha_discovery.rules.strategy import ONE, SIGNALS, Rules, Strategy

OWN: dict[str, Kind] = {
    "window_a": Int(2, 12),
    "window_b": Int(2, 12),
    "shift": Int(1, 5),
    "level": Float(-1.0, 2.0),
    "factor": Float(0.5, 2.0),
    "latency": Float(0.0, 60_000.0),
    "beta": Float(0.2, 1.5),
}
T = TypeVar("T")
UNITS: tuple[Unit, ...] = ("price", "ratio", "count")
ALWAYS = Junction("and", ())
_SHAPES = ("field", "indicator", "indicator", "sum", "scaled", "quotient", "unary", "lag", "seen")


class _Trees:
    """Draws the parts of one tree."""

    def __init__(self, draw: st.DrawFn, n_legs: int) -> None:
        self.draw, self.n_legs = draw, n_legs
        self.seen: dict[Unit, list[Series]] = {unit: [] for unit in UNITS}

    def one_of(self, *values: T) -> T:
        return self.draw(st.sampled_from(values))

    def series(self, unit: Unit, depth: int) -> Series:
        """A series of ``unit`` with at most ``depth`` levels above its fields."""
        shape = self.one_of(*_SHAPES) if depth > 0 else "field"
        if shape == "seen" and self.seen[unit]:
            return self.draw(st.sampled_from(self.seen[unit]))
        made = self._made(shape, unit, depth - 1)
        self.seen[unit].append(made)
        return made

    def _made(self, shape: str, unit: Unit, depth: int) -> Series:
        if shape == "indicator":
            return self._indicator(unit, depth)
        if shape == "sum":
            left = self.series(unit, depth)
            right = self.scalar() if unit == "ratio" and self.draw(st.booleans()) else self.series(unit, depth)
            return self.one_of(left + right, left - right, right - left)
        if shape == "scaled":
            return self._scaled(unit, depth)
        if shape == "quotient" and unit == "ratio":
            inner: Unit = self.one_of(*UNITS)
            return self.series(inner, depth) / self.series(inner, depth)
        if shape == "unary":
            return Unary(self.one_of("neg", "abs"), self.series(unit, depth))
        if shape == "lag":
            return lag(self.series(unit, depth), self.one_of(Const(1.0), Const(3.0), Param("shift")))
        return self._field(unit)

    def _field(self, unit: Unit) -> Field:
        name = self.one_of(*(name for name, of in FIELD_UNITS.items() if of == unit))
        return Field(name, self._leg())

    def _leg(self) -> int:
        return self.draw(st.integers(0, self.n_legs - 1))

    def _scaled(self, unit: Unit, depth: int) -> Series:
        x = self.series(unit, depth)
        factor = self.scalar() if self.draw(st.booleans()) else self.series("ratio", depth)
        return self.one_of(x * factor, factor * x, x / factor)

    def _indicator(self, unit: Unit, depth: int) -> Series:
        indicator = self.one_of(*(one for one in all_indicators().values() if can_measure(one, unit)))
        leg, nested = self._leg(), self.one_of(False, False, True)
        inner = unit if indicator.unit == "same" else self.one_of(*UNITS)
        inputs: list[Series] = []
        for name in indicator.inputs:
            if name in FIELD_UNITS and not nested:
                inputs.append(Field(name, leg))
            else:
                inputs.append(self.series(FIELD_UNITS.get(name, inner), depth))
        params = [self._window() if indicator.is_window(name) else self._width() for name in indicator.params]
        made = indicator(*inputs, *params)
        assert isinstance(made, Series)
        return made

    def _window(self) -> Scalar:
        few: list[Scalar] = [Const(float(bars)) for bars in range(2, 13)]
        return self.one_of(*few, Param("window_a"), Param("window_b"), Arithmetic("+", Param("window_a"), ONE))

    def _width(self) -> Scalar:
        return self.one_of(Const(1.0), Const(2.0), Const(0.5), Param("factor"))

    def scalar(self) -> Scalar:
        """A ratio that depends on the parameters only."""
        numbers: list[Scalar] = [Const(value) for value in (1.0, 0.0, 0.5, -1.0, 2.0, 12.0, 50.0)]
        return self.one_of(*numbers, Param("level"), Param("factor"), Arithmetic("*", Param("level"), Const(50.0)))

    def condition(self, depth: int) -> Bool:
        """A condition with at most ``depth`` junctions above its comparisons."""
        shape = self.one_of("compare", "compare", "cross", "and", "or", "not") if depth > 0 else "compare"
        if shape in ("and", "or"):
            return self._junction("and" if shape == "and" else "or", depth - 1)
        if shape == "not":
            return ~self.condition(depth - 1)
        left, right = self._sides(2)
        if shape == "cross":
            return self.one_of(crosses_above, crosses_below)(left, right)
        return compare(self.one_of(*FLIPPED), left, right)

    def _junction(self, op: Literal["and", "or"], depth: int) -> Bool:
        parts = [self.condition(depth) for _ in range(self.draw(st.integers(2, 3)))]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined & part if op == "and" else joined | part
        return joined

    def _sides(self, depth: int) -> tuple[Operand, Operand]:
        """Two sides of one unit; half of the time the second follows the first, so that they often trade places."""
        unit: Unit = self.one_of("price", "price", "ratio", "ratio", "count")
        left = self.series(unit, depth)
        kind = self.one_of("own past", "own past", "another", "number" if unit == "ratio" else "zero")
        right: Operand = Const(0.0)
        if kind == "own past":
            right = self._past_of(left)
        elif kind == "another":
            right = self.series(unit, depth)
        elif kind == "number":
            right = self.scalar()
        return (left, right) if self.draw(st.booleans()) else (right, left)

    def _past_of(self, x: Series) -> Series:
        average = self.one_of("sma", "ema", "rma", "wma")
        return lag(x, 1) if self.draw(st.booleans()) else Apply(average, (x,), (self._window(),))


@st.composite
def rules_strategy(draw: st.DrawFn, *, n_legs: int = 1, depth: int = 2) -> Rules:
    """Rules over the whole grammar; their parameters are some of `OWN`."""
    trees = _Trees(draw, n_legs)
    signals: list[Bool] = [trees.condition(depth)]
    for _ in range(3):
        kind = trees.one_of("new", "new", "new", "opposite", "never", "always" if depth > 2 else "never")
        made = {"never": NEVER, "always": ALWAYS, "opposite": signals[0].negated()}.get(kind)
        signals.append(trees.condition(depth) if made is None else made)
    if draw(st.booleans()):  # the side that the first condition enters is as often short as long
        signals = [*signals[2:], *signals[:2]]
    latency = trees.one_of(Const(0.0), Const(0.0), Const(500.0), Param("latency"))
    beta = Param("beta")
    sold = Arithmetic("*", Const(-1.0), beta)
    weights = [trees.one_of(ONE, ONE, Const(-1.0), Const(0.5), beta, sold) for _ in range(n_legs)]
    weights = weights if n_legs > 1 else [ONE]
    named = dict(zip(SIGNALS, signals, strict=True))
    return Rules(**named, weights=tuple(weights), latency_ms=latency)


@st.composite
def busy_rules(draw: st.DrawFn, *, n_legs: int = 1) -> Rules:
    """Simple rules that trade on nearly every path; what random conditions wait for often never happens."""
    close = Field("close")
    up, down = close > lag(close, 1), close < lag(close, 1)
    signals = draw(
        st.sampled_from(
            [
                (up, NEVER, NEVER, NEVER), (NEVER, NEVER, up, NEVER),  # in until a level
                (up, NEVER, down, NEVER), (down, NEVER, up, NEVER),  # always in
                (down, up, NEVER, NEVER), (NEVER, NEVER, down, up), (up, down, NEVER, down),
            ]
        )
    )  # fmt: skip
    weights = (ONE, *(Const(-0.5) for _ in range(n_legs - 1)))
    latency = draw(st.sampled_from((Const(0.0), Const(500.0))))
    return Rules(**dict(zip(SIGNALS, signals, strict=True)), weights=weights, latency_ms=latency)


@st.composite
def values_strategy(draw: st.DrawFn, rules: Rules) -> dict[str, Any]:
    """A complete parameter set of random rules: own parameters and risk, as `Strategy.complete` returns it."""
    own = {name: draw(_value(OWN[name])) for name in rules.parameters}
    return strategy_of(rules).complete({**own, **draw(risk_strategy(leverage=len(rules.weights) == 1))})


def risk_strategy(*, leverage: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Risk parameters, near the price moves of `testing.paths` and often on its tick grid; with leverage if asked."""
    fraction = st.one_of(st.sampled_from((0.01, 0.02, 0.05, 0.1)), st.floats(0.001, 0.3))
    off = st.none()
    return st.fixed_dictionaries(
        {
            "position_size": st.one_of(st.sampled_from((0.1, 1.0, 0.5)), st.floats(0.01, 1.0)),
            "stop_loss": st.one_of(off, fraction),
            "take_profit": st.one_of(off, fraction),
            "trailing_stop": st.one_of(off, off, fraction),
            "max_holding_bars": st.one_of(off, off, st.integers(1, 12)),
            "direction": st.sampled_from(("both", "both", *risk.DIRECTIONS)),
            "leverage": st.sampled_from((1.0, 1.0, 2.0, 5.0, 20.0)) if leverage else st.just(1.0),
        }
    )


def strategy_of(rules: Rules) -> Strategy:
    """Random rules as a strategy, with those parameters of `OWN` that they use."""
    own = Space({name: OWN[name] for name in rules.parameters})
    return Strategy("random_rules", "generated", own, rules, source="drawn by hypothesis")


def can_measure(indicator: Indicator, unit: Unit) -> bool:
    """Whether the indicator, of suitable inputs, can give a series of ``unit``."""
    return indicator.unit == unit or (indicator.unit == "same" and indicator.inputs[0] not in FIELD_UNITS)


def _value(kind: Kind) -> st.SearchStrategy[Any]:
    if isinstance(kind, Int):
        return st.integers(kind.low, kind.high)
    assert isinstance(kind, Float)
    return st.floats(kind.low, kind.high).map(lambda x: round(x, 3))
