"""The lab on markets whose truth is known: intervals, resuming, and independence of the number of processes."""

from __future__ import annotations

import time
from functools import partial

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import Cell, Trial, calibrate, discover_once, rate, together
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.journal import JournalInMemory
from alpha_discovery.discovery.noise_markets import Shape, gaussian, planted
from alpha_discovery.errors import OutOfRange

CHEAP = Costs(0.0002, 0.0001)
SHAPE = Shape(bars=24 * 300)
CAMPAIGN = Campaign(symbols=("SYN/USDT",), strategies=("sma_cross",), max_iterations=40, costs=CHEAP)
NOISE = partial(gaussian, shape=SHAPE)


def without_time(cell: Cell) -> list[Trial]:
    return [Trial(**{**vars(trial), "seconds": 0.0}) for trial in cell.trials]


def trial(seed: int, *, reported: int = 0, confirmed: int = 0) -> Trial:
    return Trial(seed, 10, 10, confirmed, reported, 1.0, (), 0.0)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Clopper-Pearson, closed forms: 1 - (0.025)^(1/n) for no hit, (0.025)^(1/n) for all
        (0, 20, 0.0, 0.16843347098308536),
        (20, 20, 0.8315665290169146, 1.0),
        # R: binom.test(7, 60)$conf.int
        (7, 60, 0.0482, 0.2257),
    ],
)
def test_a_rate_has_its_exact_interval(hits: int, n: int, low: float, high: float) -> None:
    found = rate(hits, n)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


def test_a_rate_needs_hits_within_the_markets() -> None:
    with pytest.raises(OutOfRange):
        rate(5, 4)


def test_a_cell_counts_markets_and_not_alphas() -> None:
    cell = Cell("x", (trial(1, reported=3, confirmed=4), trial(2, confirmed=1), trial(3), trial(4)))
    assert (cell.reporting.hits, cell.confirming.hits) == (1, 2)
    assert together([cell, cell]).n == 8


def test_an_edge_is_found_and_noise_is_not() -> None:
    edge = calibrate("edge", partial(planted, shape=SHAPE, sharpe=9.0, costs=CHEAP), CAMPAIGN, [1, 2])
    noise = calibrate("noise", NOISE, CAMPAIGN, [1, 2])
    assert edge.confirming.hits == 2
    assert noise.confirming.hits == 0


def test_processes_change_no_number() -> None:
    one = calibrate("noise", NOISE, CAMPAIGN, [1, 2, 3], workers=1)
    two = calibrate("noise", NOISE, CAMPAIGN, [1, 2, 3], workers=2)
    assert without_time(one) == without_time(two)


def test_what_the_journal_holds_is_not_computed_again() -> None:
    journal, made = JournalInMemory(), []

    def market(seed: int) -> dict[str, Bars]:
        made.append(seed)
        return gaussian(seed, shape=SHAPE)

    first = calibrate("noise", market, CAMPAIGN, [1, 2], journal=journal)
    again = calibrate("noise", market, CAMPAIGN, [1, 2, 3], journal=journal)
    assert made == [1, 2, 3]
    assert again.trials[:2] == first.trials


@pytest.mark.parametrize(("name", "seed"), [("other noise", 0), ("noise", 5)])
def test_another_cell_does_not_take_its_results(name: str, seed: int) -> None:
    journal = JournalInMemory()
    calibrate("noise", NOISE, CAMPAIGN, [1], journal=journal)
    changed = Campaign.from_json({**CAMPAIGN.to_json(), "max_iterations": 40 + seed})
    calibrate(name, NOISE, changed, [1], journal=journal)
    assert len(list(journal.entries())) == 2


def test_a_market_depends_on_its_seed_alone() -> None:
    one, two = (discover_once(NOISE(3), Campaign.from_json({**CAMPAIGN.to_json(), "seed": 3})) for _ in range(2))
    assert Trial(**{**vars(one), "seconds": 0.0}) == Trial(**{**vars(two), "seconds": 0.0})


def test_no_market_is_no_calibration() -> None:
    with pytest.raises(OutOfRange):
        calibrate("noise", NOISE, CAMPAIGN, [])


def slow_after_the_first(seed: int) -> dict[str, Bars]:
    time.sleep(0.0 if seed == 1 else 60.0)
    return dict(NOISE(seed))


def test_markets_in_hand_are_not_waited_for_when_somebody_interrupts() -> None:
    def interrupted(_: Trial) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        calibrate("noise", slow_after_the_first, CAMPAIGN, [1, 2, 3], workers=2, progress=interrupted)
    assert time.monotonic() - began < 50.0
