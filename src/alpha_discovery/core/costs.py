"""What trading costs, as one frozen value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from alpha_discovery.errors import OutOfRange


@dataclass(frozen=True)
class Costs:
    """Costs of one fill.

    Attributes
    ----------
    commission : float
        Fraction of the traded value, paid on each side (0.001 is 10 basis points).
    slippage : float
        Fraction by which a market or stop fill is worse than its price; limit (target) fills have none.
    """

    commission: float = 0.001
    slippage: float = 0.0005

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0.0 <= value < 0.5:
                raise OutOfRange(name=name, value=value, allowed="[0, 0.5) (a fraction: 0.001 is 0.1 %)")

    def times(self, factor: float) -> Costs:
        """The same costs ``factor`` times as high, for stress tests."""
        return Costs(self.commission * factor, self.slippage * factor)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return asdict(self)
