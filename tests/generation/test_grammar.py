"""Rules that a machine writes: always sentences of the grammar, never about the future."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.scalar import Const
from alpha_discovery.generation.blocks import blocks_from, shipped
from alpha_discovery.generation.codons import CODONS
from alpha_discovery.generation.grammar import Derived, Grammar
from alpha_discovery.generation.variation import crossed, fresh, mutated
from alpha_discovery.rules.nodes import NEVER, Apply, Compare, Field, Junction
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing import markets

ONE, TWO = Grammar(shipped()), Grammar(shipped(), n_legs=2)
SAMPLE = 300


def drawn(n: int, grammar: Grammar = ONE, seed: int = 0) -> Iterator[Derived]:
    rng = np.random.default_rng(seed)
    return (fresh(grammar, rng) for _ in range(n))


@pytest.mark.parametrize("grammar", [ONE, TWO], ids=["one market", "a pair"])
def test_a_genome_in_canonical_form_says_the_same(grammar: Grammar) -> None:
    for one in drawn(SAMPLE, grammar):
        again = Grammar(shipped(), grammar.n_legs).derive(one.genome)
        assert (again.rules, again.genome, again.parts) == (one.rules, one.genome, one.parts)


@pytest.mark.parametrize("n_legs", [1, 2], ids=["one market", "a pair"])
def test_a_grammar_that_remembers_conditions_reads_as_one_that_has_seen_nothing(n_legs: int) -> None:
    knowing, rng = Grammar(shipped(), n_legs), np.random.default_rng(8)
    parents = list(drawn(40, knowing))
    for first, second in pairwise(parents):
        child = crossed(knowing, first, second, rng)
        fresh_eyes = Grammar(shipped(), n_legs).derive(child.genome)
        assert (fresh_eyes.rules, fresh_eyes.genome, fresh_eyes.parts) == (child.rules, child.genome, child.parts)


def test_what_is_stored_as_json_is_the_same_rule() -> None:
    assert all(Rules.from_json(one.rules.to_json()) == one.rules for one in drawn(SAMPLE))


def test_no_sentence_is_longer_or_slower_to_warm_up_than_announced() -> None:
    for one in drawn(SAMPLE):
        assert len(one.genome) <= ONE.longest
        assert one.rules.warmup({}) <= ONE.longest_warmup


def test_entries_and_exits_keep_the_limits_of_the_blocks() -> None:
    tight = Grammar(blocks_from({**shipped().source, "conditions": {"entry": 1, "exit": 0}, "filters": []}))
    for one in drawn(SAMPLE, tight):
        assert one.rules.exit_long == one.rules.exit_short == NEVER
        assert not isinstance(one.rules.enter_long, Junction) or one.rules.enter_long == NEVER


def test_the_same_conditions_in_another_order_are_the_same_rule() -> None:
    one = next(d for d in drawn(500) if sum(p.symbol == "condition" for p in d.parts) == 3)
    entry = next(part for part in one.parts if part.symbol == "entry")
    inside = sorted(p for p in one.parts if p.symbol == "condition" and p.start >= entry.start and p.stop <= entry.stop)
    slices = [one.genome[part.start : part.stop] for part in inside]
    turned = [gene for part in reversed(slices) for gene in part]
    start = inside[0].start
    assert ONE.derive((*one.genome[:start], *turned, *one.genome[start + len(turned) :])).rules == one.rules


def test_two_genomes_in_canonical_form_never_say_the_same() -> None:
    spelled: dict[Rules, tuple[int, ...]] = {}
    for one in drawn(1_000, seed=5):
        assert spelled.setdefault(one.rules, one.genome) == one.genome


def test_a_condition_about_volume_is_the_same_for_both_sides() -> None:
    # hand calculation: volume has no upside down, so its z-score above 1 stays above 1 in a short entry
    series = Apply("zscore", (Field("volume"),), (Const(24.0),))
    condition = Compare(">", series, Const(1.0))
    assert ONE._mirror.of(condition) == condition
    of_price = Compare(">", Apply("zscore", (Field("close"),), (Const(24.0),)), Const(1.0))
    assert ONE._mirror.of(of_price) == Compare("<", of_price.left, Const(-1.0))


def test_no_rule_enters_both_sides_at_once() -> None:
    both = [one.rules for one in drawn(SAMPLE) if NEVER not in (one.rules.enter_long, one.rules.enter_short)]
    assert both
    assert all(rules.enter_long != rules.enter_short for rules in both)


def test_crossing_and_mutation_give_sentences_again() -> None:
    rng, parents = np.random.default_rng(1), list(drawn(60))
    changed = 0
    for first, second in pairwise(parents):
        for child in (crossed(ONE, first, second, rng), mutated(ONE, first, rng)):
            assert ONE.derive(child.genome).rules == child.rules
            changed += child.rules != first.rules
    assert changed > 60


def test_a_pair_reads_both_markets_and_weighs_them() -> None:
    found = [one.rules for one in drawn(SAMPLE, TWO)]
    assert all(len(rules.weights) == 2 for rules in found)
    assert any('"leg": 1' in str(rules.to_json()).replace("'", '"') for rules in found)


def test_the_short_side_is_the_long_side_of_a_market_turned_upside_down() -> None:
    # hand calculation: each word of the second sentence is the mirror image of that of the first
    both = [one.rules for one in drawn(500) if NEVER not in (one.rules.enter_long, one.rules.enter_short)]
    by_text = {rules.describe()[0]: rules for rules in both}
    sides = [(r.enter_long, r.enter_short) for r in by_text.values()]
    assert all(ONE._mirror.of(ONE._mirror.of(long)) == long for long, _ in sides)
    texts = [(r.describe({})[0], next(t for t in r.describe({}) if t.startswith("enter short"))) for r in both]
    rsi = [(a, b) for a, b in texts if a.count("RSI(close, 14) < 30") == 1]
    assert all("RSI(close, 14) > 70" in short for _, short in rsi)


def shares(n: int) -> tuple[float, float]:
    """Of rules drawn at random: those that are read back from JSON and known on a year of bars; those that enter."""
    over = tape((market(24 * 365),))
    valid = entering = 0
    for one in drawn(n, seed=2):
        columns = Columns(over, {"": np.zeros(1)})
        stored = Rules.from_json(one.rules.to_json())
        bits = [int(np.bitwise_count(columns.bitmaps(s).values).sum()) for s in stored.signals[::2]]
        known = max(int(np.bitwise_count(columns.bitmaps(~s).values).sum()) for s in stored.signals[::2] if s != NEVER)
        valid += known + max(bits) > 0
        entering += sum(bits) > 0
    return valid / n, entering / n


def test_rules_drawn_at_random_are_valid_and_most_of_them_trade_within_a_year() -> None:
    valid, entering = shares(150)
    assert valid >= 0.95
    assert entering >= 0.85


@pytest.mark.slow
def test_at_least_95_of_100_rules_drawn_at_random_are_valid() -> None:
    assert shares(10_000)[0] >= 0.95


def market(n: int) -> Bars:
    return markets.garch(n, seed=7)


def look_ahead(rules: Rules, bars: Bars, cut: int) -> bool:
    """Whether any signal up to a bar changes when the bars after it are cut off."""
    whole, part = (Columns(tape((one,)), {"": np.zeros(1)}) for one in (bars, bars.slice(0, cut)))
    for signal in rules.signals:
        long, short = whole.bitmaps(signal).values[0], part.bitmaps(signal).values[0]
        bits = np.unpackbits(long.view(np.uint8), bitorder="little")[:cut]
        if (bits != np.unpackbits(short.view(np.uint8), bitorder="little")[:cut]).any():
            return True
    return False


def looking_ahead(n: int, seed: int) -> int:
    bars, rng = market(1_100), np.random.default_rng(seed)
    return sum(look_ahead(one.rules, bars, int(rng.integers(300, 1_100))) for one in drawn(n, seed=seed))


def test_no_rule_drawn_at_random_looks_ahead() -> None:
    assert looking_ahead(150, seed=3) == 0


@pytest.mark.slow
def test_none_of_ten_thousand_rules_drawn_at_random_looks_ahead() -> None:
    assert looking_ahead(10_000, seed=4) == 0


def test_a_genome_of_any_numbers_can_be_read() -> None:
    assert ONE.derive(()).rules == ONE.derive((0,) * ONE.longest).rules
    assert ONE.derive((CODONS - 1,) * ONE.longest).rules.describe()
