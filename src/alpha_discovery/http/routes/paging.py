"""Pages of lists: how they are asked for, and the headers that tell of the rest."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

Limit = Annotated[int, Query(ge=1, le=1000, description="entries of a page")]
Offset = Annotated[int, Query(ge=0, le=10**9, description="entries to pass over")]
Text = Annotated[str | None, Query(max_length=200, description="stands in the id, the names or the symbols")]
TOTAL = "X-Total-Count"


def tell_total(response: Response, total: int) -> None:
    """How many match in all, if they were counted."""
    if total >= 0:
        response.headers[TOTAL] = str(total)
