"""What a lab does for the alphas it has: demote what new days prove to lose, look for better ones near the best."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import takewhile

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.notices import Notice, Notifier
from alpha_discovery.discovery.decay import check_decay
from alpha_discovery.discovery.improve import METHOD, improve
from alpha_discovery.discovery.records import AlphaRecord, AlphaState
from alpha_discovery.errors import AlphaDiscoveryError, TooFewBars
from alpha_discovery.storage.bots import BotsInSql, BotState

MOST = 10_000  # alphas and runs that are looked through
_log = logging.getLogger(__name__)


def look_for_decay(place: Workplace, notifier: Notifier, *, is_over: Callable[[], bool] = lambda: False) -> list[str]:
    """Demote what the days since its judging prove to lose; the ids. One that cannot be looked at stops no other.

    ``is_over`` is asked before each: once it says so, the rest is left for another time.
    """
    demoted = []
    for alpha in takewhile(lambda _: not is_over(), _standing(place)):
        try:
            found = check_decay(alpha.id, place.lab)
        except TooFewBars:
            continue
        except AlphaDiscoveryError as error:
            _log.warning("alpha %s cannot be looked at: %s", alpha.id[:12], error)
            continue
        if found.state is AlphaState.DECAYED:
            demoted.append(alpha.id)
            told = f"has decayed: {found.days} new days at a Sharpe ratio of {found.sharpe_ratio:.2f}"
            _log.warning("alpha %s %s", alpha.id[:12], told)
            notifier.tell(Notice("warning", told, f"alpha {alpha.id[:12]}", "retire its bots"))
    return demoted


def look_for_better(
    place: Workplace, notifier: Notifier, *, top: int, is_over: Callable[[], bool] = lambda: False
) -> list[str]:
    """Try variations of the best alphas, each alpha once: a judging round is charged for it. Ids of what was stored.

    ``is_over`` as in `look_for_decay`.
    """
    stored: list[str] = []
    tried = _tried(place) if top else set()
    for alpha in takewhile(lambda _: not is_over(), list(_standing(place))[:top]):
        if alpha.id in tried:
            continue
        try:
            found = improve(alpha.id, place.lab)
        except TooFewBars:
            continue  # it is tried once enough days have come
        except AlphaDiscoveryError as error:
            _log.warning("alpha %s cannot be improved: %s", alpha.id[:12], error)
            continue
        if found.improved is not None:
            stored.append(found.improved.id)
            told = f"a variation of it was shown to be better: alpha {found.improved.id[:12]}"
            _log.info("alpha %s: %s", alpha.id[:12], told)
            action = _how_to_trade(found.improved.id, alpha, place)
            notifier.tell(Notice("info", told, f"alpha {alpha.id[:12]}", action))
    return stored


def _how_to_trade(better: str, alpha: AlphaRecord, place: Workplace) -> str:
    """What a person may do: nothing that trades is replaced by itself."""
    bots, _ = BotsInSql(place.database).list(alpha_id=alpha.id, limit=MOST)
    trading = [bot.name for bot in bots if bot.state == BotState.RUNNING]
    on = f"; what trades goes on with the old one: {', '.join(trading)}" if trading else ""
    return f"trade it: alpha bots deploy {better[:12]}{on}"


def _standing(place: Workplace) -> Iterator[AlphaRecord]:
    return (alpha for alpha in place.lab.alphas.top(limit=MOST) if alpha.state is not AlphaState.DECAYED)


def _tried(place: Workplace) -> set[str]:
    runs = place.lab.runs.list(limit=MOST)
    return {
        str(run.report["improvement"]["parent"])
        for run in runs
        if run.optimization_method == METHOD and "improvement" in run.report
    }
