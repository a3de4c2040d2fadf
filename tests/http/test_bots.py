"""A bot from its deployment to its end, as a page sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.http.options import PREFIX
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.exchange_keys import exchange_live


@pytest.fixture
def bot_id(server: Any, alpha_id: str) -> str:
    """A bot over the last month of the stored prices."""
    start = server.get(f"/alphas/{alpha_id}/equity")["time"][-30]
    wanted = {"bot_name": "first", "allocated_capital": "5000", "start": start, "max_drawdown": "0.5"}
    answer = server.post(f"/deploy/{alpha_id}", params=wanted)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["bot_id"])


def live(place: Workplace) -> None:
    """Let the started bots live through everything that is stored."""
    crew = BotCrew(place)
    while crew.look():
        pass


def test_a_bot_waits_until_it_is_started(server: Any, place: Workplace, bot_id: str) -> None:
    live(place)
    bot = server.get(f"/bots/{bot_id}")
    assert (bot["state"], bot["now"]["bars"], bot["now"]["equity"]) == ("stopped", 0, 5_000.0)
    assert server.get(f"/bots/{bot_id}/equity")["why_not"] == "it has not lived through a bar yet"
    assert bot["config"]["bot"]["safeguards"]["max_drawdown"] == 0.5


def test_a_started_bot_trades_on_replayed_bars_as_its_backtest_did(server: Any, place: Workplace, bot_id: str) -> None:
    assert server.post(f"/bots/{bot_id}/start").json()["state"] == "running"
    live(place)
    expected_and_log_of(server, bot_id)
    now = server.get(f"/bots/{bot_id}")["now"]
    trades = server.get(f"/bots/{bot_id}/trades")
    assert now["trades"] == len(trades) > 0
    assert trades[0]["entry_time"] < trades[0]["exit_time"]
    found = server.get(f"/bots/{bot_id}/reconciliation")
    assert (found["compared"], found["differences"]) == (len(trades), [])
    assert "--slippage" in found["advice"]


def test_a_stopped_bot_lives_through_nothing_more(server: Any, place: Workplace, bot_id: str) -> None:
    server.post(f"/bots/{bot_id}/start")
    crew = BotCrew(place)
    crew.look()
    assert server.post(f"/bots/{bot_id}/stop").json()["state"] == "stopped"
    assert crew.look() == 0
    bars = server.get(f"/bots/{bot_id}")["now"]["bars"]
    assert 0 < bars < 24 * 30
    server.post(f"/bots/{bot_id}/start")
    assert crew.look() > 0


def test_a_running_bot_heeds_a_halt_and_a_resumption(server: Any, place: Workplace, bot_id: str) -> None:
    server.post(f"/bots/{bot_id}/start")
    crew = BotCrew(place)
    crew.look()
    halted = server.post(f"/bots/{bot_id}/halt", json={"why": "exchange maintenance", "close": True})
    assert halted.json()["now"]["halted"] == "exchange maintenance"
    while crew.look():
        pass
    crew.look()  # it was changed by another one: begun again
    while crew.look():
        pass
    log = server.get(f"/bots/{bot_id}/log", params={"safeguards": True})
    assert "exchange maintenance" in log[-1]["text"]
    now = server.get(f"/bots/{bot_id}")["now"]
    assert (now["position"], now["safeguards_fired"]) == ([], {"halted": 1})
    assert server.post(f"/bots/{bot_id}/resume").json()["now"]["halted"] is None


def expected_and_log_of(server: Any, bot_id: str) -> None:
    """Its equity lies beside what its alpha's past leads one to expect; its log is read from the end."""
    found, now = server.get(f"/bots/{bot_id}/equity"), server.get(f"/bots/{bot_id}")["now"]
    assert (found["equity"][-1], len(found["equity"])) == (now["equity"], now["bars"])
    expected = found["expected"]
    assert (expected["low"][0], expected["high"][0], expected["time"][0]) == (5_000.0, 5_000.0, found["time"][0])
    assert all(a <= b <= c for a, b, c in zip(expected["low"], expected["middle"], expected["high"], strict=True))
    assert expected["time"][-1] > found["time"][-1]
    proof, capital = server.get(f"/bots/{bot_id}/forward"), found["capital"]
    for name in ("low", "middle", "high"):  # one band, on the chart and in the numbers
        assert capital * proof[name] == pytest.approx(expected[name][proof["days"]], rel=1e-12)
    log = server.get(f"/bots/{bot_id}/log", params={"limit": 1000})
    assert [line["seq"] for line in log] == sorted((line["seq"] for line in log), reverse=True)
    assert {line["kind"] for line in log} >= {"order", "trade"}


def test_a_demoted_bot_ends_for_good_and_its_alpha_has_decayed(server: Any, alpha_id: str, bot_id: str) -> None:
    assert server.post(f"/bots/{bot_id}/demote", json={"why": "below its band"}).json()["state"] == "demoted"
    assert server.get(f"/alphas/{alpha_id}")["state"] == "decayed"
    assert server.post(f"/bots/{bot_id}/start").status_code == 409
    again = server.post(f"/deploy/{alpha_id}?bot_name=second")
    assert (again.status_code, "decayed" in again.json()["detail"]) == (422, True)


def test_real_orders_are_refused_and_the_page_learns_why(server: Any, alpha_id: str) -> None:
    modes = {one["mode"]: one for one in server.get("/bots/modes")}
    assert modes["paper"] == {"mode": "paper", "allowed": True, "why_not": None}
    assert not modes["live"]["allowed"]
    answer = server.post(f"/deploy/{alpha_id}?bot_name=rich&mode=live")
    assert (answer.status_code, answer.json()["detail"]) == (422, modes["live"]["why_not"])


def test_real_orders_need_the_switch_the_keys_and_the_name(
    open_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = open_server(real_orders=True)
    alpha = server.site.place.lab.alphas.top(limit=1)[0]
    ask = f"/deploy/{alpha.id}?bot_name=rich&mode=live"

    def why() -> Any:
        return {one["mode"]: one["why_not"] for one in server.get("/bots/modes", params={"alpha_id": alpha.id})}["live"]

    assert why() == "there are no keys of synthetic; add them at the machine: alpha bots keys synthetic"
    assert server.post(f"{ask}&confirm=rich").status_code == 422
    monkeypatch.setenv("ALPHA_KEY_SYNTHETIC", "k")
    monkeypatch.setenv("ALPHA_SECRET_SYNTHETIC", "s")
    assert why() is None
    for wrong in ("", "&confirm=poor"):
        answer = server.post(ask + wrong)
        assert (answer.status_code, "name of the bot once more" in answer.json()["detail"]) == (422, True)
    assert server.get("/bots") == []
    viewer = server.client.post(f"{PREFIX}{ask}&confirm=rich", headers=server.login("bob"))
    assert viewer.status_code == 403
    bot_id = server.post(f"{ask}&confirm=rich").json()["bot_id"]
    bot = server.get(f"/bots/{bot_id}")
    assert (bot["mode"], bot["config"]["venue"], bot["state"]) == ("real", "synthetic", "stopped")


def test_a_bot_that_is_armed_sends_nothing_where_the_second_switch_is_off(
    open_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHA_KEY_SYNTHETIC", "k")
    monkeypatch.setenv("ALPHA_SECRET_SYNTHETIC", "s")
    server = open_server(real_orders=True)
    place, alpha = server.site.place, server.site.place.lab.alphas.top(limit=1)[0]
    bot_id = server.post(f"/deploy/{alpha.id}?bot_name=rich&mode=live&confirm=rich").json()["bot_id"]
    server.post(f"/bots/{bot_id}/start")
    live(place)
    bot = server.get(f"/bots/{bot_id}")
    assert (bot["state"], "run it live" in bot["why"]) == ("failed", True)
    server.post(f"/bots/{bot_id}/start")
    BotCrew(place, live=exchange_live(place, real_orders=False)).look()
    assert "start with --real-orders" in server.get(f"/bots/{bot_id}")["why"]


def test_what_was_done_with_a_bot_is_in_the_audit_log(server: Any, bot_id: str) -> None:
    server.post(f"/bots/{bot_id}/start")
    server.post(f"/bots/{bot_id}/stop")
    deeds = server.client.get(f"{PREFIX}/audit", headers=server.login()).json()
    assert [deed["action"] for deed in deeds[:3]] == ["bot_stop", "bot_start", "deploy"]


def test_a_bot_whose_prices_are_gone_fails_and_says_so(
    server: Any, place: Workplace, bot_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alpha_discovery.errors import NotFound

    def gone(*_: Any) -> None:
        raise NotFound("no bars of SYN/USDT 1h are stored")

    server.post(f"/bots/{bot_id}/start")
    monkeypatch.setattr(place.lab.market_data, "load", gone)
    live(place)
    bot = server.get(f"/bots/{bot_id}")
    assert (bot["state"], bot["why"]) == ("failed", "no bars of SYN/USDT 1h are stored")
    monkeypatch.undo()
    assert server.post(f"/bots/{bot_id}/start").json()["why"] is None


def test_a_market_that_got_no_bot_is_told(server: Any, alpha_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alphas, prices = server.site.place.lab.alphas, server.site.place.lab.market_data
    bars, alpha = prices.bars, alphas.get(alpha_id)
    alphas.add(replace(alpha, id="c" * 32, market={**alpha.market, "sleeves": [["SYN/USDT"], ["GONE/USDT"]]}))
    there = {"SYN/USDT": bars, "GONE/USDT": bars.slice(0, len(bars) - 24 * 30)}
    monkeypatch.setattr(type(prices), "load", lambda _, symbol, *__: there[symbol])
    made = server.post(f"/deploy/{'c' * 32}", params={"bot_name": "both", "allocated_capital": "5000"}).json()
    (told,) = made["idle"]
    assert told.startswith("both GONE/USDT is not made")
    assert told.endswith("2,500.00, lies idle")
    assert len(made["bot_ids"]) == 1
