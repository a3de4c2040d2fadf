"""A bot's memory that forgets what was not saved, and bots on stored bars."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.bots.config import BotConfig, Safeguards
from alpha_discovery.core.costs import Costs
from alpha_discovery.rules.spelled import AnyRules

NO_LIMITS = Safeguards(max_jump=None)


class BotMemory:
    """Keeps JSON text, as a database would; see `bots.ports.Memory`."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}
        self._events: dict[str, list[dict[str, Any]]] = {}
        self.saves = 0

    def load(self, bot_id: str) -> Mapping[str, Any] | None:
        text = self._states.get(bot_id)
        return None if text is None else json.loads(text)

    def save(self, bot_id: str, state: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
        self.saves += 1
        log = self._events.setdefault(bot_id, [])
        log += [{**json.loads(json.dumps(event)), "seq": len(log) + n} for n, event in enumerate(events, 1)]
        self._states[bot_id] = json.dumps(state, allow_nan=False)

    def events(self, bot_id: str, after: int = 0, limit: int = 1000) -> Sequence[Mapping[str, Any]]:
        return self._events.get(bot_id, [])[after : after + limit]


def config_for(
    rules: AnyRules, values: Mapping[str, Any], costs: Costs, *,
    safeguards: Safeguards = NO_LIMITS, capital: float = 1.0, timeframe_ms: int = 3_600_000,
) -> BotConfig:  # fmt: skip
    """A deployment of one parameter set under the name ``test``."""
    return BotConfig(
        id="b0t", name="test", rules=rules.to_json(), parameters=dict(values), costs=costs.to_json(),
        timeframe_ms=timeframe_ms, capital=capital, safeguards=safeguards,
    )  # fmt: skip
