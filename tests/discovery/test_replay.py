"""An alpha recomputed from its record alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign, Thresholds
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.regime_days import regime_days
from alpha_discovery.discovery.replay import detector_of, granted_round, judged_bars, measured, reopened, replay
from alpha_discovery.discovery.run import Lab, discover
from alpha_discovery.discovery.sleeves import calendar_of
from alpha_discovery.errors import BadMarketData, NotFound, VaultSealed
from alpha_discovery.testing.markets import planted_trend

MakeLab = Callable[..., Lab]
MakeCampaign = Callable[..., Campaign]
LOW = Thresholds(min_sharpe_ratio=0.1, min_profit_factor=1.0, max_drawdown=0.9)


class Held:
    """The port `MarketData` over bars in memory."""

    def __init__(self, *bars: Bars) -> None:
        self._bars = {bars_.instrument.symbol: bars_ for bars_ in bars}

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        return self._bars[symbol]


def alpha_of(found: tuple[AlphaRecord, ...]) -> AlphaRecord:
    """The first alpha, as it comes back from JSON."""
    first = found[0]
    texts = {name: json.loads(json.dumps(getattr(first, name))) for name in ("market", "metrics", "evidence", "rules")}
    return replace(first, **texts)


@pytest.fixture(scope="module")
def longer() -> Bars:
    """The planted market with a month more than the alpha was judged on."""
    return planted_trend(24 * 395, seed=3, sharpe=9.0)


@pytest.fixture(scope="module")
def lab(make_lab: MakeLab, planted: Bars) -> Lab:
    """In which the alpha was found; replaying only reads."""
    return make_lab(planted)


@pytest.fixture
def ledger(lab: Lab) -> Ledger:
    return lab.ledger


@pytest.fixture(scope="module")
def alpha(lab: Lab, make_campaign: MakeCampaign) -> AlphaRecord:
    return alpha_of(discover(make_campaign(thresholds=LOW), lab).alphas)


def test_every_number_comes_out_again(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    found = replay(alpha, Held(planted), ledger)
    assert found.is_exact
    assert {one.part for one in found.numbers} == {"search", "vault", "full", "beside", "record"}
    assert {one.name for one in found.numbers if one.part == "vault"} == set(alpha.metrics["vault"])


def test_the_regimes_of_an_alpha_are_those_of_its_campaigns_detector(
    make_lab: MakeLab, make_campaign: MakeCampaign, planted: Bars
) -> None:
    lab = make_lab(planted)
    alpha = alpha_of(discover(make_campaign(thresholds=LOW, regimes="markov"), lab).alphas)
    past = reopened(alpha, Held(planted))
    days = calendar_of(past.search)
    told = {part: sum(row["days"] for row in rows.values()) for part, rows in alpha.evidence["regimes"].items()}
    assert alpha.evidence["regime_detector"] == detector_of(alpha) == "markov"
    assert told["search"] == (regime_days(past.search, days, "markov") >= 0).sum()
    assert told["search"] != (regime_days(past.search, days) >= 0).sum()  # forty days of a fit, not twenty-one
    assert alpha.market_regime == max((rows := alpha.evidence["regimes"]["vault"]), key=lambda one: rows[one]["days"])
    again = measured(alpha, past, lab.ledger)
    assert {part: again[part].regimes for part in ("search", "vault")} == alpha.evidence["regimes"]
    assert replay(alpha, Held(planted), lab.ledger).is_exact


def test_an_alpha_from_before_there_was_a_choice_was_judged_by_quantiles(alpha: AlphaRecord) -> None:
    evidence = {name: value for name, value in alpha.evidence.items() if name != "regime_detector"}
    assert detector_of(replace(alpha, evidence=evidence)) == "quantiles"


def test_bars_that_came_later_change_nothing(alpha: AlphaRecord, ledger: Ledger, longer: Bars) -> None:
    assert replay(alpha, Held(longer), ledger).is_exact


def test_several_markets_come_out_again(make_lab: MakeLab, make_campaign: MakeCampaign, planted: Bars) -> None:
    other = planted_trend(24 * 365, seed=4, sharpe=9.0)
    other = replace(other, instrument=replace(other.instrument, symbol="TWO/USDT"))
    lab = make_lab({"SYN/USDT": planted, "TWO/USDT": other})
    campaign = make_campaign(symbols=("SYN/USDT", "TWO/USDT"), thresholds=LOW, strategies=("sma_cross", "macd_cross"))
    for alpha in discover(campaign, lab).alphas:
        assert replay(alpha_of((alpha,)), Held(planted, other), lab.ledger).is_exact


@pytest.mark.parametrize(
    ("part", "name"), [("search", "sharpe_ratio"), ("vault", "n_trades"), ("full", "profit_factor")]
)
def test_a_number_that_was_changed_is_found(
    alpha: AlphaRecord, ledger: Ledger, planted: Bars, part: str, name: str
) -> None:
    metrics = json.loads(json.dumps(alpha.metrics))
    metrics[part][name] += 1e-12
    found = replay(replace(alpha, metrics=metrics), Held(planted), ledger)
    assert not found.is_exact
    assert (part, name) in {(one.part, one.name) for one in found.differing}


def test_parameters_that_were_changed_are_found_by_the_id_too(
    alpha: AlphaRecord, ledger: Ledger, planted: Bars
) -> None:
    changed = replace(alpha, parameters={**alpha.parameters, "stop_loss": 0.02})
    assert ("record", "id") in {(one.part, one.name) for one in replay(changed, Held(planted), ledger).differing}


def test_a_headline_that_was_changed_is_found(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    changed = replace(alpha, sharpe_ratio=alpha.sharpe_ratio + 1.0)
    differing = replay(changed, Held(planted), ledger).differing
    assert [(one.part, one.name) for one in differing] == [("record", "sharpe_ratio")]


def test_other_bars_are_refused_with_both_fingerprints(alpha: AlphaRecord, ledger: Ledger, noise: Bars) -> None:
    with pytest.raises(BadMarketData, match=r"are not those that the alpha was judged on \(fingerprint \w{12} then"):
        replay(alpha, Held(noise), ledger)


def test_bars_that_are_missing_are_refused(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    with pytest.raises(BadMarketData, match="are not those"):
        replay(alpha, Held(planted.slice(0, len(planted) - 1)), ledger)


def test_the_reopened_history_keeps_its_vault_sealed(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    past = reopened(alpha, Held(planted))
    vault_start = past.split.vault_start
    assert all(int(bars.time[-1]) < vault_start for bars in past.search.values())
    with pytest.raises(VaultSealed):
        past.open_vault(replace(granted_round(alpha, ledger), epoch="another"), ledger)


def test_an_alpha_with_another_epoch_in_its_evidence_opens_nothing(
    alpha: AlphaRecord, ledger: Ledger, planted: Bars
) -> None:
    evidence: dict[str, Any] = json.loads(json.dumps(alpha.evidence))
    evidence["combined"]["epoch"] = "another"
    with pytest.raises(NotFound, match="was never opened"):
        replay(replace(alpha, evidence=evidence), Held(planted), ledger)


def test_the_bars_an_alpha_was_judged_on_include_the_vault(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    (bars,) = judged_bars(alpha, Held(planted), ledger).values()
    assert bars.fingerprint == planted.fingerprint


def test_a_replay_has_a_frame_and_a_page_for_notebooks(alpha: AlphaRecord, ledger: Ledger, planted: Bars) -> None:
    found = replay(alpha, Held(planted), ledger)
    assert list(found.to_frame().columns) == ["part", "name", "stored", "now", "equal"]
    assert f"{len(found.numbers)} of {len(found.numbers)} numbers are equal" in found._repr_html_()
