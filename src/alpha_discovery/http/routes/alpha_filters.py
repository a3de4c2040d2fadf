"""Which alphas are meant: the filters that a list, a page of a table and a file of it share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from alpha_discovery.http.routes.paging import Text
from alpha_discovery.storage.search_alphas import AlphaQuery

Names = Annotated[list[str] | None, Query(max_length=50)]


async def filters(
    strategy_type: Names = None, state: Names = None, deployment_status: Names = None, run_id: str | None = None,
    symbol: str | None = None, timeframe: str | None = None, min_validation_score: float | None = None,
    max_drawdown: float | None = None, text: Text = None, sort: str = "validation_score", descending: bool = True,
) -> AlphaQuery:  # fmt: skip
    """The alphas that match, in order; the page is the caller's."""
    return AlphaQuery(
        strategy_types=tuple(strategy_type or ()), states=tuple(state or ()), deployment=tuple(deployment_status or ()),
        run_id=run_id, symbol=symbol, timeframe=timeframe, min_score=min_validation_score, max_drawdown=max_drawdown,
        text=text, sort=sort, descending=descending,
    )  # fmt: skip


FiltersDep = Annotated[AlphaQuery, Depends(filters)]
