"""Bots: how they are, what they did, and what they are told."""

from __future__ import annotations

from fastapi import APIRouter, Response

from alpha_discovery.core.bars import iso
from alpha_discovery.http.guard import ActorDep, ViewerDep
from alpha_discovery.http.problems import documented
from alpha_discovery.http.routes.paging import Limit, Offset, tell_total
from alpha_discovery.http.shapes.bots import (
    BotEquity,
    BotOut,
    BotTrade,
    DifferenceOut,
    EquityComparedOut,
    ForwardOut,
    HaltRequest,
    LogLine,
    Mode,
    ReconciledOut,
    Why,
)
from alpha_discovery.http.site import Site, SiteDep
from alpha_discovery.reports.bot_log import slippage_sentence
from alpha_discovery.storage.bots import Bot

router = APIRouter(prefix="/bots", tags=["bots"], responses=documented(401, 403, 404, 422, 503))
CHANGE = documented(409)


@router.get("")
def list_bots(
    site: SiteDep, _: ViewerDep, response: Response, alpha_id: str | None = None, limit: Limit = 50, offset: Offset = 0
) -> list[BotOut]:
    """List bots, the newest first."""
    found, total = site.bots.page(alpha_id=alpha_id, limit=limit, offset=offset)
    tell_total(response, total)
    return [_told(site, bot) for bot in found]


@router.get("/modes")
def list_modes(site: SiteDep, _: ViewerDep, alpha_id: str | None = None) -> list[Mode]:
    """List the ways in which a bot can trade, of an alpha if one is named, and which this server allows."""
    return [Mode(mode=mode, allowed=why is None, why_not=why) for mode, why in site.bot_desk.modes(alpha_id).items()]  # type: ignore[arg-type]


@router.get("/{bot_id}")
def get_bot(bot_id: str, site: SiteDep, _: ViewerDep) -> BotOut:
    """Show one bot."""
    return _told(site, site.bots.get(bot_id))


@router.get("/{bot_id}/equity")
def get_bot_equity(bot_id: str, site: SiteDep, _: ViewerDep) -> BotEquity:
    """Give a bot's equity, and what its alpha's past leads one to expect."""
    return BotEquity(**site.bots.equity(bot_id))


@router.get("/{bot_id}/trades")
def list_bot_trades(
    bot_id: str, site: SiteDep, _: ViewerDep, response: Response, limit: Limit = 100, offset: Offset = 0
) -> list[BotTrade]:
    """List a bot's closed trades, the last first."""
    found = site.bots.trades(bot_id)[::-1]
    tell_total(response, len(found))
    named = [{**one, "side": "long" if one["side"] > 0 else "short"} for one in found[offset : offset + limit]]
    return [BotTrade.model_validate(one) for one in named]


@router.get("/{bot_id}/log")
def list_bot_log(
    bot_id: str, site: SiteDep, _: ViewerDep, response: Response, limit: Limit = 100, offset: Offset = 0,
    safeguards: bool = False,
) -> list[LogLine]:  # fmt: skip
    """Tell what happened to a bot, the last first; with `safeguards`, only what its safeguards did."""
    lines, total = site.bots.log(bot_id, limit=limit, offset=offset, safeguards=safeguards)
    tell_total(response, total)
    return [LogLine(**line) for line in lines]


@router.get("/{bot_id}/reconciliation")
def get_reconciliation(bot_id: str, site: SiteDep, _: ViewerDep) -> ReconciledOut:
    """Compare a bot's trades with the backtest over the bars that it has lived through."""
    found = site.bots.reconciliation(bot_id)
    differences = [DifferenceOut(**vars(one)) for one in found.differences]
    told = found.equity
    equity = EquityComparedOut(**{**vars(told), "first": None if told.first is None else iso(told.first)})
    return ReconciledOut(
        compared=found.compared, differences=differences, equity=equity, slippage=found.slippage,
        advice=slippage_sentence(found.slippage),
    )  # fmt: skip


@router.get("/{bot_id}/forward")
def get_forward(bot_id: str, site: SiteDep, _: ViewerDep) -> ForwardOut:
    """Tell what a bot's results say about its alpha: the band that was expected, evidence for and against."""
    return ForwardOut(**site.bots.forward(bot_id).to_json())


@router.post("/{bot_id}/start", responses=CHANGE)
def start_bot(bot_id: str, site: SiteDep, actor: ActorDep) -> BotOut:
    """Let a bot live through every bar from now on."""
    return _told(site, site.bot_desk.start(bot_id, actor))


@router.post("/{bot_id}/stop", responses=CHANGE)
def stop_bot(bot_id: str, site: SiteDep, actor: ActorDep) -> BotOut:
    """Let a bot rest; what it holds stays open."""
    return _told(site, site.bot_desk.stop(bot_id, actor))


@router.post("/{bot_id}/halt", responses=CHANGE)
def halt_bot(bot_id: str, request: HaltRequest, site: SiteDep, actor: ActorDep) -> BotOut:
    """Let a bot enter nothing more until it is resumed; with `close`, it also closes what is open."""
    site.bot_desk.halt(bot_id, request.why, actor, close=request.close)
    return _told(site, site.bots.get(bot_id))


@router.post("/{bot_id}/resume", responses=CHANGE)
def resume_bot(bot_id: str, site: SiteDep, actor: ActorDep) -> BotOut:
    """Let a halted bot enter again; its drawdown is measured from now on."""
    site.bot_desk.resume(bot_id, actor)
    return _told(site, site.bots.get(bot_id))


@router.post("/{bot_id}/demote", responses=CHANGE)
def demote_bot(bot_id: str, request: Why, site: SiteDep, actor: ActorDep) -> BotOut:
    """End a bot for good and call its alpha decayed."""
    return _told(site, site.bot_desk.demote(bot_id, request.why, actor))


def _told(site: Site, bot: Bot) -> BotOut:
    return BotOut.of(bot, site.bots.now(bot), iso(bot.config["market"]["start"]))
