"""What an export is made of: the rule of one alpha with everything that decides its trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import number
from alpha_discovery.trading.limits import Limits


@dataclass(frozen=True)
class Subject:
    """A rule, its parameters, its costs and its market.

    Attributes
    ----------
    id, name : str
        Of the alpha, for headers and file names.
    rules : Rules
    parameters : mapping
        Every parameter, risk included; None is off.
    costs : Costs
    timeframe : Timeframe
    sleeves : tuple of tuple of str
        Markets that it was judged on; the legs of a position are traded together.
    intrabar : str
    is_continuous : bool
        Whether the market trades around the clock, so that a missing bar shows as a gap in the times.
    """

    id: str
    name: str
    rules: Rules
    parameters: Mapping[str, Any]
    costs: Costs
    timeframe: Timeframe
    sleeves: tuple[tuple[str, ...], ...]
    intrabar: str = "stop_first"
    is_continuous: bool = True

    @property
    def own(self) -> dict[str, Any]:
        """The parameters that the rules use."""
        return {name: self.parameters[name] for name in self.rules.parameters}

    @property
    def limits(self) -> Limits:
        """The risk parameters."""
        return Limits.of(self.parameters)

    @property
    def weights(self) -> tuple[float, ...]:
        """Each leg's share of the position."""
        return tuple(number(weight, self.own) for weight in self.rules.weights)

    @property
    def latency_ms(self) -> float:
        """Time from the open of a bar until an order is filled."""
        return number(self.rules.latency_ms, self.own)

    @property
    def warmup(self) -> int:
        """Bars before every condition can be known."""
        return self.rules.warmup(self.own)

    @property
    def words(self) -> list[str]:
        """The rule in sentences, with its values."""
        return self.rules.describe(self.own)

    @classmethod
    def of(cls, alpha: AlphaRecord, *, is_continuous: bool = True) -> Subject:
        """The subject of a stored alpha.

        Raises
        ------
        UserError
            If its backtest needs finer bars, which no exported file brings along.
        """
        if alpha.market["intrabar"] == "detail":
            raise UserError(
                f"alpha {alpha.id[:12]} was judged with finer bars inside each bar; an exported file has none. "
                "Judge it with intrabar stop_first, then export that"
            )
        sleeves = tuple(tuple(sleeve) for sleeve in alpha.market["sleeves"])
        costs = Costs(**alpha.costs)
        return cls(
            alpha.id, alpha.strategy_name, Rules.from_json(alpha.rules), alpha.parameters,
            costs.shared(len(sleeves)) if len(sleeves) > 1 else costs, Timeframe.parse(alpha.timeframe), sleeves,
            alpha.market["intrabar"], is_continuous,
        )  # fmt: skip
