"""One deployed alpha: each closed bar from its open to its close, in the order of the execution rules.

A bar that has closed is lived through in five steps, and the state is saved after the last (see `Bot.live`):

1. funding is paid by who held at the last close;
2. the broker learns of the open: orders of the last close are filled, entries set their levels;
3. the broker learns of the rest: resting stops and targets are filled;
4. the book is marked, and the safeguards look at it;
5. the signals decide, and orders for the next open are sent at once.

A replaying broker fills them when the next bar arrives; an exchange fills them now, which is the next open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from alpha_discovery.bots.book import Book
from alpha_discovery.bots.caught_up import CaughtUp
from alpha_discovery.bots.config import BotConfig
from alpha_discovery.bots.desk import Desk, Entry
from alpha_discovery.bots.ending import Ending
from alpha_discovery.bots.guard import Guard, defect
from alpha_discovery.bots.orders import ENTRY, Kind, Order
from alpha_discovery.bots.ports import Bar, Broker, Feed, Memory
from alpha_discovery.bots.told import tell
from alpha_discovery.core.notices import Notifier, Silent
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import number
from alpha_discovery.trading.decision import NOTHING, order_in_position, order_when_flat
from alpha_discovery.trading.decision import Order as Decision
from alpha_discovery.trading.levels import BarLevels, JointLevels, liquidation_price
from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.rows import BarRow
from alpha_discovery.trading.stream import SignalStream

SILENT = Silent()
TOGETHER = 50  # bars that are lived through, and stored together where that may be, before others have their turn
_ROUNDS = 8  # of asking and sending until nothing is new: leave, enter, protect


class Bot:
    """A rule, an account and a broker.

    Parameters
    ----------
    config : BotConfig
    broker : Broker
        `brokers.paper` or `brokers.exchange`.
    feed : Feed
    memory : Memory
        Where the state is; a bot that has one goes on from there.
    notifier : Notifier
        Is told of what stops the bot or needs a person, after it is stored.
    """

    def __init__(
        self, config: BotConfig, broker: Broker, feed: Feed, memory: Memory, notifier: Notifier = SILENT
    ) -> None:
        self.config, self.broker, self.feed, self.memory, self.notifier = config, broker, feed, memory, notifier
        self.rules, self.limits = Rules.from_json(config.rules), Limits.of(config.parameters)
        own = {name: config.parameters[name] for name in self.rules.parameters if name in config.parameters}
        self._weights = [number(weight, own) for weight in self.rules.weights]
        self._size = self.limits.position_size * self.limits.leverage
        self._stream = SignalStream(self.rules, config.parameters)
        self._events, self._untold = list[dict[str, Any]](), list[dict[str, Any]]()  # not stored yet; stored
        self.caught = CaughtUp()
        self.bars = 0  # traded so far: the position of the next one
        self.last: int | None = None
        self.rows: tuple[BarRow, ...] = ()  # the last bar
        self.funded: int | None = None  # the bar whose funding is paid
        self.missed: str | None = None  # why a bar that came too late wanted to leave
        self.skipped: list[int] = []  # open times of bars that the next one refuted
        self.decision = NOTHING
        self.halted: str | None = None
        self.ending = Ending()
        self.pending, self.scale = 0.0, 1.0  # money to be paid once nothing is held; capital over that without payments
        self._refused = 0.0  # what could not be moved, and was said
        self.feed_lost: int | None = None  # since when no bar has come, milliseconds UTC
        self.held: Bar | None = None
        self.levels: BarLevels | None = None
        self.joint: JointLevels | None = None
        self.guard = Guard(config.safeguards, peak=config.capital)
        self.desk = Desk(
            broker, Book(config.capital), self.note,
            before_sending=self.save if broker.remembers else lambda: None, prefix=config.id[:10],
        )  # fmt: skip
        self._begin()

    @property
    def book(self) -> Book:
        """The account."""
        return self.desk.book

    @property
    def equity(self) -> float:
        """The last mark, in the quote currency."""
        return self.book.equity

    @property
    def _now(self) -> int:
        """The open time of the bar that begins when the last one has closed: what is sent now is of that bar."""
        return 0 if self.last is None else self.last + self.config.timeframe_ms

    def step(self) -> bool:
        """Live through the next closed bar; whether there was one that could be used."""
        return self.live(1) == 1

    def live(self, most: int, is_over: Callable[[], bool] = lambda: False) -> int:
        """Live through the next closed bars, ``most`` of them unless ``is_over`` before; how many could be used.

        Of a store and on paper they are stored together: after a kill they are lived through again just the same.
        """
        again, lived = self.feed.repeats and not self.broker.remembers, 0
        while lived < most and not is_over() and self._lived(lived if again else 0):
            lived += 1
            if not again:
                self.save()
        if self._events:
            self.save()
        if lived < most:
            self.caught.over(self.config.name, self.notifier)
        return lived

    def _lived(self, waiting: int) -> bool:
        """Whether there was a closed bar that could be used; it and ``waiting`` before it are noted and not stored."""
        bar = self.feed.next(self.last)
        if bar is None:
            self._settle(self._now)
        elif (wrong := defect(bar, self.last)) is None:
            self.caught.look(is_late=waiting > 0 or not bar.fresh)
            self._take(bar)
            return True
        elif self.guard.is_news(bar, wrong):
            self.note("refused", bar_time=bar.time, why=wrong)
        return False

    def halt(self, why: str) -> None:
        """Enter nothing more until `resume`; an open position keeps its levels and its exits."""
        if self.halted is None:
            self.halted = why
            self.note("halted", why=why)

    def end(self, why: str) -> None:
        """Enter nothing any more, for good; `tell_end` tells people."""
        self.halted = self.halted or why
        if self.ending.why is None:
            self.ending = Ending(why)
            self.note(Ending.KIND, why=why)

    def tell_end(self) -> None:
        """Tell people that the bot was ended, once that is stored; again only if we die before the telling is."""
        if not self.ending.is_untold:
            return
        self.save()
        tell(self.notifier, self.config.name, self.ending.event)
        self.ending = replace(self.ending, told=True)
        self.save()

    def resume(self) -> None:
        """Trade again; the drawdown limit begins anew at the present equity."""
        self.halted = None
        self.guard.begin_anew(self.equity)
        self.note("resumed")
        self.save()

    def look_at_clock(self, now: int) -> None:
        """Say so when no bar has come for `Safeguards.stale_bars` bar lengths, and when bars come again.

        While the feed is lost nothing is entered, because no close decides; levels that rest stay where they are.
        """
        if self.last is None:
            return
        due = self.last + 2 * self.config.timeframe_ms  # the close of the bar after the last one
        is_lost = now - due > (self.config.safeguards.stale_bars - 1.0) * self.config.timeframe_ms
        if is_lost == (self.feed_lost is not None):
            return
        self.feed_lost, told = (due, {"since": due}) if is_lost else (None, {})
        self.note("feed_lost" if is_lost else "feed_back", **told)
        self.save()

    def flatten(self, why: str) -> None:
        """Close what is open with market orders."""
        self.note("flatten", why=why)
        self.desk.leave("signal", self._now)
        self._settle(self._now)
        self.save()

    def transfer(self, amount: float) -> None:
        """Pay money in, or out where negative; it moves as soon as nothing is held, so that no open trade changes."""
        self.pending += amount
        self._move_money()
        self.save()

    def note(self, kind: str, **facts: Any) -> None:
        """Write something down for the log; it is stored with the next save."""
        if kind in ("mark", "trade"):
            facts["scale"] = self.scale
        self._events.append({"kind": kind, "bar": self.bars, "time": self.last, **facts})

    def save(self) -> None:
        """Store state and events in one transaction, then tell people."""
        self.store()
        self.tell()

    def store(self) -> None:
        """Store state and events, inside a transaction as a part of it: once that is over, `tell`."""
        self.memory.save(self.config.id, self.to_json(), self._events)
        self._untold, self._events = [*self._untold, *self._events], []

    def tell(self) -> None:
        """Tell people of what was stored, but for the end, which `tell_end` tells."""
        told, self._untold = self._untold, []
        heard = (event for event in self.caught.left_of(told) if event["kind"] != Ending.KIND)
        tell(self.notifier, self.config.name, *heard)

    def to_json(self) -> dict[str, Any]:
        """The state as plain values."""
        return {
            "bars": self.bars, "last": self.last, "funded": self.funded, "rows": [list(row) for row in self.rows],
            "decision": list(self.decision), "missed": self.missed, "skipped": self.skipped,
            "halted": self.halted, "ending": self.ending.to_json(), "feed_lost": self.feed_lost,
            "pending": self.pending, "scale": self.scale,
            "held": None if self.held is None else self.held.to_json(),
            "levels": None if self.levels is None else {"best": self.levels.best},
            "joint": None if self.joint is None else {"best": self.joint.best},
            "guard": self.guard.to_json(), "book": self.book.to_json(), "orders": self.desk.to_json(),
        }  # fmt: skip

    def _begin(self) -> None:
        told = self.memory.load(self.config.id)
        if told is not None:
            self._restore(told)
        for bar in self.feed.history(self.last):
            if bar.time not in self.skipped and (self.held is None or bar.time != self.held.time):
                self._stream.update(bar.rows, bar.gap)
        if told is not None:
            self._reconcile()

    def _restore(self, told: Mapping[str, Any]) -> None:
        self.bars, self.last, self.halted = told["bars"], told["last"], told["halted"]
        self.ending, self.feed_lost = Ending.of(told.get("ending")), told.get("feed_lost")
        self.pending, self.scale = told.get("pending", 0.0), told.get("scale", 1.0)
        self.rows, self.funded = tuple(BarRow(*row) for row in told["rows"]), told["funded"]
        self.decision, self.missed, self.skipped = Decision(*told["decision"]), told["missed"], list(told["skipped"])
        self.held = None if told["held"] is None else Bar.of(told["held"])
        self.guard = Guard.of(self.config.safeguards, told["guard"])
        self.desk.book = Book.of(told["book"])
        self.desk.restore(told["orders"])
        self._set_levels()
        if self.levels is not None and told["levels"] is not None:
            self.levels.best = told["levels"]["best"]
        if self.joint is not None and told["joint"] is not None:
            self.joint.best = told["joint"]["best"]

    def _reconcile(self) -> None:
        """After a restart: what became of our orders, and does the broker hold what we think?"""
        if not self.broker.remembers:
            self.broker.restore([one for one in self.desk.orders.values() if not one.ended], self.rows)
            return
        self.note("restarted")
        if self.feed.next(self.last) is not None:  # the open that an entry was meant for is over
            self.decision = self.decision._replace(enter=0)
        self.desk.forget_unsent()
        self._act(self._now)  # what was decided and perhaps not sent; what was sent keeps its id and is one order
        self._look_around()
        self.save()

    def _look_around(self) -> None:
        """At a broker that others can reach: take back orders of ours that we do not know, compare what is held."""
        self.desk.refuse_strangers()
        if (apart := self.desk.apart(len(self._weights))) is not None:
            self.halt(apart)

    def _take(self, bar: Bar) -> None:
        """Live through a bar, unless it has to be confirmed by the next one first."""
        held, self.held = self.held, None
        if held is not None and self.guard.confirms(bar, held):
            self.note("confirmed", bar_time=held.time)
            self._live(replace(held, fresh=False))
        elif held is not None:
            self.note("refuted", bar_time=held.time)
            self.skipped.append(held.time)
        if self.rows and self.guard.holds_back(bar, self.rows):
            self.note("held_back", bar_time=bar.time, closes=[row.close for row in bar.rows])
            self.held, self.last = bar, bar.time
        else:
            self._live(bar)

    def _live(self, bar: Bar) -> None:
        if bar.rates and self.funded != bar.time:
            self.book.add_funding([row.open for row in bar.rows], bar.rates)
            self.funded = bar.time
        self.broker.opened(bar)
        self._settle(bar.time)
        self.broker.closed(bar)
        self._settle(bar.time)
        self._watch(bar)
        self.last = bar.time  # not before: whoever crashes up to here lives through this bar again
        equity = self.book.mark([row.close for row in bar.rows])
        signals, self.rows = self._stream.update(bar.rows, bar.gap), bar.rows
        self.note("mark", equity=equity, close=bar.rows[0].close)
        broken = self.guard.mark(bar.time, equity)
        self._move_money()
        self.decision = self._decide(signals, bar, broken)
        self.bars += 1
        self._catch_up(fresh=bar.fresh)
        if bar.fresh:
            self._act(self._now)
            if self.broker.remembers:
                self._look_around()

    def _move_money(self) -> None:
        if self.pending == 0.0 or self.book.position is not None or self.desk.orders:
            return
        amount, before = self.pending, self.equity
        if min(before, before + amount) <= 0.0:  # it stays to be moved: what others got for it is still owed
            if amount != self._refused:
                self.note("transfer_refused", amount=amount, equity=before)
            self._refused = amount
            return
        self.pending = 0.0
        factor = (before + amount) / before
        self.book.equity, self.scale = before + amount, self.scale * factor
        self.guard.scaled(factor)
        self.note("transfer", amount=amount, equity=self.equity)

    def _catch_up(self, *, fresh: bool) -> None:
        """A bar that was missed enters nothing any more; what it wanted to leave is left at the first fresh one."""
        left, self.missed = self.missed, None
        if self.book.position is None:
            left = None
        if not fresh:
            self.missed = self.decision.leave or left
            self.decision = NOTHING
        elif left is not None and self.decision.leave is None:
            self.decision = Decision(leave=left)

    def _watch(self, bar: Bar) -> None:
        """Leave at a level that the bar touched and that no order waits at: the broker cannot, or refused it."""
        if self.levels is None or self.desk.rests(Kind.STOP) or self.desk.leaving or not self.broker.remembers:
            return
        touch = self.levels.inside(bar.rows[0], "stop_first")
        if touch is not None and (touch.reason != "target" or not self.desk.rests(Kind.TARGET)):
            self.note("watched", reason=touch.reason, level=touch.price)
            self.desk.leave(touch.reason, bar.time)
            self._settle(bar.time)

    def _decide(self, signals: Any, bar: Bar, broken: str | None) -> Decision:
        """What this close decides for the next open; a broken limit before the signals."""
        position = self.book.position
        if self.levels is not None and position is not None:
            self.levels.after_close(bar.rows[0].close)
        if self.equity <= 0.0:
            self.halt("ruin")
        if broken is not None:
            self.note("limit", limit=broken, equity=self.equity)
            if broken == "max_drawdown":
                self.halt(broken)
        if broken is not None or self.equity <= 0.0:
            return Decision(leave="signal") if position is not None else NOTHING
        if position is None:
            return order_when_flat(signals, self.limits)
        decided = order_in_position(position.side, self.bars - position.entry_bar + 1, signals, self.limits)
        if decided == NOTHING and self.joint is not None:
            return Decision(leave=self.joint.at_close(position.gain([row.close for row in bar.rows])))
        return decided

    def _act(self, time: int) -> None:
        """Send what was decided, for the open that begins now."""
        if self.decision.leave is not None:
            self.desk.leave(self.decision.leave, time)
        elif self.levels is not None:
            self._protect(time)
        self._settle(time)

    def _settle(self, time: int) -> None:
        """Follow the orders until nothing is new: exits, then the entry that waits for them, then its levels."""
        for _ in range(_ROUNDS):
            news = self.desk.refresh()
            news |= bool(self.desk.settle_exits(time, self.bars))
            if self.book.position is None:
                self.levels = self.joint = None
                news |= self._enter(time)
            news |= self._entered(time)
            if not news:
                return

    def _entered(self, time: int) -> bool:
        entry = self.desk.settle_entry(self.decision.enter, self.bars)
        if entry is None:
            return False
        self.decision = NOTHING
        self._set_levels()
        if entry is Entry.UNHEDGED:
            self.note("unhedged")
            self.desk.leave("signal", time)
        elif self.levels is not None:
            self._protect(time)
        return True

    def _enter(self, time: int) -> bool:
        side = self.decision.enter
        if side == 0 or self.desk.orders:
            return False
        if self.halted is not None or self.equity <= 0.0 or not self.guard.may_enter(time):
            self.note("not_entered", side=side, why=self.halted or "max_daily_loss")
            self.decision = NOTHING
            return False
        orders = [
            Order(
                self.desk.client_id(time, leg, "enter"), leg, side if weight > 0.0 else -side, Kind.MARKET, ENTRY,
                value=self._value(abs(weight)),
            )
            for leg, weight in enumerate(self._weights) if weight != 0.0
        ]  # fmt: skip
        self.desk.send(orders)
        return bool(orders)

    def _value(self, weight: float) -> float:
        value = self._size * weight * self.equity
        most = self.config.safeguards.max_position
        return value if most is None else min(value, most * self.config.capital * self.scale)

    def _set_levels(self) -> None:
        position = self.book.position
        self.levels = self.joint = None
        if position is None:
            return
        if len(self._weights) > 1:
            self.joint = JointLevels(self.limits)
            return
        (leg,) = position.legs
        liquidated = self.limits.leverage > 1.0 and not self.broker.remembers  # an exchange does that itself
        maintenance = float(self.config.costs["maintenance"])
        liquidation = liquidation_price(position, maintenance) if liquidated else None
        self.levels = BarLevels(leg.entry.price, leg.side, self.limits, liquidation=liquidation)

    def _protect(self, time: int) -> None:
        """Have the stop and the target of the open position resting at the broker."""
        assert self.levels is not None
        if self.book.position is None or self.desk.leaving or not self.broker.rests:
            return
        stop = self.levels.tighter_stop()
        level, reason = (None, "stop") if stop is None else (stop.price, stop.reason)
        self.desk.protect(Kind.STOP, level, reason, time)
        if self.book.position is not None:
            self.desk.protect(Kind.TARGET, self.levels.target, "target", time)
