"""The lab that runs day and night: campaigns by a cron schedule, and what is done before and after each."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import select

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import last_days
from alpha_discovery.config import Config
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.notices import Notifier, Silent
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import AlphaDiscoveryError, UserError
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.retention import Retention, keep_house
from alpha_discovery.service.upkeep import look_for_better, look_for_decay
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.queue_models import TickRow

LOOK = 1.0  # seconds between two looks at the time

_log = logging.getLogger(__name__)

Hook = Callable[[Workplace, Campaign], None]


def next_time(schedule: str, after: datetime) -> datetime:
    """The next time of a cron line strictly after a moment, UTC.

    Raises
    ------
    UserError
        If it is no cron line of five fields.
    """
    try:
        trigger = CronTrigger.from_crontab(schedule, timezone=UTC)
    except ValueError as error:
        raise UserError(f"schedule={schedule!r} is no cron line such as '0 2 * * *': {error}") from None
    found = trigger.get_next_fire_time(after, after)
    if found is None:
        raise UserError(f"schedule={schedule!r} never comes; name a day that exists")
    when: datetime = found.astimezone(UTC)
    return when


@dataclass
class LabSchedule:
    """Starts the campaigns of a configuration at the times of its schedule.

    Several labs on one database start each campaign once: whoever stores the tick first starts it. Times that passed
    while no lab was awake are not made up for.

    Attributes
    ----------
    before : sequence of callable
        Done before each campaign, e.g. bringing its markets up to date; one that fails is told and does not stop it.
    notifier : Notifier
        Told of alphas that have decayed or were improved.
    """

    place: Workplace
    config: Config
    before: Sequence[Hook] = ()
    notifier: Notifier = field(default_factory=Silent)
    discoveries: Discoveries = field(init=False)

    def __post_init__(self) -> None:
        self.discoveries = Discoveries(self.place)
        self._due: datetime | None = None
        self._is_over: Callable[[], bool] = lambda: False

    def run(self, ended: threading.Event) -> None:
        """Start what falls due until told to end."""
        self._is_over = ended.is_set
        while not ended.wait(LOOK):
            try:
                self.look()
            except AlphaDiscoveryError as error:
                _log.warning("%s", error)

    def look(self) -> list[str]:
        """Start what is due now; the ids of the runs."""
        schedule = self.config.lab.schedule
        if schedule is None:
            return []
        now = self.place.lab.clock.now()
        if self._due is None:
            self._due = next_time(schedule, now)
        if now < self._due:
            return []
        due, self._due = self._due, next_time(schedule, now)
        return self.start_all(due)

    def start_all(self, due: datetime) -> list[str]:
        """Start every campaign of the configuration as of one time of the schedule, and keep house.

        Old runs are archived before; afterwards, with prices up to date, alphas are looked after.
        """
        storage = self.config.storage
        keep_house(
            self.place,
            Retention(storage.retain_top_strategies, storage.archive_after_days, storage.cleanup_failed_runs),
        )
        started = [self._start(plan, due) for plan in self.config.campaigns(self.place.settings.strategies)]
        found = [run_id for run_id in started if run_id is not None]
        if found:  # another lab on this database may have been first: then it looks after the alphas too
            if self.config.lab.check_decay:
                look_for_decay(self.place, self.notifier, is_over=self._is_over)
            look_for_better(self.place, self.notifier, top=self.config.lab.improve_top, is_over=self._is_over)
        return found

    def _start(self, plan: dict[str, object], due: datetime) -> str | None:
        campaign = Campaign.from_json(plan)
        if not self._first(campaign, due):
            return None
        waiting = self.place.queue.waiting()
        if waiting >= self.config.lab.most_waiting:
            self._note(campaign, due, None, f"{waiting} runs wait already")
            return None
        try:
            run_id = self._started(campaign, due)
        except AlphaDiscoveryError as error:
            self._note(campaign, due, None, str(error))
            _log.warning("%s", error)
            return None
        self._note(campaign, due, run_id, None)
        return run_id

    def _started(self, campaign: Campaign, due: datetime) -> str:
        for hook in self.before if self.config.lab.refresh_data else ():
            try:
                hook(self.place, campaign)
            except AlphaDiscoveryError as error:  # old prices are better than no search
                _log.warning("%s", error)
        if self.config.lab.new_seeds:
            seed = int(content_hash("lab", campaign.seed, due.isoformat())[:8], 16)
            campaign = replace(campaign, seed=seed)
        if self.config.backtest.period_days is not None:
            campaign = last_days(campaign, self.config.backtest.period_days, self.place.lab.market_data)
        return self.discoveries.start(campaign, priority=self.config.lab.priority, asked_by="lab")

    def _first(self, campaign: Campaign, due: datetime) -> bool:
        """Whether nobody else has taken this campaign at this time."""
        key = {"schedule": self.config.lab.schedule or "by hand", "due": due, "campaign_hash": campaign.fingerprint}
        with self.place.database.transaction() as session:
            add = insert(session, TickRow).values(key).on_conflict_do_nothing().returning(TickRow.due)
            return session.scalar(add) is not None

    def _note(self, campaign: Campaign, due: datetime, run_id: str | None, note: str | None) -> None:
        schedule = self.config.lab.schedule or "by hand"
        wanted = select(TickRow).where(
            TickRow.schedule == schedule, TickRow.due == due, TickRow.campaign_hash == campaign.fingerprint
        )
        with self.place.database.transaction() as session:
            row = session.scalars(wanted).one()
            row.run_id, row.note = run_id, note
            session.flush()
