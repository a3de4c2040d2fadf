"""A stored alpha as a file of another system."""

from __future__ import annotations

from contextlib import suppress

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.errors import NotFound
from alpha_discovery.exports.formats import Exported, exported
from alpha_discovery.exports.subject import Subject


def export_alpha(place: Workplace, alpha_id: str, form: str) -> Exported:
    """An alpha in one of `exports.formats.FORMATS`; whether its market pauses is asked of the catalog.

    Raises
    ------
    NotFound
        If there is no such alpha.
    UnknownName, UserError
        As `exports.formats.exported` and `exports.subject.Subject.of`.
    """
    alpha = place.lab.alphas.get(alpha_id)
    is_continuous = True
    symbol, _, venue = alpha.market["sleeves"][0][0].partition("@")
    with suppress(NotFound):  # prices that are gone: almost all markets here trade around the clock
        bars = place.lab.market_data.load(symbol, alpha.timeframe, venue or alpha.market["venue"])
        is_continuous = bars.instrument.calendar == "24/7"
    return exported(Subject.of(alpha, is_continuous=is_continuous), form)
