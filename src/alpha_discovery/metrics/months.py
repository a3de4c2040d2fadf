"""Returns by calendar month and year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.errors import UserError
from alpha_discovery.metrics.conventions import finite_returns

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def monthly_returns(returns: npt.ArrayLike, times: npt.ArrayLike) -> pd.DataFrame:
    """Compounded return of each calendar month (UTC), one row a year.

    Parameters
    ----------
    returns : float64 (n,)
        Simple return per period as a fraction. NaN is refused.
    times : int64 (n,)
        When each period begins, milliseconds since 1970 UTC: its whole return counts for that month.

    Returns
    -------
    DataFrame, index ``year``, columns ``Jan`` .. ``Dec`` and ``Year``
        Fractions; NaN in months without a period, a first or last month that is not complete as far as it goes.

    Raises
    ------
    UserError
        If there is not one time for each return.
    """
    x, stamps = finite_returns(returns), np.asarray(times, dtype=np.int64)
    if stamps.shape != x.shape:
        raise UserError(f"monthly returns need one time for each return; found {stamps.size} for {x.size}")
    month = stamps.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)  # since 1970
    growth = pd.DataFrame({"year": 1970 + month // 12, "month": month % 12, "growth": 1.0 + x})
    table = growth.pivot_table(index="year", columns="month", values="growth", aggfunc="prod")
    table = table.reindex(columns=range(len(MONTHS))).set_axis(list(MONTHS), axis="columns")
    return table.assign(Year=growth.groupby("year")["growth"].prod()) - 1.0
