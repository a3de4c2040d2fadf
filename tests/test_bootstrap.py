"""The laboratory that is opened: its markets, its database."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from alpha_discovery.bootstrap import SampleMarkets, StoredMarkets, open_influx, open_lab, open_messenger
from alpha_discovery.compute import devices
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.run import at_work
from alpha_discovery.errors import BadMarketData, NotFound, StorageFailed, UserError
from alpha_discovery.market_data import Catalog, load_sample
from alpha_discovery.settings import Settings
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import run_record
from alpha_discovery.testing.markets import random_walk


def test_the_sample_is_found_under_any_spelling() -> None:
    assert SampleMarkets().load("BTCUSD", "1h", "coinbase").fingerprint == load_sample("BTC_USD-1h").fingerprint


def test_the_sample_is_made_coarser() -> None:
    bars = SampleMarkets().load("BTC/USD", "1d")
    assert (bars.timeframe.name, str(bars.instrument)) == ("1d", "BTC/USD@coinbase")


@pytest.mark.parametrize("asked", [("BTC/USD", "1m", None), ("ETH/USD", "1h", None), ("BTC/USD", "1h", "x")])
def test_what_is_not_in_the_sample_is_refused_with_what_is(asked: tuple[str, str, str | None]) -> None:
    with pytest.raises(NotFound, match="there are AAPL@nasdaq 1d, BTC/USD@coinbase 1h"):
        SampleMarkets().load(*asked)


def test_stored_markets_go_before_the_sample(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    mine = load_sample("BTC_USD-1h").slice(0, 100)
    catalog.save(mine)
    assert len(StoredMarkets(catalog).load("BTC/USD", "1h")) == 100


def test_the_sample_stands_in_for_what_is_not_stored(tmp_path: Path) -> None:
    assert len(StoredMarkets(Catalog(tmp_path)).load("AAPL", "1d")) == 3_270  # bars, as ORIGIN.md says


def test_a_market_nowhere_is_answered_by_the_catalog(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="alpha data import FILE --symbol DOGE/USDT"):
        StoredMarkets(Catalog(tmp_path)).load("DOGE/USDT", "1h")


def test_a_damaged_market_is_not_hidden_by_the_sample(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    path = catalog.save(load_sample("BTC_USD-1h").slice(0, 100))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadMarketData):
        StoredMarkets(catalog).load("BTC/USD", "1h")


def test_the_lab_stores_in_the_users_folder(tmp_path: Path) -> None:
    settings = Settings(userdir=tmp_path / "mine")
    with open_lab(settings) as opened:
        opened.lab.runs.add(run_record("run-1"))
        opened.catalog.save(random_walk(10, seed=1))
    with open_lab(settings, create=False) as again:
        assert again.lab.runs.get("run-1").id == "run-1"
        assert len(again.lab.market_data.load("SYN/USDT", "1h")) == 10


def test_a_lab_that_only_looks_makes_nothing(tmp_path: Path) -> None:
    settings = Settings(userdir=tmp_path / "x")
    with pytest.raises(NotFound, match="there is no database"), open_lab(settings, create=False):
        pass
    assert not (tmp_path / "x").exists()


def test_a_transaction_of_the_lab_is_all_or_nothing(tmp_path: Path) -> None:
    with open_lab(Settings(userdir=tmp_path)) as opened:
        with suppress(ZeroDivisionError), opened.lab.transaction():
            opened.lab.runs.add(run_record("run-1"))
            raise ZeroDivisionError
        with pytest.raises(NotFound):
            opened.lab.runs.get("run-1")


def test_a_folder_in_place_of_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "alpha.db").mkdir()
    with pytest.raises(StorageFailed, match="is a folder"), open_lab(Settings(userdir=tmp_path)):
        pass


def test_a_url_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError), open_lab(Settings(userdir=tmp_path, database_url="nothing://at/all")):
        pass


def test_trades_are_simulated_where_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "problem", lambda: "no driver was found")
    with open_lab(Settings(userdir=tmp_path)) as opened:
        assert opened.device == "cpu"
    with open_lab(Settings(userdir=tmp_path, device="auto")) as opened:
        assert opened.device == "cpu"
    with open_lab(Settings(userdir=tmp_path, device="cuda")) as opened, pytest.raises(UserError, match="no driver was"):
        _ = opened.device
    monkeypatch.setattr(devices, "problem", lambda: None)
    monkeypatch.setattr(devices, "gpu_name", lambda: "a GPU")
    with open_lab(Settings(userdir=tmp_path, device="auto")) as opened:
        assert opened.device == "cuda"


def test_a_run_whose_process_was_killed_is_interrupted_when_the_laboratory_is_opened_next(tmp_path: Path) -> None:
    settings = Settings(userdir=tmp_path)
    with open_lab(settings) as opened:
        opened.lab.runs.add(run_record("killed"))
        opened.lab.runs.add(run_record("lives"))
        with opened.lab.present("lives"):
            (settings.runs / "killed.at-work").touch()
            with open_lab(settings) as again:
                states = {run.id: (run.state, run.error_message) for run in again.lab.runs.list()}
    assert states["lives"] == (RunState.RUNNING, None)
    state, why = states["killed"]
    assert state is RunState.INTERRUPTED
    assert "its process ended without a word" in str(why)


def test_a_run_whose_end_found_no_room_on_the_disk_is_told_when_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(userdir=tmp_path)

    def full(self: RunsInSql, run: RunRecord) -> None:
        raise StorageFailed("the disk is full")

    with open_lab(settings) as opened, monkeypatch.context() as patch:
        patch.setattr(RunsInSql, "update", full)
        with pytest.raises(StorageFailed), at_work(run_record("run-1"), opened.lab):
            raise StorageFailed("the disk is full")
        assert opened.lab.runs.get("run-1").state is RunState.RUNNING
    with open_lab(settings) as again:
        run = again.lab.runs.get("run-1")
    assert run.state is RunState.INTERRUPTED
    assert "its disk full" in str(run.error_message)
    assert list(settings.runs.iterdir()) == []


@pytest.mark.parametrize("url", ["nonsense", "hooks.example/secret", "ftp://h/secret", "http://", "http://h:secret/x"])
def test_a_webhook_or_an_influxdb_at_no_address_is_refused_at_once_and_not_shown(url: str) -> None:
    with pytest.raises(UserError, match=r"ALPHA_WEBHOOK_URL. needs an address such as https://HOST/PATH") as told:
        open_messenger(Settings(webhook_url=url))
    assert "secret" not in str(told.value)
    with pytest.raises(UserError, match=r"ALPHA_INFLUX_URL. needs an address"):
        open_influx(Settings(influx_url=url, influx_token="t"))
    open_messenger(Settings(webhook_url="http://127.0.0.1:9/x?key=1")).close()
