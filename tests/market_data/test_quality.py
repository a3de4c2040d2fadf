from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.findings import Finding, Origin, Quality
from alpha_discovery.market_data.quality import check, good_bars
from alpha_discovery.market_data.raw import NO_TIME, RawBars
from alpha_discovery.testing.markets import random_walk

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_704_067_200_000  # 2024-01-01T00:00Z, a Monday
BTC = Instrument("BTC/USDT")
ORIGIN = Origin("a.csv", "0" * 64, "text, named columns")


def rows(hours: Sequence[float], *, step: int = HOUR, **over: dict[int, float]) -> RawBars:
    """Rows at START + hours (times step): open 10, high 12, low 9, close 11, volume 1; ``over`` sets single cells."""
    n = len(hours)
    columns: dict[str, Any] = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1.0}
    columns = {name: np.full(n, value) for name, value in columns.items()}
    for name, cells in over.items():
        for row, value in cells.items():
            columns[name][row] = value
    time = (START + np.asarray(hours) * step).astype(np.int64)
    place = np.arange(2, n + 2, dtype=np.int64)
    return RawBars(time=time, **columns, place=place, file=np.zeros(n, dtype=np.int64), origin=(ORIGIN,))


def found(quality: Quality, kind: str) -> list[Finding]:
    return [finding for finding in quality.findings if finding.kind == kind]


def only(quality: Quality, kind: str) -> Finding:
    """The one finding of the check, which must be of this kind."""
    assert [finding.kind for finding in quality.findings] == [kind]
    return quality.findings[0]


def test_good_rows_have_no_findings() -> None:
    quality = check(rows(range(10)), "1h")
    assert quality.findings == ()
    assert quality.keep.tolist() == list(range(10))


class TestRowsThatAreNoBars:
    @pytest.mark.parametrize(
        ("over", "kind", "text"),
        [
            ({"close": {3: np.nan}}, "not_finite", "line 5 has close=nan"),
            ({"volume": {3: np.inf}}, "not_finite", "line 5 has volume=inf"),
            ({"low": {3: 0.0}}, "not_positive", "line 5 has open=10, high=12, low=0, close=11, volume=1"),
            ({"low": {3: -1.0}}, "not_positive", "low=-1"),
            ({"volume": {3: -0.5}}, "not_positive", "volume=-0.5"),
            ({"high": {3: 10.5}}, "high_low", "high=10.5"),
            ({"low": {3: 10.5}}, "high_low", "low=10.5"),
        ],
    )
    def test_block_the_import_with_their_time_and_values(self, over: dict[str, Any], kind: str, text: str) -> None:
        quality = check(rows(range(6), **over), "1h")
        (finding,) = found(quality, kind)
        assert (finding.severity, finding.time, finding.row) == ("error", START + 3 * HOUR, 3)
        assert text in finding.text
        assert "--exclude-bad" in finding.action
        assert quality.blocked

    def test_tell_the_text_of_the_cell(self) -> None:
        raw = replace(rows(range(3), close={1: np.nan}), unread={(1, "close"): "n/a"})
        assert found(check(raw, "1h"), "not_finite")[0].text == "line 3 has close=nan (the file says 'n/a')"

    def test_without_a_time_have_none_in_the_finding(self) -> None:
        raw = rows(range(4))
        time = raw.time.copy()
        time[2] = NO_TIME
        quality = check(replace(raw, time=time, unread={(2, "time"): "total"}), "1h")
        (finding,) = found(quality, "bad_time")
        assert finding.time is None
        assert finding.text == "line 4 has no readable time: 'total'"

    def test_are_left_out_when_asked_and_become_gaps(self) -> None:
        quality = check(rows(range(6), close={3: np.nan}), "1h", exclude_bad=True)
        assert quality.keep.tolist() == [0, 1, 2, 4, 5]
        assert found(quality, "not_finite")[0].action == "left out; the bar is a gap now"
        assert [gap.time for gap in found(quality, "gap")] == [START + 3 * HOUR]
        assert not quality.blocked

    def test_are_named_when_they_are_refused(self) -> None:
        raw = rows(range(6), close={3: np.nan, 4: np.nan})
        message = r"not_finite at 2024-01-01T03:00Z: line 5 has close=nan \(and 1 more errors\); blocks the import"
        with pytest.raises(BadMarketData, match=message):
            good_bars(raw, check(raw, "1h"), BTC, "1h")

    def test_a_file_of_nothing_else_is_refused_even_with_exclude_bad(self) -> None:
        raw = rows(range(3), close={0: np.nan, 1: np.nan, 2: np.nan})
        with pytest.raises(BadMarketData, match="none of the 3 rows is a bar"):
            good_bars(raw, check(raw, "1h", exclude_bad=True), BTC, "1h")


class TestOrder:
    def test_a_descending_file_is_sorted_and_told_once(self) -> None:
        quality = check(rows([3, 2, 1, 0]), "1h")
        finding = only(quality, "order")
        assert (finding.severity, finding.count, finding.action) == ("fixed", 4, "sorted")
        assert quality.keep.tolist() == [3, 2, 1, 0]

    def test_a_row_in_the_wrong_place_is_told_with_its_time(self) -> None:
        quality = check(rows([0, 1, 3, 2, 4]), "1h")
        finding = only(quality, "order")
        assert (finding.row, finding.time, finding.text[:6]) == (3, START + 2 * HOUR, "line 5")
        assert quality.keep.tolist() == [0, 1, 3, 2, 4]

    def test_many_rows_in_the_wrong_place_are_counted(self) -> None:
        shuffled = np.random.default_rng(1).permutation(1000).tolist()
        finding = only(check(rows(shuffled), "1h"), "order")
        assert finding.count == int((np.diff(shuffled) < 0).sum())


class TestDuplicates:
    def test_that_are_equal_are_kept_once(self) -> None:
        quality = check(rows([0, 1, 1, 2]), "1h")
        finding = only(quality, "duplicate")
        assert (finding.severity, finding.time, finding.action) == ("fixed", START + HOUR, "one row kept")
        assert finding.text == "2 equal rows of one time (line 3 and line 4)"
        assert quality.keep.tolist() == [0, 1, 3]

    def test_that_contradict_each_other_block_the_import(self) -> None:
        quality = check(rows([0, 1, 1, 2], close={2: 11.5}), "1h")
        (finding,) = found(quality, "duplicate")
        assert finding.severity == "error"
        assert "close is 11 and 11.5" in finding.text

    def test_that_contradict_each_other_are_all_left_out_when_asked(self) -> None:
        quality = check(rows([0, 1, 1, 2], close={2: 11.5}), "1h", exclude_bad=True)
        assert quality.keep.tolist() == [0, 3]
        assert [gap.count for gap in found(quality, "gap")] == [1]

    def test_a_broken_row_does_not_contradict_a_good_one(self) -> None:
        quality = check(rows([0, 1, 1, 2], close={2: np.nan}), "1h", exclude_bad=True)
        assert quality.keep.tolist() == [0, 1, 3]


class TestInterval:
    def test_a_file_of_another_timeframe_is_refused(self) -> None:
        quality = check(rows(range(0, 40, 4)), "1h")
        (finding,) = found(quality, "wrong_interval")
        assert (finding.severity, finding.row) == ("error", -1)
        assert finding.text == "most bars are 4h apart, not 1h"

    def test_also_if_bad_bars_are_to_be_left_out(self) -> None:
        assert check(rows(range(0, 40, 4)), "1h", exclude_bad=True).blocked

    def test_a_finer_file_is_refused(self) -> None:
        assert "1m apart, not 1h" in found(check(rows(range(10), step=60_000), "1h"), "wrong_interval")[0].text

    def test_a_bar_off_the_grid_blocks_the_import(self) -> None:
        quality = check(rows([0, 1, 2, 2.5, 3, 4]), "1h")
        (finding,) = found(quality, "wrong_interval")
        assert (finding.severity, finding.row) == ("error", 3)
        assert finding.text == "line 5 (2024-01-01T02:30:00.000Z) is not where a 1h bar opens"

    def test_a_grid_of_another_zone_is_a_warning(self) -> None:
        quality = check(rows([n + 0.5 for n in range(10)]), "1h")
        finding = only(quality, "wrong_interval")
        assert (finding.severity, finding.text) == ("warning", "bars open 30m after the 1h openings of UTC")
        assert len(quality.keep) == 10

    def test_weeks_open_on_monday(self) -> None:
        assert check(rows(range(10), step=7 * DAY), "1w").findings == ()

    def test_months_open_on_the_first(self) -> None:
        first_of_month = [0, 31, 60, 91, 121, 152]  # days of January to June 2024
        assert check(rows(first_of_month, step=DAY), "1M").findings == ()

    def test_a_month_that_opens_later_blocks_the_import(self) -> None:
        assert found(check(rows([0, 31, 61, 91], step=DAY), "1M"), "wrong_interval")[0].row == 2

    def test_an_exchange_may_open_at_any_time(self) -> None:
        session = [14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5]  # New York in winter
        hours = [day * 24 + hour for day in range(5) for hour in session]
        assert check(rows(hours), "1h", "exchange").findings == ()

    def test_overlapping_bars_of_an_exchange_block_the_import(self) -> None:
        quality = check(rows([14.5, 15.5, 16, 16.5, 17.5, 18.5, 19.5]), "1h", "exchange")
        assert "opens inside the 1h bar before it" in found(quality, "wrong_interval")[0].text


class TestGaps:
    def test_are_told_with_their_first_missing_time_and_length(self) -> None:
        quality = check(rows([0, 1, 2, 6, 7]), "1h")
        finding = only(quality, "gap")
        assert (finding.severity, finding.time, finding.count) == ("warning", START + 3 * HOUR, 3)
        assert finding.text == "3 bars missing from 2024-01-01T03:00Z to 2024-01-01T06:00Z"
        assert finding.action == "stays a gap; no bar is made up"

    def test_are_summed_as_a_share_of_what_should_be_there(self) -> None:
        quality = check(rows([0, 1, 2, 6, 7]), "1h")
        assert (quality.missing, quality.expected, quality.missing_share) == (3, 8, 0.375)

    def test_of_months_count_months(self) -> None:
        assert only(check(rows([0, 31, 121], step=DAY), "1M"), "gap").count == 2

    def test_of_more_than_half_are_told_for_the_whole(self) -> None:
        quality = check(rows([0, 1, 2, 3, 20]), "1h")
        assert found(quality, "gap")[0].text == "76% of the bars are missing: 16 of 21"
        assert quality.missing == 16

    def test_of_an_exchange_are_longer_than_a_holiday(self) -> None:
        days = [0, 1, 2, 3, 4, 7, 8, 18, 21]
        quality = check(rows(days, step=DAY), "1d", "exchange")
        assert only(quality, "gap").text == "no bars between 2024-01-09 and 2024-01-19 (7 weekdays)"

    @pytest.mark.parametrize(
        ("days", "timeframe", "missing"),
        [([0, 7, 14, 35], "1w", 2), ([0, 7, 14, 21], "1w", 0), ([0, 31, 60, 121], "1M", 1), ([0, 31, 60, 91], "1M", 0)],
    )
    def test_of_an_exchange_are_weeks_and_months_that_it_was_open_in(
        self, days: list[int], timeframe: str, missing: int
    ) -> None:
        quality = check(rows(days, step=DAY), timeframe, "exchange")
        assert (quality.missing, quality.expected) == (missing, 4 + missing)

    def test_beyond_a_thousand_are_told_as_a_sum(self) -> None:
        hours = np.cumsum(np.where(np.arange(4000) % 3 == 0, 2, 1)).tolist()
        quality = check(rows(hours), "1h")
        gaps = found(quality, "gap")
        assert len(gaps) == 1001
        assert gaps[0].text.startswith("333 more gaps") or any("333 more gaps" in gap.text for gap in gaps)
        assert quality.missing == 1333


class TestJumps:
    def walk(self) -> RawBars:
        return RawBars.of(random_walk(600, seed=3, sigma_annual=0.5))

    def with_price(self, name: str, row: int, factor: float) -> RawBars:
        raw = self.walk()
        values = getattr(raw, name).copy()
        values[row] *= factor
        extremes = {"high": raw.high.copy(), "low": raw.low.copy()} | {name: values}
        extremes["high"][row] = max(extremes["high"][row], values[row])
        extremes["low"][row] = min(extremes["low"][row], values[row])
        return replace(raw, **extremes)

    def test_an_ordinary_market_has_none(self) -> None:
        assert check(self.walk(), "1h").findings == ()

    @pytest.mark.parametrize("name", ["high", "low", "open", "close"])
    def test_a_price_far_from_its_surroundings_is_told(self, name: str) -> None:
        raw = self.with_price(name, 300, 0.5 if name == "low" else 2.0)
        jumps = found(check(raw, "1h"), "outlier_jump")
        assert (300, "warning") in [(jump.row, jump.severity) for jump in jumps]
        assert any(jump.text.startswith(f"{name} is ") for jump in jumps)

    def test_a_move_that_stays_is_not_told(self) -> None:
        raw = self.walk()
        lift = np.where(np.arange(600) < 300, 1.0, 1.5)
        moved = {name: getattr(raw, name) * lift for name in ("open", "high", "low", "close")}
        assert found(check(replace(raw, **moved), "1h"), "outlier_jump") == []

    @pytest.mark.parametrize(("stays", "told"), [(1.02, [300]), (1.15, [])])
    def test_a_move_is_told_only_if_it_is_undone(self, stays: float, told: list[int]) -> None:
        raw = self.walk()
        lift = np.where(np.arange(600) < 300, 1.0, stays)
        lift[300] = 1.3
        moved = {name: getattr(raw, name) * lift for name in ("open", "high", "low", "close")}
        moved["open"][300], moved["low"][300] = raw.open[300], min(raw.low[300], raw.open[300])
        jumps = found(check(replace(raw, **moved), "1h"), "outlier_jump")
        assert [jump.row for jump in jumps if jump.text.startswith("close")] == told

    def test_a_move_beyond_a_factor_of_three_is_told_even_if_it_stays(self) -> None:
        raw = self.walk()
        lift = np.where(np.arange(600) < 300, 1.0, 3.5)
        moved = {name: getattr(raw, name) * lift for name in ("open", "high", "low", "close")}
        (jump,) = found(check(replace(raw, **moved), "1h"), "outlier_jump")
        assert jump.row == 300

    def test_a_split_is_told_on_an_exchange(self) -> None:
        bars = random_walk(600, seed=3, timeframe="1d", sigma_annual=0.3)
        raw = RawBars.of(bars)
        split = np.where(np.arange(600) < 300, 2.0, 1.0)
        moved = {name: getattr(raw, name) * split for name in ("open", "high", "low", "close")}
        assert [f.row for f in check(replace(raw, **moved), "1d", "exchange").findings] == [300]


class TestStandstills:
    def still(self, *, volume: float, length: int = 30) -> RawBars:
        raw = RawBars.of(random_walk(200, seed=1))
        columns = {name: getattr(raw, name).copy() for name in ("open", "high", "low", "close", "volume")}
        for name in ("open", "high", "low", "close"):
            columns[name][100 : 100 + length] = raw.close[99]
        columns["volume"][100 : 100 + length] = volume
        return replace(raw, **columns)

    def test_a_price_that_stands_for_a_day_is_told(self) -> None:
        (finding,) = found(check(self.still(volume=5.0), "1h"), "stuck_price")
        assert (finding.severity, finding.row) == ("warning", 100)
        assert finding.count == 30
        assert "with a volume of 150" in finding.text

    def test_a_short_standstill_with_volume_is_nothing(self) -> None:
        assert check(self.still(volume=5.0, length=10), "1h").findings == ()

    def test_filled_outages_are_told(self) -> None:
        finding = only(check(self.still(volume=0.0, length=3), "1h"), "no_trades")
        assert (finding.row, finding.count, finding.severity) == (100, 3, "warning")

    def test_filled_outages_are_left_out_when_asked(self) -> None:
        quality = check(self.still(volume=0.0, length=3), "1h", exclude_untraded=True)
        assert len(quality.keep) == 197
        assert found(quality, "no_trades")[0].action == "left out; the bar is a gap now"
        assert [gap.count for gap in found(quality, "gap")] == [3]

    def test_a_dead_end_is_left_out_when_asked(self) -> None:
        raw = self.still(volume=0.0, length=100)
        quality = check(raw, "1h", exclude_untraded=True)
        assert len(quality.keep) == 100
        assert found(quality, "stuck_price") == []

    @pytest.mark.parametrize("unknown", [slice(0, 103), slice(100, 200)])
    def test_a_stretch_without_volumes_on_one_side_says_nothing_about_trades(self, unknown: slice) -> None:
        raw = self.still(volume=0.0, length=3)
        volume = raw.volume.copy()
        volume[unknown] = 0.0
        assert check(replace(raw, volume=volume), "1h").findings == ()

    def test_a_source_without_volumes_says_nothing_about_trades(self) -> None:
        raw = self.still(volume=0.0, length=3)
        assert check(replace(raw, volume=np.zeros(200)), "1h").findings == ()


class TestSuspicions:
    def week(self, first_hour: int, price: float = 1.1) -> RawBars:
        """Six weeks of currency trading, 120 hours each, the first on hour ``first_hour`` of Sunday 2024-01-07."""
        starts = [6 * 24 + first_hour + week * 168 for week in range(6)]
        raw = rows([start + hour for start in starts for hour in range(120)])
        factor = price / 11.0
        return replace(raw, **{name: getattr(raw, name) * factor for name in ("open", "high", "low", "close")})

    def kinds(self, raw: RawBars, symbol: str) -> set[str]:
        return {finding.kind for finding in check(raw, "1h", "exchange", symbol=symbol).findings}

    def test_weeks_that_begin_on_monday_at_midnight_are_the_clock_of_a_broker(self) -> None:
        assert self.kinds(self.week(24), "EUR/USD") == {"clock"}

    def test_weeks_that_begin_on_sunday_evening_are_utc(self) -> None:
        assert self.kinds(self.week(22), "EUR/USD") == set()

    def test_a_share_may_begin_its_week_when_it_likes(self) -> None:
        assert self.kinds(self.week(24), "AAPL") == set()

    def test_currency_prices_in_the_thousands_are_points(self) -> None:
        assert self.kinds(self.week(22, 110_000.0), "EUR/USD") == {"price_scale"}

    def test_bitcoin_may_cost_a_hundred_thousand(self) -> None:
        assert self.kinds(self.week(22, 110_000.0), "BTC/USD") == set()

    @pytest.mark.parametrize(("minutes", "kinds"), [(30, ["unfinished"]), (60, []), (90, [])])
    def test_a_last_bar_that_closes_after_the_file_was_written_was_open(self, minutes: int, kinds: list[str]) -> None:
        raw = replace(rows(range(5)), written=START + 4 * HOUR + minutes * 60_000)
        assert [finding.kind for finding in check(raw, "1h").findings] == kinds


class TestReport:
    def test_errors_come_first_then_what_was_fixed(self) -> None:
        quality = check(rows([0, 1, 2, 3, 3, 5, 6], close={1: np.nan}), "1h")
        assert [finding.severity for finding in quality.findings] == ["error", "fixed", "warning", "warning"]

    def test_remarks_of_the_reader_are_part_of_it(self) -> None:
        remark = Finding("no_volume", "warning", None, row=-1, count=3, text="no volume", action="0")
        assert check(replace(rows(range(3)), remarks=(remark,)), "1h").findings == (remark,)

    def test_is_plain_data(self) -> None:
        report = check(rows([0, 1, 4]), "1h").to_json()
        assert report["counts"] == {"gap": 1}
        assert report["findings"][0]["time"] == "2024-01-01T02:00Z"
        assert (report["rows"], report["bars"], report["expected"], report["missing"]) == (3, 3, 5, 2)

    def test_of_an_import_names_files_and_what_was_done(self) -> None:
        report = check(rows([0, 1, 1, 4]), "1h").as_import()
        assert report["origin"] == [{"file": "a.csv", "sha256": "0" * 64, "shape": "text, named columns"}]
        assert [finding["kind"] for finding in report["done"]] == ["duplicate"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_let_through_makes_bars(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 30))
    hours = data.draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))
    cells = st.dictionaries(st.integers(0, n - 1), st.sampled_from([np.nan, np.inf, -1.0, 0.0, 5.0, 20.0]), max_size=3)
    over: Any = {name: data.draw(cells) for name in ("open", "high", "low", "close", "volume")}
    raw = rows(hours, **over)
    quality = check(raw, "1h", exclude_bad=True)
    if quality.blocked:
        return
    bars = good_bars(raw, quality, BTC, "1h")
    told = {finding.row for finding in quality.findings if finding.severity != "warning"}
    assert isinstance(bars, Bars)
    assert len(raw) - len(bars) == 0 or told


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_change_the_bars(order: list[int]) -> None:
    raw = RawBars.of(random_walk(12, seed=1))
    columns = {name: getattr(raw, name)[order] for name in ("time", "open", "high", "low", "close", "volume")}
    shuffled = replace(raw, **columns)
    expected = good_bars(raw, check(raw, "1h"), BTC, "1h")
    assert good_bars(shuffled, check(shuffled, "1h"), BTC, "1h").fingerprint == expected.fingerprint
