"""Where strategies are found, and what a user is told when they are not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.strategies import registry
from alpha_discovery.strategies.registry import all_strategies, built_in_strategies, find_strategy, user_strategies

Install = Callable[[str], None]
MINE = '''
from alpha_discovery.core.params import Int
from alpha_discovery.rules import Rules, crosses_above, lag, strategy

@strategy(family="momentum", space={"back": Int(1, 9)}, source="Me (2024)")
def NAME(p, bars):
    """Long above the past."""
    return Rules(enter_long=crosses_above(bars.close, lag(bars.close, p.back)))
'''


def write(folder: Path, file: str, name: str = "mine") -> Path:
    path = folder / file
    path.write_text(MINE.replace("NAME", name), encoding="utf-8")
    return path


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Pretends that a distribution with this entry point is installed."""

    def install(value: str) -> None:
        point = EntryPoint(name="theirs", value=value, group=registry.ENTRY_POINTS)
        monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == point.group else [])
        registry._installed.cache_clear()

    yield install
    registry._installed.cache_clear()


def test_the_folder_holds_at_least_ten_strategies_of_six_families() -> None:
    built_in = built_in_strategies().values()
    assert len(built_in) >= 10
    assert len({strategy.family for strategy in built_in}) >= 6


def test_every_file_of_the_folder_is_a_strategy_of_its_name() -> None:
    folder = Path(registry.__file__).parent
    machinery = {"__init__", "__main__", "registry", "reference", "templates"}
    assert {file.stem for file in folder.glob("*.py")} - machinery == set(built_in_strategies())


@pytest.mark.parametrize(
    ("name", "parameter", "low", "high"),
    [
        # the ranges that the system's first specification gives for its three strategy types
        ("trend_following", "fast_ma", 5, 20), ("trend_following", "slow_ma", 20, 50),
        ("trend_following", "signal_period", 5, 15),
        ("mean_reversion", "rsi_period", 10, 30), ("mean_reversion", "rsi_oversold", 20, 40),
        ("mean_reversion", "rsi_overbought", 60, 80),
        ("arbitrage", "min_profit_threshold", 0.001, 0.01), ("arbitrage", "max_execution_time", 100, 1000),
    ],
)  # fmt: skip
def test_the_three_first_types_have_their_ranges(name: str, parameter: str, low: float, high: float) -> None:
    kind = find_strategy(name).own.kinds[parameter]
    assert (kind.low, kind.high) == (low, high)  # type: ignore[attr-defined]


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match=r"^no strategy named 'trend_folowing'; did you mean trend_following\?$"):
        find_strategy("trend_folowing")


def test_names_come_in_alphabetical_order() -> None:
    assert list(all_strategies()) == sorted(all_strategies())


def test_a_users_file_is_found_only_when_its_folder_is_named(tmp_path: Path) -> None:
    write(tmp_path, "mine.py")
    assert find_strategy("mine", tmp_path).summary == "Long above the past."
    with pytest.raises(UnknownName):
        find_strategy("mine")


def test_a_users_strategy_stands_beside_the_built_in_ones(tmp_path: Path) -> None:
    write(tmp_path, "mine.py")
    assert set(all_strategies(tmp_path)) == {*all_strategies(), "mine"}


def test_files_that_start_with_an_underscore_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "_notes.py").write_text("raise SystemError", encoding="utf-8")
    assert user_strategies(tmp_path) == {}


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert user_strategies(tmp_path / "nowhere") == {}


def test_two_strategies_of_one_name_are_an_error_that_names_both_files(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a.py"), write(tmp_path, "b.py")
    with pytest.raises(UserError) as caught:
        user_strategies(tmp_path)
    assert str(caught.value) == f"two strategies are named mine: in {first} and {second}; rename one"


def test_a_users_strategy_may_not_take_a_built_in_name(tmp_path: Path) -> None:
    mine = write(tmp_path, "mine.py", name="sma_cross")
    with pytest.raises(UserError) as caught:
        all_strategies(tmp_path)
    assert find_strategy("sma_cross").file in str(caught.value)
    assert str(mine) in str(caught.value)


def test_a_users_file_may_build_on_a_built_in_strategy(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.py")
    text = path.read_text(encoding="utf-8")
    path.write_text("from alpha_discovery.strategies.sma_cross import sma_cross\n" + text, encoding="utf-8")
    assert set(all_strategies(tmp_path)) == {*all_strategies(), "mine"}


def test_a_plug_in_that_lies_in_the_users_folder_is_met_once(
    plug_in: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "plug_in_three.py", name="theirs")
    monkeypatch.syspath_prepend(tmp_path)
    plug_in("plug_in_three:theirs")
    assert set(all_strategies(tmp_path)) == {*built_in_strategies(), "theirs"}


def test_a_file_that_fails_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("x = 1\ny = x / 0\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        user_strategies(tmp_path)
    assert str(caught.value) == (
        f"the strategy file {path} cannot be loaded: ZeroDivisionError: division by zero ({path}:2)"
    )


def test_a_file_with_a_syntax_error_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("x = 1\ndef (\n", encoding="utf-8")
    with pytest.raises(UserError, match=f"SyntaxError: .*\\({path}:2\\)$"):
        user_strategies(tmp_path)


def test_a_file_that_breaks_the_grammar_is_named_with_the_line_of_the_mistake(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.py")
    text = path.read_text(encoding="utf-8").replace("lag(bars.close, p.back)", "p.back * bars.volume")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        user_strategies(tmp_path)
    assert f"{path}:8: cannot cross above: close is a price and (back * volume) a count" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_a_strategy_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(UserError, match="defines no strategy; put @strategy"):
        user_strategies(tmp_path)


def test_a_plug_in_may_name_a_strategy(plug_in: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "plug_in_one.py", name="theirs")
    monkeypatch.syspath_prepend(tmp_path)
    plug_in("plug_in_one:theirs")
    assert find_strategy("theirs").source == "Me (2024)"


def test_a_plug_in_may_name_a_module(plug_in: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "plug_in_two.py", name="theirs")
    monkeypatch.syspath_prepend(tmp_path)
    plug_in("plug_in_two")
    assert "theirs" in all_strategies()


def test_a_plug_in_that_cannot_be_loaded_is_named(plug_in: Install) -> None:
    plug_in("no_such_module:theirs")
    expected = r"^the plug-in theirs \(no_such_module:theirs\) cannot be loaded: ModuleNotFoundError: No module named"
    with pytest.raises(UserError, match=expected):
        all_strategies()


def test_a_plug_in_that_names_something_else_is_an_error(plug_in: Install) -> None:
    plug_in("math:pi")
    with pytest.raises(UserError, match=r"needs to name a strategy; it names 3\.14"):
        all_strategies()


def test_importing_the_registry_loads_no_strategy() -> None:
    loaded = "'alpha_discovery.strategies.sma_cross' in sys.modules"
    code = f"import sys, alpha_discovery.strategies.registry; sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
