"""Rules, and a strategy: rules with a name and the space of their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from alpha_discovery.core import risk
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.params import Kind
from alpha_discovery.core.scalar import Const, Scalar, as_scalar, scalar_from_json
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.errors import RuleError, UnknownName, UserError
from alpha_discovery.rules.json_form import bool_from_json, to_json
from alpha_discovery.rules.nodes import NEVER, Bool, Node
from alpha_discovery.rules.spelled import AnyRules, Spelled
from alpha_discovery.rules.text import readable
from alpha_discovery.rules.walk import legs, longest_warmup, parameters, warmup

FAMILIES = (
    "trend_following", "mean_reversion", "arbitrage", "momentum", "breakout", "volatility",
    "market_making", "pairs", "carry", "seasonality", "generated",
)  # fmt: skip
ZERO, ONE = Const(0.0), Const(1.0)
SIGNALS = ("enter_long", "exit_long", "enter_short", "exit_short")


@dataclass(frozen=True)
class Rules:
    """When to enter and leave, long and short; a condition that is left out is never true.

    ``weights`` gives each leg's share of the position (negative: the leg is sold); ``latency_ms`` is the time
    from the open of a bar until an order is filled.
    """

    enter_long: Bool = NEVER
    exit_long: Bool = NEVER
    enter_short: Bool = NEVER
    exit_short: Bool = NEVER
    weights: tuple[Scalar, ...] = (ONE,)
    latency_ms: Scalar = ZERO

    def __post_init__(self) -> None:
        for name in SIGNALS:
            if not isinstance(found := getattr(self, name), Bool):
                shown = readable(found) if isinstance(found, Node) else found
                raise RuleError(f"{name} needs a condition such as crosses_above(a, b); found {shown}")
        object.__setattr__(self, "weights", tuple(as_scalar(weight) for weight in self.weights))
        object.__setattr__(self, "latency_ms", as_scalar(self.latency_ms))
        if self.enter_long == NEVER and self.enter_short == NEVER:
            raise RuleError("rules need enter_long or enter_short; both are missing")
        read = max(legs(signal) for signal in self.signals)
        if len(self.weights) == 1 and self.weights[0] != ONE:
            raise RuleError("a single market has the weight 1; its size is the risk parameter position_size")
        if read > len(self.weights):
            raise RuleError(f"the rules read {read} legs but give {len(self.weights)} weights; give one weight a leg")

    @property
    def signals(self) -> tuple[Bool, Bool, Bool, Bool]:
        """The four conditions in the order of `SIGNALS`."""
        return self.enter_long, self.exit_long, self.enter_short, self.exit_short

    @property
    def n_legs(self) -> int:
        """Number of markets traded together."""
        return len(self.weights)

    def spelled(self, batch: Batch) -> Spelled:
        """These rules for every row."""
        return Spelled((self,), np.zeros(batch_size(batch), dtype=np.int64))

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that the rules use, sorted."""
        names = {name for signal in self.signals for name in parameters(signal)}
        for scalar in (*self.weights, self.latency_ms):
            names |= scalar.names()
        return tuple(sorted(names))

    def warmup(self, values: Mapping[str, float]) -> int:
        """Bars before every condition can be known, for one parameter set."""
        return max(warmup(signal, values) for signal in self.signals)

    def longest_warmup(self, ranges: Mapping[str, tuple[float, float]]) -> int:
        """Upper bound of the warm-up over ranges: every window and lag at its longest."""
        return max(longest_warmup(signal, ranges) for signal in self.signals)

    def to_json(self) -> dict[str, Any]:
        """Canonical JSON form; conditions that are never true are left out."""
        data: dict[str, Any] = {
            name: to_json(signal) for name, signal in zip(SIGNALS, self.signals, strict=True) if signal != NEVER
        }
        if self.weights != (ONE,):
            data["weights"] = [weight.to_json() for weight in self.weights]
        if self.latency_ms != ZERO:
            data["latency_ms"] = self.latency_ms.to_json()
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Rules:
        """Inverse of `to_json`; raises `RuleError`, `UnknownName`."""
        known = (*SIGNALS, "weights", "latency_ms")
        if unknown := [name for name in data if name not in known]:
            raise UnknownName(kind="part of rules", name=unknown[0], known=known)
        signals = {name: bool_from_json(data[name]) for name in SIGNALS if name in data}
        weights = tuple(scalar_from_json(weight) for weight in data.get("weights", [1]))
        return Rules(**signals, weights=weights, latency_ms=scalar_from_json(data.get("latency_ms", 0)))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the JSON form: the identity of the rules."""
        return content_hash(self.to_json())

    def describe(self, values: Mapping[str, Any] | None = None) -> list[str]:
        """One sentence a condition, e.g. "enter long when SMA(close, 10) crosses above SMA(close, 50)".

        Shares of the legs and the time to fill are stated after them where they are not 1 and 0.
        """
        pairs = zip(SIGNALS, self.signals, strict=True)
        lines = [f"{name.replace('_', ' ')} when {readable(s, values)}" for name, s in pairs if s != NEVER]
        if self.weights != (ONE,):
            shares = (f"{readable(weight, values)} of leg {leg}" for leg, weight in enumerate(self.weights, 1))
            lines.append(f"a long position holds {', '.join(shares)}")
        if self.latency_ms != ZERO:
            lines.append(f"orders fill {readable(self.latency_ms, values)} ms after the open")
        return lines


@dataclass(frozen=True)
class Strategy:
    """A named set of rules with its parameters.

    Attributes
    ----------
    name, family : str
        The name is the function's; the family one of `FAMILIES`.
    own : Space
        The parameters of the rules, without those of risk.
    rules : Rules
        The traced tree, or what writes one for each row of a batch.
    source, doc : str
        Where the idea comes from, and the docstring of the function.
    templates : mapping
        Named settings: own parameters and, where they differ from the usual ones, risk parameters.
    file : str
        Where it is defined; no part of its identity.
    """

    name: str
    family: str
    own: Space
    rules: AnyRules
    source: str
    doc: str = ""
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    file: str = field(default="", compare=False)
    searched_risk: Mapping[str, Kind] = field(default_factory=lambda: dict(risk.SEARCHED))

    @property
    def summary(self) -> str:
        """What it does in one line: the first of `doc`."""
        return self.doc.partition("\n")[0]

    @cached_property
    def space(self) -> Space:
        """The space a search explores by default: own parameters and the searched risk parameters."""
        return Space({**self.own.kinds, **self.searched_risk}, self.own.conditions)

    @cached_property
    def allowed(self) -> Space:
        """Every parameter with everything it may be set to, risk in full."""
        return Space({**self.own.kinds, **risk.ALLOWED}, self.own.conditions)

    @property
    def n_legs(self) -> int:
        """Number of markets traded together."""
        return self.rules.n_legs

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """``values`` checked, risk defaults added.

        Raises
        ------
        UnknownName, OutOfRange, UserError
            For an unknown name, a value outside its range, a missing own parameter.
        """
        full = {**risk.DEFAULTS, **values}
        return self.allowed.decode(self.allowed.encode(full), 0)

    def space_with(self, ranges: Mapping[str, Any]) -> Space:
        """The searched space with ranges narrowed or fixed; a range of risk may reach beyond the searched one.

        Within the searched range the searched steps stay; beyond it every allowed value is proposed.
        """
        space = self.space
        for name, wanted in ranges.items():
            if name not in self.allowed.kinds:
                raise UnknownName(kind=f"parameter of {self.name}", name=name, known=self.allowed.kinds)
            try:
                space = space.with_ranges({name: wanted})
            except UserError:
                space = replace(space, kinds={**space.kinds, name: self.allowed.kinds[name]})
                space = space.with_ranges({name: wanted})
        return space

    def longest_warmup(self, space: Space) -> int:
        """Upper bound of the warm-up over a space: every window and lag at its longest."""
        ranges = {name: (_least(kind), _greatest(kind)) for name, kind in space.kinds.items()}
        return self.rules.longest_warmup(ranges)

    @cached_property
    def fingerprint(self) -> str:
        """Identity of rules and space."""
        return content_hash(self.name, self.rules.to_json(), self.own.to_json())


def _least(kind: Kind) -> float:
    return float(np.nan_to_num(kind.from_unit(np.array([0.0])))[0])


def _greatest(kind: Kind) -> float:
    return float(np.nan_to_num(kind.from_unit(np.array([1.0 - 2.0**-53])))[0])
