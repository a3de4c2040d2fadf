"""Trees as keys: equal ones are one key, in this process and in another."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace

from alpha_discovery.core.hashed_once import hashed_once
from alpha_discovery.rules.nodes import Bool, Field


@hashed_once
@dataclass(frozen=True)
class Counted:
    """Counts how often its part is hashed."""

    part: Part


class Part:
    """Something that is hashed."""

    times = 0

    def __hash__(self) -> int:
        self.times += 1
        return 7


def condition() -> Bool:
    return (Field("close") * 2.0 > Field("open")) & (Field("hour") > 3.0)


def test_the_parts_of_a_value_are_hashed_once() -> None:
    one = Counted(Part())
    assert {hash(one), hash(one), hash(one)} == {hash((one.part,))}
    assert one.part.times == 2  # once by the value, once here


def test_equal_trees_are_one_key_and_others_are_not() -> None:
    assert {condition(): 1}[condition()] == 1
    assert hash(replace(Field("close"), leg=1)) != hash(Field("close"))


def test_a_tree_that_was_looked_up_is_found_in_another_process() -> None:
    tree = condition()
    hash(tree)
    code = (
        "import pickle, sys; from alpha_discovery.rules.nodes import Field; "
        "tree = (Field('close') * 2.0 > Field('open')) & (Field('hour') > 3.0); "
        "print(tree in {pickle.load(sys.stdin.buffer)})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    told = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(tree), capture_output=True, check=True, env=environment
    )
    assert told.stdout.split() == [b"True"]
