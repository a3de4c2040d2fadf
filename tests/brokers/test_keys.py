"""Keys at rest: encrypted, for their owner only, and never printed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from alpha_discovery.brokers.keys import KeyFile, Keys, keys_from_environment
from alpha_discovery.errors import NotFound, UserError

PHRASE = "twelve letters or more"


def test_keys_come_back_and_the_file_holds_nothing_readable(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    KeyFile(path, PHRASE).put("binance", Keys("public-part", "secret-part", "third"))
    assert KeyFile(path, PHRASE).get("binance") == Keys("public-part", "secret-part", "third")
    for word in (b"public-part", b"secret-part", b"third", b"binance"):
        assert word not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_wrong_passphrase_and_a_changed_file_open_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    KeyFile(path, PHRASE).put("binance", Keys("a", "b"))
    with pytest.raises(UserError, match="does not open"):
        KeyFile(path, "another passphrase").get("binance")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(UserError, match="does not open"):
        KeyFile(path, PHRASE).get("binance")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(UserError, match="at least 12"):
        KeyFile(Path("keys"), "short")


def test_forgotten_keys_are_gone_and_others_stay(tmp_path: Path) -> None:
    store = KeyFile(tmp_path / "keys", PHRASE)
    store.put("binance", Keys("a", "b"))
    store.put("kraken", Keys("c", "d"))
    store.put("binance", None)
    assert store.get("kraken") == Keys("c", "d")
    with pytest.raises(NotFound, match="no keys of binance"):
        store.get("binance")


def test_the_environment_gives_keys_by_venue_or_none() -> None:
    told = {"ALPHA_KEY_BINANCE": "k", "ALPHA_SECRET_BINANCE": "s"}
    assert keys_from_environment("binance", told) == Keys("k", "s")
    assert keys_from_environment("kraken", told) is None
    assert keys_from_environment("binance", {"ALPHA_KEY_BINANCE": "k"}) is None


def test_keys_do_not_show_themselves() -> None:
    assert repr(Keys("k", "s")) == "<Keys>"
