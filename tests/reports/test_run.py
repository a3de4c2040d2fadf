"""The report of a run: it says what the record holds, loads nothing, and shows nothing that must stay sealed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from alpha_discovery.core.bars import FIELDS, Bars
from alpha_discovery.reports.run import run_report

SECTIONS = (
    "What luck would have reached", "What was tried, and why it was rejected", "Strategy by strategy", "Finalists",
    "Alphas", "Settings and identity", "Words used on this page",
)  # fmt: skip
COLOUR = "#123456"


@pytest.fixture(params=["passed", "nothing"])
def run(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_one_run_passes_and_the_other_does_not(passed: Any, nothing: Any) -> None:
    assert passed.discovery.alphas
    assert not nothing.discovery.alphas


def test_nothing_is_loaded_from_outside(run: Any) -> None:
    assert not re.search(r"https?:|url\(|@import|javascript:", run.html)
    for tag, attributes in run.page.tags:
        assert tag not in ("link", "iframe", "img", "object", "embed", "form", "base")
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#"), attributes


def test_the_browser_is_told_to_refuse_every_request(run: Any) -> None:
    policies = [a["content"] for tag, a in run.page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none';")
    assert not re.search(r"https?:|\*|'self'|connect-src", policies[0])


def test_the_file_is_small_enough_to_mail(run: Any) -> None:
    assert len(run.html.encode()) < 6_000_000


def test_every_section_is_there_once(run: Any) -> None:
    for title in SECTIONS:
        assert len(re.findall(rf"<(?:h2|summary)[^>]*>{re.escape(title)}</", run.html)) == 1, title


def test_the_verdict_has_the_numbers_of_the_record_when_nothing_passed(nothing: Any) -> None:
    noise = nothing.discovery.record.report["noise"]
    sentence = (
        f"Nothing passed: the best of {noise['n_tested']} configurations reached an adjusted Sharpe of "
        f"{noise['best_sharpe']:.1f}; luck alone reaches {noise['noise_mean_sharpe']:.1f} on average in a search like "
        f"this, and {noise['noise_95_sharpe']:.1f} in one of twenty"
    )
    assert sentence in nothing.page.words


def test_the_verdict_has_the_numbers_of_the_alpha_that_passed(passed: Any) -> None:
    record, alphas = passed.discovery.record, passed.discovery.alphas
    noise = record.report["noise"]
    best = min(alphas, key=lambda alpha: alpha.evidence["combined"]["p"])
    assert f"{len(alphas)} alpha" in passed.page.words
    for part, where in (("search", "in the search part"), ("vault", "in the vault, which the search never saw")):
        assert f"{best.metrics[part]['adjusted_sharpe']:.1f} {where}" in passed.page.words
    assert f"{noise['noise_95_sharpe']:.1f} in one of twenty" in passed.page.words


def test_the_funnel_shows_every_stage_with_its_count_and_question(run: Any) -> None:
    for stage, left, asked in run.discovery.funnel:
        assert f"{stage} {left:,} {asked}" in run.page.words


def test_every_class_of_rejection_is_shown_with_its_reason(run: Any) -> None:
    for reason, count, why in run.discovery.record.report["rejections"]:
        assert f"{reason} {count:,} {why}" in run.page.words


def test_the_usual_gate_stands_beside_ours(run: Any) -> None:
    gate = run.discovery.record.report["usual_gate"]
    assert f"The usual gate would report {gate:,} Sharpe ≥ 1, profit factor ≥ 1.5, drawdown ≤ 20%" in run.page.words
    assert f"this run reports {len(run.discovery.alphas)}" in run.page.words


def test_the_histogram_counts_every_candidate_that_was_tested(run: Any) -> None:
    counts = run.page.values(run.page.figures["reach"]["data"][0]["y"])
    assert np.nansum(counts) == run.discovery.verdict.family.n_eligible


def test_the_histogram_marks_what_luck_reaches(run: Any) -> None:
    shapes = run.page.figures["reach"]["layout"]["shapes"]
    noise = run.discovery.record.report["noise"]
    marked = [shape["x0"] for shape in shapes if shape["type"] == "line"]
    assert marked == [noise["noise_mean_sharpe"], noise["noise_95_sharpe"], noise["best_sharpe"]]


def test_the_band_of_luck_ends_where_one_search_in_twenty_does(run: Any) -> None:
    band = run.page.figures["reach"]["layout"]["shapes"][0]
    # the record's number is the 95 % quantile of the same draws
    assert band["x1"] == pytest.approx(run.discovery.record.report["noise"]["noise_95_sharpe"], rel=1e-6)


def test_every_strategy_has_its_best_equity_on_the_search_part_only(run: Any) -> None:
    shown = [figure for name, figure in run.page.figures.items() if re.fullmatch(r"strategy-\d+-equity", name)]
    assert len(shown) == len(run.discovery.screening.trials)
    for figure in shown:
        for trace in figure["data"]:
            assert run.page.values(trace["x"]).max() < run.parts.search_end
        assert figure["layout"]["xaxis"]["range"] == [run.parts.start, run.parts.end]


def test_the_vault_is_shaded_where_it_lies(run: Any) -> None:
    for name, figure in run.page.figures.items():
        if name.endswith("-equity"):
            gap, vault = figure["layout"]["shapes"]
            assert (gap["x0"], gap["x1"]) == (run.parts.search_end, run.parts.vault_start)
            assert (vault["x0"], vault["x1"]) == (run.parts.vault_start, run.parts.end)


def test_bars_of_the_vault_do_not_change_a_report_in_which_nothing_passed(nothing: Any) -> None:
    other = {key: _doubled_from(one, nothing.parts.search_end) for key, one in nothing.bars.items()}
    assert any(one.fingerprint != nothing.bars[key].fingerprint for key, one in other.items())
    assert run_report(nothing.discovery, other) == nothing.html


def test_bars_outside_the_campaign_do_not_change_the_report(passed: Any) -> None:
    longer = {key: _extended(one) for key, one in passed.bars.items()}
    assert run_report(passed.discovery, longer) == passed.html


def test_finalists_are_shown_with_verdict_and_reason(passed: Any) -> None:
    for one in passed.discovery.record.report["finalists"]:
        assert f"{one['t']:.2f}" in passed.page.words
        assert one["verdict"].replace("_", " ") in passed.page.words


def test_without_finalists_the_page_says_that_the_vault_stayed_shut(nothing: Any) -> None:
    discovery = replace_report(nothing.discovery, finalists=[], round=None)
    assert "Nothing was charged." in run_report(discovery, nothing.bars)
    charged = replace_report(nothing.discovery, finalists=[], round={"number": 3, "level": 0.003})
    assert "judging number 3 on this data, charged to the ledger" in run_report(charged, nothing.bars)


def test_every_alpha_has_a_section_of_its_own(passed: Any) -> None:
    ids = {attributes.get("id") for _, attributes in passed.page.tags}
    links = {attributes.get("href") for _, attributes in passed.page.tags}
    for alpha in passed.discovery.alphas:
        assert f"alpha-{alpha.id[:12]}" in ids
        assert f"#alpha-{alpha.id[:12]}" in links
        assert f"alpha-{alpha.id[:12]}-equity" in passed.page.figures


def test_a_run_without_alphas_says_so(nothing: Any) -> None:
    assert "nothing that was tried can be told apart from luck" in nothing.page.words
    assert not any(name.startswith("alpha-") for name in nothing.page.figures)


def test_the_campaign_can_be_read_back_from_the_page(run: Any) -> None:
    record = run.discovery.record
    shown = next(words for words in _preformatted(run.html) if '"max_iterations"' in words)
    assert json.loads(shown) == json.loads(json.dumps(record.campaign))
    for hashed in (record.campaign_hash, record.data_hash, record.id):
        assert hashed in run.page.words


def test_links_within_the_page_lead_somewhere(run: Any) -> None:
    ids = {attributes.get("id") for _, attributes in run.page.tags}
    targets = {href[1:] for _, attributes in run.page.tags if (href := attributes.get("href"))}
    assert targets <= ids


def test_plotly_accepts_every_figure(run: Any) -> None:
    for figure in run.page.figures.values():
        go.Figure(_coloured(figure))  # raises for what plotly does not know


def test_every_colour_of_a_figure_is_defined_for_both_schemes(run: Any) -> None:
    style = run.html.split("<style>")[1].split("</style>")[0]
    light, dark = style.split("@media (prefers-color-scheme: dark)")[0], style.split("prefers-color-scheme: dark")[1]
    used = {one for figure in run.page.figures.values() for one in _colour_names(figure)}
    assert used
    for name in used:
        assert f"{name}:" in light
        assert f"{name}:" in dark


def test_names_that_look_like_markup_stay_text(nothing: Any) -> None:
    trials = nothing.discovery.screening.trials
    evil = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>'
    job = replace(trials[0].job, strategy=replace(trials[0].job.strategy, name=evil))
    screening = replace(nothing.discovery.screening, trials=(replace(trials[0], job=job), *trials[1:]))
    html = run_report(replace(nothing.discovery, screening=screening), nothing.bars)
    assert "<img" not in html
    assert "<script>alert" not in html
    assert "&lt;img src=x" in html


def test_more_strategies_than_fit_are_left_to_the_table(nothing: Any, read: Any) -> None:
    trials = nothing.discovery.screening.trials * 4
    screening = replace(nothing.discovery.screening, trials=trials)
    page = read(run_report(replace(nothing.discovery, screening=screening), nothing.bars))
    assert sum(bool(re.fullmatch(r"strategy-\d+-equity", name)) for name in page.figures) == 6
    assert "the other 2 are in this table" in page.words


def test_a_run_in_which_nothing_was_active_enough_is_told_as_it_is(nothing: Any, read: Any) -> None:
    trials = []
    for one in nothing.discovery.screening.trials:
        idle = np.full(len(one), np.nan)
        trials.append(replace(one, columns={**one.columns, "t": idle, "eligible": np.zeros(len(one))}))
    family = replace(nothing.discovery.verdict.family, n_eligible=0, maxima=np.full(3, -np.inf, dtype=np.float32))
    noise = dict.fromkeys(nothing.discovery.record.report["noise"], None) | {"n_tested": 120, "n_eligible": 0}
    discovery = replace(
        replace_report(nothing.discovery, noise=noise),
        screening=replace(nothing.discovery.screening, trials=tuple(trials)),
        verdict=replace(nothing.discovery.verdict, family=family),
    )
    page = read(run_report(discovery, nothing.bars))
    sentence = "Nothing could be judged: none of 120 configurations was active enough (at least 30 round trips"
    assert sentence in page.words
    assert "Nothing was active enough to be compared with luck" in page.words
    assert "No configuration traded often enough to be judged" in page.words
    assert "reach" not in page.figures


def replace_report(discovery: Any, **changes: Any) -> Any:
    report = {**discovery.record.report, **changes}
    return replace(discovery, record=replace(discovery.record, report=report))


def _doubled_from(bars: Bars, time: int) -> Bars:
    factor = np.where(bars.time < time, 1.0, 2.0)
    columns = {name: getattr(bars, name) * factor for name in FIELDS}
    return Bars(bars.instrument, bars.timeframe, time=bars.time, **columns)


def _extended(bars: Bars) -> Bars:
    """With one bar more after the end."""
    time = np.append(bars.time, bars.time[-1] + bars.timeframe.ms)
    columns: dict[str, Any] = {name: np.append(getattr(bars, name), getattr(bars, name)[-1]) for name in FIELDS}
    return Bars(bars.instrument, bars.timeframe, time=time, **columns)


def _preformatted(html: str) -> list[str]:
    return [unescape(words) for words in re.findall(r"<pre>(.*?)</pre>", html, re.DOTALL)]


def _coloured(value: Any) -> Any:
    """A figure with a colour in place of each name of one."""
    if isinstance(value, str):
        return COLOUR if value.startswith("--") else value
    if isinstance(value, list):
        return [_coloured(one) for one in value]
    return {key: _coloured(one) for key, one in value.items()} if isinstance(value, dict) else value


def _colour_names(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} if value.startswith("--") else set()
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for one in children for name in _colour_names(one)}
