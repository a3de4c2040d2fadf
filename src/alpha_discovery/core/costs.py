"""What trading costs, as one frozen value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from alpha_discovery.errors import OutOfRange


@dataclass(frozen=True)
class Costs:
    """Costs of one fill.

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
    """

    commission: float = 0.001
    slippage: float = 0.0005
    maker: float | None = None
    maintenance: float = 0.005

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not 0.0 <= value < 0.5:
                raise OutOfRange(name=name, value=value, allowed="[0, 0.5) (a fraction: 0.001 is 0.1 %)")

    def times(self, factor: float) -> Costs:
        """The same costs ``factor`` times as high, for stress tests."""
        maker = None if self.maker is None else self.maker * factor
        return replace(self, commission=self.commission * factor, slippage=self.slippage * factor, maker=maker)

    @property
    def limit_commission(self) -> float:
        """The rate of limit fills."""
        return self.commission if self.maker is None else self.maker

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return asdict(self)
