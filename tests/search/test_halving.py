from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.space import Batch
from alpha_discovery.errors import UserError
from alpha_discovery.search.halving import Halving, Rows, Rung, halving, scheduled

NAN = float("nan")
BATCH: Batch = {"x": np.arange(9.0)}


def by_x(batch: Batch, rung: Rung, rows: Rows) -> np.ndarray:
    return np.asarray(batch["x"] * rung.bars)


def test_the_usual_schedule_looks_at_few_candidates_in_full() -> None:
    # 27 on a ninth, 9 on a third, 3 on all: 3 + 3 + 3 = 9 full evaluations instead of 27
    schedule = halving(rungs=3, factor=3.0)
    assert schedule.sizes(27) == (27, 9, 3)
    assert schedule.cost(27) == pytest.approx(9.0)


def test_only_the_last_look_gives_scores() -> None:
    halved = halving(rungs=3, factor=3.0).run(BATCH, by_x)
    assert halved.rows.tolist() == [8]
    assert np.isnan(halved.scores[:8]).all()
    assert halved.scores[8] == 8.0


def test_every_look_is_counted() -> None:
    assert halving(rungs=3, factor=3.0).run(BATCH, by_x).looked == (9, 3, 1)


def test_one_rung_is_a_full_look_at_everybody() -> None:
    halved = halving(rungs=1).run(BATCH, by_x)
    assert halved.scores.tolist() == BATCH["x"].tolist()


def test_a_candidate_without_score_never_goes_on() -> None:
    assert Rung(0.5, keep=0.5).survivors(np.array([NAN, 1.0, NAN, NAN])).tolist() == [1]


def test_ties_go_to_the_earlier_candidate() -> None:
    assert Rung(0.5, keep=0.5).survivors(np.array([1.0, 2.0, 1.0, 1.0])).tolist() == [0, 1]


def test_nobody_left_ends_the_looks() -> None:
    halved = halving(rungs=3).run(BATCH, lambda batch, *_: np.full(len(batch["x"]), NAN))
    assert halved.looked == (9,)
    assert np.isnan(halved.scores).all()


def test_a_rung_looks_at_the_last_bars() -> None:
    assert Rung(0.25).bar_range(100, 500) == (400, 500)
    assert Rung(1.0).bar_range(100, 500) == (100, 500)


def test_a_rung_looks_at_one_market_at_least() -> None:
    assert [Rung(1.0, markets=share).market_count(4) for share in (0.01, 0.25, 0.3, 1.0)] == [1, 1, 2, 4]


def test_the_schedule_reads_as_a_sentence() -> None:
    schedule = Halving((Rung(0.25, markets=0.5, keep=0.1), Rung(1.0)))
    assert str(schedule) == (
        "the best 0.1 on 0.25 of the bars of 0.5 of the markets, then all that are left on all bars and markets"
    )


@pytest.mark.parametrize("rungs", [(), (Rung(0.5),), (Rung(1.0), Rung(0.5), Rung(1.0))])
def test_a_schedule_that_does_not_rise_to_a_full_look_is_refused(rungs: tuple[Rung, ...]) -> None:
    with pytest.raises(UserError, match="halving needs"):
        Halving(rungs)


@pytest.mark.parametrize("fields", [{"bars": 0.0}, {"bars": 1.5}, {"bars": 1.0, "keep": 0.0}])
def test_shares_outside_their_range_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(UserError, match="above 0 and at most 1"):
        Rung(**fields)


def test_several_markets_are_halved_with_the_bars() -> None:
    # a ninth of the cost: a third of the bars on a third of the markets
    first, _, last = halving(rungs=3, factor=3.0, markets=9).rungs
    assert [first.bars, first.markets] == pytest.approx([1 / 3, 1 / 3])
    assert first.market_count(9) == 3
    assert (last.bars, last.markets) == (1.0, 1.0)


def test_a_schedule_is_a_number_of_rungs_or_the_rungs() -> None:
    assert scheduled(0) is None
    assert scheduled(3) == halving(rungs=3)
    assert scheduled([{"bars": 0.5, "keep": 0.2}, {"bars": 1.0}]) == Halving((Rung(0.5, keep=0.2), Rung(1.0)))


@pytest.mark.parametrize("told", [[{"bar": 1.0}], ["all"], -1])
def test_a_schedule_that_cannot_be_read_is_refused(told: object) -> None:
    with pytest.raises(UserError, match="halving needs"):
        scheduled(told)  # type: ignore[arg-type]
