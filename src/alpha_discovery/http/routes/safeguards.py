"""The limits that stop a bot, as a deployment is asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from alpha_discovery.bots.config import Safeguards

Fraction = Annotated[float | None, Query(gt=0.0, le=100.0, description="a fraction; left out: no limit")]


async def safeguards(
    max_position: Fraction = None, max_daily_loss: Fraction = None, max_drawdown: Fraction = None,
    max_jump: Annotated[float, Query(ge=0.0, le=100.0, description="a fraction; 0 switches it off")] = 0.5,
) -> Safeguards:  # fmt: skip
    """The limits of a new bot."""
    return Safeguards(max_position, max_daily_loss, max_drawdown, max_jump or None)


SafeguardsDep = Annotated[Safeguards, Depends(safeguards)]
