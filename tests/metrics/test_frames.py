"""The table of metrics."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.results import SUMMARY
from alpha_discovery.metrics.frames import summary_frame
from alpha_discovery.metrics.summary import METRICS


def test_a_row_per_record_and_a_column_per_metric() -> None:
    records = np.zeros(3, dtype=SUMMARY)
    records["n_trades"], records["n_wins"] = [2, 0, 4], [1, 0, 1]
    frame = summary_frame(records, 365.0)
    assert tuple(frame.columns) == METRICS
    assert frame["win_rate"].tolist() == pytest.approx([0.5, np.nan, 0.25], nan_ok=True)
    assert frame["n_trades"].dtype == np.int64


def test_one_record_alone_is_one_row() -> None:
    assert len(summary_frame(np.zeros(1, dtype=SUMMARY)[0], 365.0)) == 1


def test_no_records_keep_the_columns() -> None:
    assert summary_frame(np.zeros(0, dtype=SUMMARY), 365.0).shape == (0, len(METRICS))
