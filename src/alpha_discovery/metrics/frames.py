"""Metrics of many backtests as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alpha_discovery.core.results import Records
from alpha_discovery.metrics.summary import metric_columns


def summary_frame(records: Records, periods_per_year: float) -> pd.DataFrame:
    """One row a SUMMARY record, in their order; one column a metric, under the name users see.

    Values as in `metrics_of`: NaN without trades, infinity for a profit factor without losses; counts stay integers.
    No records give no rows, with all columns.
    """
    return pd.DataFrame(metric_columns(np.atleast_1d(records), periods_per_year))
