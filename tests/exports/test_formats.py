"""Exports by name, and JSON that is read back to the same trades."""

from __future__ import annotations

import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.discovery.replay import encoded
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.exports.formats import FORMATS, exported
from alpha_discovery.exports.json_file import json_file, subject_of
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.testing.alpha_examples import random_subjects

BARS = load_sample("BTC_USD-1h").slice(0, 2_000)


def test_json_is_read_back_to_an_alpha_with_the_same_trades() -> None:
    for subject in random_subjects(10, 2, BARS):
        again = subject_of(json_file(subject))
        assert again == subject
        over = tape((BARS,))
        trades = [evaluate(one.rules, encoded(one.parameters), over, one.costs).trades for one in (subject, again)]
        assert trades[0].tobytes() == trades[1].tobytes()


def test_json_that_is_something_else_is_refused() -> None:
    for text in ("{", "[]", "{}", '{"format": "alpha-discovery-alpha", "version": 99}'):
        with pytest.raises(UserError, match="needs an exported alpha"):
            subject_of(text)


def test_every_format_writes_a_file_under_a_name_of_the_alpha() -> None:
    (subject,) = random_subjects(1, 3, BARS)
    for form in FORMATS:
        made = exported(subject, form)
        assert subject.id[:12] in made.name
        assert subject.id in made.text


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    (subject,) = random_subjects(1, 3, BARS)
    with pytest.raises(UnknownName, match=r"excel.*freqtrade"):
        exported(subject, "excel")
