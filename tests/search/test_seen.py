from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.params import Float, Int
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space, joined
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.fresh import Fresh
from alpha_discovery.search.key_set import KeySet
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.untold import Untold
from alpha_discovery.testing.optimizer_suite import MIXED, SMALL, rows

keys = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 40).map(lambda n: n << 20), max_size=60)


@given(st.lists(keys, max_size=6))
@settings(max_examples=60)
def test_a_key_set_holds_what_a_set_holds(batches: list[list[int]]) -> None:
    ours, theirs = KeySet(), set[int]()
    for batch in batches:
        asked = np.array(batch, dtype=np.uint64)
        assert ours.has(asked).tolist() == [key in theirs for key in batch]
        ours.add(np.array(sorted(set(batch) - theirs), dtype=np.uint64))
        theirs |= set(batch)
    assert len(ours) == len(theirs)


def test_a_key_set_grows_over_many_keys() -> None:
    ours = KeySet()
    many = np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64)
    for start in range(0, 20_000, 3_000):
        ours.add(many[start : start + 3_000])
    assert ours.has(many).all()
    assert ours.sorted().tolist() == np.sort(many).tolist()


def test_new_rows_are_valid_and_new() -> None:
    seen = Seen(SMALL)
    batch = {"fast": np.array([1.0, 1.0, 5.0, 2.0]), "slow": np.array([2.0, 2.0, 3.0, 6.0])}
    assert seen.new(batch).tolist() == [0, 3]  # row 1 repeats row 0, row 2 breaks fast < slow
    assert seen.new(batch).tolist() == []


def test_rows_beyond_the_wanted_number_stay_new() -> None:
    seen = Seen(SMALL)
    batch = {"fast": np.array([1.0, 1.0]), "slow": np.array([2.0, 3.0])}
    assert seen.new(batch, at_most=1).tolist() == [0]
    assert seen.new(batch).tolist() == [1]


def test_unseen_rows_are_not_remembered() -> None:
    seen = Seen(SMALL)
    batch = {"fast": np.array([1.0]), "slow": np.array([2.0])}
    assert seen.unseen(batch).tolist() == seen.unseen(batch).tolist() == [0]


def test_seen_rows_survive_a_checkpoint() -> None:
    seen, again = Seen(MIXED), Seen(MIXED)
    batch = RandomSearch(MIXED, budget=300, seed=1).ask(300)
    seen.new(batch)
    again.restore(json.loads(json.dumps(seen.state())))
    assert len(again) == 300
    assert not len(again.new(batch))


def test_arrays_survive_json_bit_for_bit() -> None:
    array = np.array([[np.nan, -0.0], [1e-320, np.inf]])
    again = unpacked(json.loads(json.dumps(packed(array))))
    assert again.tobytes() == array.tobytes()
    assert again.shape == (2, 2)


def test_fresh_points_end_with_the_space() -> None:
    fresh = Fresh(Cube(SMALL), Seen(SMALL), seed=1)
    parts = [fresh.take(4) for _ in range(5)]
    assert [len(part) for part in parts] == [4, 4, 4, 3, 0]
    assert len(set(rows(joined([Cube(SMALL).decode(part) for part in parts])))) == 15


def test_a_rare_valid_point_is_found_in_a_listed_space() -> None:
    one = Space({"a": Int(1, 400), "b": Int(1, 400)}, (Param("a") + 398 < Param("b"),))
    assert rows(Cube(one).decode(Fresh(Cube(one), Seen(one), seed=1).take(9))) == [(1.0, 400.0)]


def test_fresh_points_go_on_after_a_checkpoint() -> None:
    cube = Cube(Space({"x": Float(0.0, 1.0), "y": Float(0.0, 1.0)}))
    whole = Fresh(cube, Seen(cube.space), seed=2)
    expected = np.concatenate([whole.take(300), whole.take(1_500)])
    seen = Seen(cube.space)
    head = Fresh(cube, seen, seed=2)
    first = head.take(300)
    again = Fresh(cube, seen, seed=2)
    again.restore(head.state())
    assert np.array_equal(np.concatenate([first, again.take(1_500)]), expected)


def test_tags_come_back_in_any_order_and_once() -> None:
    untold = Untold(1)
    untold.add(np.array([10, 20, 30], dtype=np.uint64), np.array([[1.0], [2.0], [3.0]]))
    assert untold.pop(np.array([30, 99, 10], dtype=np.uint64))[[0, 2], 0].tolist() == [3.0, 1.0]
    assert np.isnan(untold.pop(np.array([30], dtype=np.uint64))).all()
    assert untold.pop(np.array([20], dtype=np.uint64)).tolist() == [[2.0]]
    assert len(untold) == 0
