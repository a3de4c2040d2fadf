"""The page around every report: its library, its figures, its escaping."""

from __future__ import annotations

import base64
import gzip
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.offline import get_plotlyjs

from alpha_discovery.reports.page import chart_json, numbers, packed_plotly, text


def test_the_packed_library_is_the_installed_one() -> None:
    assert gzip.decompress(base64.b64decode(packed_plotly())).decode() == get_plotlyjs()


def test_packing_makes_the_library_smaller_than_two_megabytes() -> None:
    assert len(packed_plotly()) < 2_000_000


@given(st.text(alphabet=st.sampled_from("<>/!-&\"'scriptSCRIPT\u2028\u2029 ")))
def test_no_text_in_a_figure_can_end_its_script_element(words: str) -> None:
    packed = str(chart_json({"layout": {"title": words}}))
    assert not re.search(r"[<>&\u2028\u2029]", packed)
    assert json.loads(packed) == {"layout": {"title": words}}


def test_a_figure_refuses_what_json_cannot_hold() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        chart_json({"data": [float("nan")]})


@given(st.lists(st.floats(width=32, allow_nan=True), max_size=20))
def test_numbers_come_back_from_their_packed_form(values: list[float]) -> None:
    packed = numbers(values)
    back = np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<f4")
    np.testing.assert_array_equal(back, np.asarray(values, dtype=np.float32))


def test_text_in_a_figure_has_no_tags() -> None:
    assert text("<b>x</b> & y") == "&lt;b&gt;x&lt;/b&gt; &amp; y"
