"""What trading costs, as one frozen value."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from typing import Any

from alpha_discovery.errors import OutOfRange, UserError

_FRACTIONS = ("commission", "maker", "slippage", "maintenance")
_MOST = math.nextafter(0.5, 0.0)
_SIZED = ("impact", "max_share", "capital")


@dataclass(frozen=True)
class Costs:
    """Costs of one fill.

    Market impact follows the square-root law: an order of ``Q`` units moves the price against itself by
    ``impact * sigma * sqrt(Q / V)``, where ``V`` is the volume and ``sigma = (high - low) / close / (2 sqrt(ln 2))``
    the volatility (Parkinson 1980) of the bar before the fill: both are known when the order is sent. ``Q / V`` counts
    as at most 1, and the move as at most half of the price. Limit (target) fills have no impact.

    Source: Almgren, Thum, Hauptmann and Li (2005), Direct estimation of equity market impact, Risk 18(7), find a power
    of 3/5 of ``Q / V`` with a factor of 0.142 for temporary impact; Gatheral (2010), No-dynamic-arbitrage and market
    impact, Quantitative Finance 10(7), and Toth et al. (2011), Physical Review X 1, the square root with a factor of
    about 1, across markets.

    Attributes
    ----------
    commission : float
        Fraction of the traded value, paid on each side (0.001 is 10 basis points): the taker's rate.
    maker : float or None
        The rate of limit (target) fills; None: the same as ``commission``.
    slippage : float
        Fraction by which a market or stop fill is worse than its price; limit (target) fills have none.
    maintenance : float
        Margin that a leveraged position must keep, as a fraction of its value; below it, it is liquidated.
    impact : float
        The factor of the square-root law, in [0, 10]; about 1 in what was measured, 0: size costs nothing.
    max_share : float or None
        An entry takes at most this share, in (0, 1], of the volume of the bar before it, and none where that had no
        volume; None: any size is filled.
    capital : float
        What the starting equity of 1 is worth, in the currency of the prices; only ``impact`` and ``max_share`` ask.
    """

    commission: float = 0.001
    slippage: float = 0.0005
    maker: float | None = None
    maintenance: float = 0.005
    impact: float = 0.0
    max_share: float | None = None
    capital: float = 10_000.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            kind: type = type(value)
            if not isinstance(value, Real):
                raise UserError(f"{field.name} needs a number; found {value!r}", field=field.name)
            if kind not in (int, float):  # a float32 of numpy, say, which no JSON holds
                object.__setattr__(self, field.name, float(value))
        for name in _FRACTIONS:
            value = getattr(self, name)
            if value is not None and not 0.0 <= value < 0.5:
                raise OutOfRange(name=name, value=value, allowed="[0, 0.5) (a fraction: 0.001 is 0.1 %)")
        if not 0.0 <= self.impact <= 10.0:
            raise OutOfRange(name="impact", value=self.impact, allowed="[0, 10] (about 1 in measured markets)")
        if self.max_share is not None and not 0.0 < self.max_share <= 1.0:
            raise OutOfRange(name="max_share", value=self.max_share, allowed="(0, 1] (of a bar's volume: 0.05 is 5 %)")
        if not 0.0 < self.capital < 1e15:
            raise OutOfRange(name="capital", value=self.capital, allowed="(0, 1e15) (in the currency of the prices)")

    def times(self, factor: float) -> Costs:
        """The same costs ``factor`` times as high, for stress tests; what volume allows stays as it is."""
        maker = None if self.maker is None else min(_MOST, self.maker * factor)
        return replace(
            self, commission=min(_MOST, self.commission * factor), slippage=min(_MOST, self.slippage * factor),
            maker=maker, impact=min(10.0, self.impact * factor),
        )  # fmt: skip

    def shared(self, sleeves: int) -> Costs:
        """The costs of one of several sleeves that share the capital."""
        return self if sleeves == 1 else replace(self, capital=self.capital / sleeves)

    @property
    def limit_commission(self) -> float:
        """The rate of limit fills."""
        return self.commission if self.maker is None else self.maker

    @property
    def depends_on_size(self) -> bool:
        """Whether volume matters: to what a fill costs, or to how much is filled."""
        return self.impact > 0.0 or self.max_share is not None

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name; those of size only where size matters."""
        return {name: value for name, value in asdict(self).items() if self.depends_on_size or name not in _SIZED}
