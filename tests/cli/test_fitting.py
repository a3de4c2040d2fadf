"""Tables on terminals that are too narrow for them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from alpha_discovery.cli.fitting import fitted
from alpha_discovery.cli.terminal import table

HEAD = ("Bot", "Market", "Mode", "Profit factor", "Worth", "Trades")
ROWS = [
    ["a bot with quite a long name", "SYN/USDT@synthetic 1h", "paper", "4.39", "11,664.69", "25"],
    ["b", "BTC/USDT 1h", "paper", "1.00", "10,000.00", "3"],
]
ALIGN, SPARE = "lllrrr", ("Mode", "Trades")


def head(room: int) -> tuple[str, ...]:
    return fitted(HEAD, ROWS, ALIGN, spare=SPARE, room=room).head


def drawn(width: int) -> list[str]:
    screen = Console(file=io.StringIO(), width=width, highlight=False)
    table(screen, HEAD, ROWS, ALIGN, spare=SPARE)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue().splitlines()


def test_a_table_that_has_room_stays_as_it_is() -> None:
    found = fitted(HEAD, ROWS, ALIGN, spare=SPARE, room=120)
    assert (found.head, found.align, found.left_out) == (HEAD, ALIGN, ())


def test_a_long_heading_over_short_numbers_stands_on_several_lines_first() -> None:
    whole = fitted(HEAD, ROWS, ALIGN, spare=SPARE, room=200).width
    assert head(whole) == HEAD
    assert head(whole - 1) == ("Bot", "Market", "Mode", "Profit\nfactor", "Worth", "Trades")


def test_spare_columns_go_one_by_one_in_their_order() -> None:
    broken = fitted(HEAD, ROWS, ALIGN, spare=(), room=200).with_broken_headings().width
    assert head(broken) == ("Bot", "Market", "Mode", "Profit\nfactor", "Worth", "Trades")
    assert head(broken - 1) == ("Bot", "Market", "Profit\nfactor", "Worth", "Trades")
    assert head(broken - 10) == ("Bot", "Market", "Profit\nfactor", "Worth")


def test_texts_fold_last_the_longest_first() -> None:
    assert fitted(HEAD, ROWS, ALIGN, spare=SPARE, room=66).align == "Llrr"
    assert fitted(HEAD, ROWS, ALIGN, spare=SPARE, room=50).align == "LLrr"


@pytest.mark.parametrize("width", range(51, 120))
def test_no_width_cuts_a_cell_or_a_heading(width: int) -> None:
    lines = drawn(width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text
    assert all(number in text for number in ("11,664.69", "10,000.00", "4.39", "Worth", "Bot", "Market"))


def test_what_found_no_room_is_named() -> None:
    assert drawn(70)[-1].strip() == "no room here for: Mode, Trades"


def test_columns_of_one_heading_go_together() -> None:
    found = fitted(("a", "share", "b", "share"), [["1234567890"] * 4], "rrrr", spare=("share",), room=30)
    assert (found.head, found.rows, found.align) == (("a", "b"), [["1234567890"] * 2], "rr")


def test_a_table_without_rows_needs_its_headings() -> None:
    assert fitted(("Bot", "Market"), [], "ll", spare=(), room=80).width == len("Bot") + 2 + len("Market")
