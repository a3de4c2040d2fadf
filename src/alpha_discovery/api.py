"""What a person does from Python: load, backtest, screen, discover, look things up, replay.

Everything that is tried is counted in the trial ledger of the user's folder, whoever asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd

from alpha_discovery.bootstrap import StoredMarkets, Workplace, open_lab
from alpha_discovery.campaigns import Progress, run_campaign
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch, joined
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.across_epochs import vaults
from alpha_discovery.discovery.by_hand import Book, backtest_by_hand, screen_by_hand
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.detectors import Detected, Function, detect, signals_of
from alpha_discovery.discovery.foreign import Foreign, judge_foreign
from alpha_discovery.discovery.foreign_course import Signals
from alpha_discovery.discovery.foreign_family import ForeignFamily
from alpha_discovery.discovery.foreign_family import judge_family as judge_variants
from alpha_discovery.discovery.given import by_name, costs_of, legs_of, market_of, rows_of
from alpha_discovery.discovery.looks import Backtest, Screen
from alpha_discovery.discovery.packed_signals import PackedSignals
from alpha_discovery.discovery.record_frames import columns_of, frame_of
from alpha_discovery.discovery.records import AlphaRecord, EpochAccount, RunRecord
from alpha_discovery.discovery.replay import Replay
from alpha_discovery.discovery.replay import replay as replay_record
from alpha_discovery.discovery.run import Discovery, Lab
from alpha_discovery.environment import warn_of_unknown
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data import Catalog, Request, check_files
from alpha_discovery.market_data.foreign_files import read_family, read_signals
from alpha_discovery.market_data.frames import bars_of_frame, is_frame
from alpha_discovery.market_data.quality import good_bars
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.settings import Settings, read_settings
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.strategies.templates import templates
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe

ALL = 1_000_000  # runs or alphas that a listing holds at most
OF_REPORTS = ("campaign", "report", "funnel")  # of a run, and no columns of a listing
LEDGER = {
    **dict.fromkeys(("epoch", "markets", "start", "vault_start", "end"), str),
    **dict.fromkeys(("n_tested", "n_eligible", "n_runs"), int), "n_effective": float, "rounds": int,
    **dict.fromkeys(("level", "level_left", "next_level", "noise_reach", "noise_sharpe", "smallest_sharpe"), float),
    "vaults": list,
}  # fmt: skip


def load_bars(
    source: str | Path | Any, timeframe: str | None = None, *, symbol: str | None = None, venue: str | None = None,
    start: str | None = None, end: str | None = None, settings: Settings | None = None,
) -> Bars:  # fmt: skip
    """Bars of a stored market, or straight from a file or a frame.

    Parameters
    ----------
    source : str, Path or DataFrame
        A symbol (``"BTC/USDT"``, ``"BTC/USD@coinbase"``): stored by ``alpha data import``, or of the sample that ships
        with the package. Or a file, CSV to Parquet, that is checked and not stored. Or a frame of pandas or polars
        (`market_data.frames.bars_of_frame`), not stored either.
    symbol : str
        Of a frame: what it holds the prices of.
    timeframe : str
        ``1m`` ... ``1h`` ... ``1d``; coarser ones are made from what is stored. A file's name may say it.
    start, end : str, optional
        ISO 8601, UTC; ``end`` is not included.

    Raises
    ------
    NotFound, BadMarketData, UserError
        With what to do about it.
    """
    if is_frame(source):
        if symbol is None or timeframe is None:
            raise UserError("a frame needs a symbol and a timeframe, e.g. load_bars(frame, '1h', symbol='BTC/USDT')")
        return bars_of_frame(source, symbol, timeframe, venue).between(start, end)
    if not isinstance(source, str | Path):
        raise UserError(f"needs a symbol, a file or a frame; found {type(source).__name__}: load_bars('BTC/USD', '1h')")
    if isinstance(source, Path) or Path(source).suffix.lower() in (".csv", ".gz", ".zip", ".parquet", ".feather"):
        return _from_file(Path(source), timeframe, venue).between(start, end)
    if timeframe is None:
        raise UserError("which timeframe? name it, e.g. load_bars('BTC/USD', '1h')")
    base, _, named = source.partition("@")
    markets = StoredMarkets(Catalog(_settings(settings).data))
    return markets.load(base, timeframe, named.lower() or venue).between(start, end)


def backtest(
    strategy: str | Strategy, bars: Bars | tuple[Bars, ...], parameters: Mapping[str, Any] | None = None, *,
    costs: Costs | None = None, intrabar: str = "stop_first", settings: Settings | None = None,
) -> Backtest:  # fmt: skip
    """Backtest one parameter set, and count it in the trial ledger.

    Parameters
    ----------
    strategy : str or Strategy
        A registered name, one of the user's folder, or what ``@strategy`` made.
    bars : Bars or tuple of Bars
        The market; a tuple for a strategy that trades several together.
    parameters : mapping, optional
        Own parameters and risk; those left out are the strategy's ``standard`` template.
    costs : Costs, optional
        By default 0.1 % commission a side and 0.05 % slippage.
    intrabar : str
        ``stop_first`` or ``target_first``, for a bar that touches both.

    Returns
    -------
    Backtest
        ``.metrics``, ``.to_frame()`` (equity), ``.trades_frame()``.

    Raises
    ------
    UserError
        For an unknown strategy or parameter, a value outside its range, or too few bars.
    """
    place = _settings(settings)
    found = _strategy(strategy, place)
    values = {**templates(found).get("standard", {}), **by_name("parameters", parameters)}
    with _open(place) as opened:
        return backtest_by_hand(found, legs_of(bars), values, book(opened), costs=costs_of(costs), intrabar=intrabar)


def evaluate(
    strategy: str | Strategy, bars: Bars | tuple[Bars, ...], parameters: Mapping[str, Any] | None = None, **more: Any
) -> Backtest:
    """`backtest` under the name that belongs beside `screen`: one parameter set with all there is to see.

    Returns
    -------
    Backtest
        ``.equity``, ``.trades``, ``.positions`` (pandas), ``.to_polars()`` (the three as polars), ``.metrics``.
    """
    return backtest(strategy, bars, parameters, **more)


def plot(found: Backtest | Screen, x: str | None = None, y: str | None = None, *, by: str = "sharpe_ratio") -> Any:
    """A plotly figure: equity, trades, drawdown and exposure of a backtest, or the heatmap of a screen.

    Parameters
    ----------
    x, y : str
        Of a screen: the two parameters that span the heatmap.
    by : str
        Of a screen: the column whose mean colours it.

    Raises
    ------
    UserError
        If a screen comes without the two parameters.
    """
    from alpha_discovery.reports.interactive import course_plot, heatmap_plot

    if isinstance(found, Backtest):
        return course_plot(found.to_frame(), found.trades_frame(), title=repr(found)[1:-1])
    if not isinstance(found, Screen):
        raise UserError(f"plot needs what evaluate, backtest or screen gave; found {type(found).__name__}")
    if x is None or y is None or x == y:
        raise UserError("a heatmap needs two different parameters, e.g. ad.plot(found, 'fast', 'slow')")
    return heatmap_plot(found.heatmap(x, y, by), title=by)


def screen(
    strategy: str | Strategy | Sequence[str | Strategy], bars: Bars | tuple[Bars, ...],
    ranges: Mapping[str, Any] | Any = None, *,
    n: int = 1000, settings: Settings | None = None, **campaign: Any,
) -> Screen:  # fmt: skip
    """Backtest up to ``n`` parameter sets over the search part of the bars, and count them in the trial ledger.

    The last quarter of the bars is the vault: no search sees it, `discover` opens it for the few that stood out.

    Parameters
    ----------
    strategy : str, Strategy, or several
        Several are one family: what luck reaches is that of all of them together.
    bars : Bars or tuple of Bars
        Several markets are the legs of a strategy that trades several together, else sleeves of equal capital.
    ranges : mapping or DataFrame, optional
        Parameter to value, ``[low, high]``, or three values and more that are equally far apart (``range(5, 50, 5)``,
        ``np.linspace(0.01, 0.1, 10)``); by default the whole space. Or a frame (pandas or polars): every row is tried,
        in its order, and what it does not name comes from the strategy's ``standard`` template.
    n : int
        Parameter sets a strategy, at most; a frame is tried whole.
    **campaign
        Further settings of `Campaign`: ``method`` ("random", "brute_force"), ``costs``, ``seed``, ``intrabar``.

    Returns
    -------
    Screen
        ``.to_frame()`` (one row a parameter set, best first), ``.top(n, by=)``, ``.heatmap(x, y)``, ``.best``,
        ``.noise`` (what luck alone would reach).

    Raises
    ------
    UserError
        For an unknown strategy, parameter or setting, a range outside the space, or too few bars.
    """
    place = _settings(settings)
    named = (strategy,) if isinstance(strategy, str | Strategy) else tuple(strategy)
    found, legs = tuple(_strategy(one, place) for one in named), legs_of(bars)
    rows = None if ranges is None or isinstance(ranges, Mapping) else {one.name: _rows(one, ranges) for one in found}
    narrowed = {one.name: dict(ranges or {}) for one in found} if rows is None else {}
    told = {"symbols": list(dict.fromkeys(str(leg.instrument) for leg in legs)), "timeframe": legs[0].timeframe.name}
    names = [one.name for one in found]
    plan = Campaign.from_json({**told, "strategies": names, **campaign, "max_iterations": n, "ranges": narrowed})
    with _open(place) as opened:
        return screen_by_hand(found, legs, plan, book(opened), rows=rows, workers=place.threads)


def judge_signals(
    source: Path | str | pd.DataFrame | Function, bars: Bars, *, name: str, trials: int,
    risk: Mapping[str, Any] | None = None, costs: Costs | None = None, settings: Settings | None = None,
) -> Foreign:  # fmt: skip
    """Judge signals of a strategy that was written elsewhere, and count the trials behind it.

    Parameters
    ----------
    source : path, frame or callable
        A CSV of signals or trades (`market_data.foreign_files.read_signals`), a frame with some of the columns
        ``enter_long, exit_long, enter_short, exit_short`` and a row a bar, or a function of such a frame of prices; a
        function is searched for look-ahead and for its warm-up by running it on shortened prices.
    trials : int
        Variants that were tried before this one was chosen, itself included.

    Raises
    ------
    UserError, NotFound, TooFewBars
        With what to do about it.
    """
    bars = market_of(bars)
    if isinstance(source, str | Path):
        signals, detected = read_signals(Path(source), bars), None
    else:
        signals, detected = _signals(source, bars)
    with _open(_settings(settings)) as opened:
        return judge_foreign(
            signals, bars, book(opened), name=name, trials=trials, risk=risk, costs=costs, detected=detected
        )


def judge_family(
    sources: Path | str | Sequence[Path | str] | Mapping[str, pd.DataFrame | Function], bars: Bars, *, name: str,
    trials: int, risk: Mapping[str, Any] | None = None, costs: Costs | None = None, settings: Settings | None = None,
) -> ForeignFamily:  # fmt: skip
    """Judge variants of a strategy that was written elsewhere together, by StepM over all of them.

    Parameters
    ----------
    sources : path, sequence of paths, or mapping of name to frame or callable
        CSV files as for `judge_signals`, each a variant, or several where it has a column ``variant``; or frames and
        functions by name. A function that takes parameters: ``{str(n): partial(rule, n=n) for n in range(5, 50)}``.
    trials : int
        Variants that were tried, those given included; each that is not given counts as an independent one.

    Returns
    -------
    ForeignFamily
        ``.variants`` with a p-value and a reason each, ``.accepted`` the surest first.

    Raises
    ------
    UserError, NotFound, TooFewBars
        With what to do about it.
    """
    bars, detected = market_of(bars), dict[str, Detected]()
    if isinstance(sources, Mapping):
        variants = PackedSignals()
        for one, source in sources.items():
            signals, found = _signals(source, bars)
            variants.put(one, signals)
            detected |= {} if found is None else {one: found}
    else:
        variants = read_family([sources] if isinstance(sources, str | Path) else sources, bars)
    with _open(_settings(settings)) as opened:
        return judge_variants(
            variants, bars, book(opened), name=name, trials=trials, risk=risk, costs=costs, detected=detected
        )


def _signals(source: pd.DataFrame | Function, bars: Bars) -> tuple[Signals, Detected | None]:
    """Signals of a frame or a function, and what taking bars away brought to light of a function."""
    if isinstance(source, pd.DataFrame):
        return signals_of(lambda _: source, bars), None
    signals = signals_of(source, bars)
    return signals, detect(source, bars, signals)


def discover(
    campaign: Campaign | Mapping[str, Any], *, progress: Progress = lambda _: None, settings: Settings | None = None
) -> Discovery:
    """Run a campaign: search, judge, store; the trials go to ``user_data/runs/<id>/trials.parquet``.

    Parameters
    ----------
    campaign : Campaign or mapping
        ``ad.Campaign(symbols=("BTC/USD",), strategies=("sma_cross",), max_iterations=2000)``, or the same as a mapping.
    progress : callable
        Called after each batch, and every few seconds while one is computed (``in_hand``).

    Returns
    -------
    Discovery
        ``.alphas`` (what passed), ``.funnel`` (what became of the rest), ``.to_frame()`` (everything that was tried).

    Raises
    ------
    UserError, NotFound
        Before anything is stored, if the campaign cannot be run on the data at hand.
    """
    plan = campaign if isinstance(campaign, Campaign) else Campaign.from_json(by_name("campaign", campaign))
    with _open(_settings(settings)) as opened:
        return run_campaign(plan, opened, progress=progress).discovery


def replay(alpha_id: str, *, settings: Settings | None = None) -> Replay:
    """Recompute a stored alpha from its record and compare every number; the id may be shortened.

    Raises
    ------
    NotFound, BadMarketData
        If the alpha is not stored, or its bars are gone or changed.
    """
    if not isinstance(alpha_id, str):
        raise UserError(f"needs the id of an alpha, or the beginning of it; found {type(alpha_id).__name__}")
    with _open(_settings(settings), create=False) as opened:
        return replay_record(opened.lab.alphas.get(alpha_id), opened.lab.market_data, opened.lab.ledger)


def runs(*, settings: Settings | None = None) -> pd.DataFrame:
    """Stored runs, newest first: one row a run."""
    columns = {name: kind for name, kind in columns_of(RunRecord).items() if name not in OF_REPORTS}
    with _open(_settings(settings), create=False) as opened:
        found = [vars(run) | {"runtime_hours": run.runtime_hours} for run in opened.lab.runs.list(limit=ALL)]
    return frame_of(found, columns | {"runtime_hours": float | None})


def alphas(*, settings: Settings | None = None) -> pd.DataFrame:
    """Stored alphas, best first: one row an alpha."""
    with _open(_settings(settings), create=False) as opened:
        return frame_of(map(vars, opened.lab.alphas.top(limit=ALL)), columns_of(AlphaRecord))


def ledger(*, settings: Settings | None = None) -> pd.DataFrame:
    """What was tried on each data epoch, and what of its error level is left: one row an epoch, the latest first."""
    with _open(_settings(settings), create=False) as opened:
        return frame_of(ledger_rows(opened.lab), LEDGER)


def ledger_rows(lab: Lab) -> list[dict[str, Any]]:
    """The account of every data epoch, the latest first, as plain JSON values.

    Epochs of the same prices whose vaults overlap have one account, and one row: that of the latest of them.
    ``noise_sharpe`` is the annual Sharpe ratio
    that the best of everything tried reaches by luck once in twenty times, ``smallest_sharpe`` the smallest one that
    this length and number of independent tries can certify, four times in five; None while nothing was tested.
    ``vaults`` are all that were opened on these prices, oldest first: which of them stand once a newer one followed
    (`alpha_discovery.discovery.across_epochs`).
    """
    every = lab.ledger.epochs()
    shown: list[DataEpoch] = []
    for epoch in sorted(every, key=lambda one: one.vault_start >= one.end):  # those with a vault first
        if not any(_covers(one, epoch) for one in shown):
            shown.append(epoch)
    return [
        {**_ledger_row(epoch, lab.ledger.account(epoch.id)), "vaults": _vaults(epoch, lab)}
        for epoch in every if epoch in shown
    ]  # fmt: skip


def _vaults(epoch: DataEpoch, lab: Lab) -> list[dict[str, Any]]:
    return [
        {**one.to_json(), "start": iso(one.start), "end": iso(one.end)} for one in vaults(lab.ledger.rounds(epoch))
    ]


def _covers(one: DataEpoch, other: DataEpoch) -> bool:
    """Whether the account of one epoch tells all that is to be told of the other's."""
    whole = other.vault_start >= other.end or one.shares_vault(other)
    return one.prices == other.prices and one.learned_from(other) and whole


def _ledger_row(epoch: DataEpoch, account: EpochAccount) -> dict[str, Any]:
    years = (epoch.search_end - epoch.start) / (365.0 * DAY)
    reach, tries = account.noise_reach, account.n_effective
    known = years > 0.0 and reach is not None and tries is not None
    return {
        "epoch": epoch.id, "markets": ", ".join(epoch.markets) + f" {epoch.timeframe}",
        "start": iso(epoch.start), "vault_start": iso(epoch.vault_start), "end": iso(epoch.end),
        "n_tested": account.n_tested, "n_eligible": account.n_eligible, "n_runs": account.n_runs,
        "n_effective": tries, "rounds": account.rounds, "level": account.level, "level_left": account.level_left,
        "next_level": account.next_level, "noise_reach": reach,
        "noise_sharpe": reach / math.sqrt(years) if known and reach is not None else None,
        "smallest_sharpe": smallest_certifiable_sharpe(years, max(1.0, tries), 0.8) if known and tries else None,
    }  # fmt: skip


def book(opened: Workplace) -> Book:
    """Where trials by hand are counted."""
    return Book(opened.lab.ledger, opened.lab.clock)


def _from_file(path: Path, timeframe: str | None, venue: str | None) -> Bars:
    if not path.exists():
        raise BadMarketData(f"there is no file {path}; check the name")
    checked = check_files([path], Request(timeframe=timeframe, venue=venue))
    if checked.quality.blocked:
        first = checked.quality.errors[0].text
        raise BadMarketData(f"{path} has {len(checked.quality.errors)} errors; {first}; see: alpha data check {path}")
    return good_bars(checked.raw, checked.quality, checked.instrument, checked.timeframe)


def _rows(strategy: Strategy, frame: Any) -> Batch:
    """The rows of a frame as complete parameter sets of a strategy."""
    rows = rows_of(frame)
    standard = templates(strategy).get("standard", {})
    return joined([strategy.allowed.encode(strategy.complete({**standard, **row})) for row in rows])


def _strategy(named: str | Strategy, settings: Settings) -> Strategy:
    if isinstance(named, Strategy):
        return named
    if not isinstance(named, str):
        raise UserError(f"needs the name of a strategy, or what @strategy made; found {type(named).__name__}")
    return find_strategy(named, settings.strategies)


def _settings(given: Settings | None) -> Settings:
    if given is not None:
        return given
    warn_of_unknown()
    return read_settings()


def _open(settings: Settings, *, create: bool = True) -> AbstractContextManager[Workplace]:
    return open_lab(settings, create=create)
