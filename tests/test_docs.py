"""Pages that cannot rot: examples run, recipes pass the suites, every command is described."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from alpha_discovery.cli.reference import commands, reference
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import user_strategies
from alpha_discovery.testing.indicator_suite import IndicatorSuite
from alpha_discovery.testing.strategy_suite import StrategySuite
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^\n]+) -->\n)?```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r"^<!-- output -->\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| ([\d,]+) \|((?: [\d.() ]+ \|){3})$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: str) -> list[tuple[str, str]]:
    """Mark and code of every Python block of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [(found["mark"] or "", found["code"]) for found in BLOCK.finditer(text)]


def recipe(file: str) -> str:
    """The file of that name in CONTRIBUTING.md."""
    (code,) = [code for mark, code in blocks("CONTRIBUTING.md") if mark == f"file: {file}"]
    return code


def test_every_python_block_is_run_or_is_a_file_of_a_recipe() -> None:
    assert {mark for mark, _ in blocks("README.md")} == {"run"}
    assert {mark.partition(": ")[0] for mark, _ in blocks("CONTRIBUTING.md")} == {"file"}


def test_the_first_result_prints_what_the_readme_says(tmp_path: Path) -> None:
    ((_, code),) = blocks("README.md")
    assert len(code.splitlines()) <= 20
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    (printed,) = OUTPUT.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert done.stdout == printed, "run the example and put what it prints into README.md"


@pytest.mark.parametrize("page", ["README.md", "docs/explanation/judging.md"])
def test_what_cannot_be_certified_is_what_the_package_computes(page: str) -> None:
    rows = ROW.findall((ROOT / page).read_text(encoding="utf-8"))
    assert len(rows) >= 3
    for number, cells in rows:
        candidates = float(number.replace(",", ""))
        for cell, years in zip(cells.strip(" |").split(" | "), (1, 2, 5), strict=True):
            half, _, more = cell.partition(" (")
            assert half == f"{smallest_certifiable_sharpe(years, candidates, 0.5):.1f}"
            assert more in ("", f"{smallest_certifiable_sharpe(years, candidates, 0.8):.1f})")


class TestStrategyOfTheRecipe(StrategySuite):
    @pytest.fixture
    def strategy(self, tmp_path: Path) -> Strategy:
        (tmp_path / "kijun_cross.py").write_text(recipe("strategies/kijun_cross.py"), encoding="utf-8")
        return user_strategies(tmp_path)["kijun_cross"]


@pytest.fixture(scope="session")
def midprice(tmp_path_factory: pytest.TempPathFactory) -> Indicator:
    path = tmp_path_factory.mktemp("indicators") / "midprice.py"
    path.write_text(recipe("indicators/midprice.py"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("midprice", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALPHA_KERNEL_CACHE", str(path.parent))  # compiled code of a passing file goes with it
        spec.loader.exec_module(module)
    found: Indicator = module.midprice
    return found


class TestIndicatorOfTheRecipe(IndicatorSuite):
    @pytest.fixture
    def indicator(self, midprice: Indicator) -> Indicator:
        return midprice


def test_recipes_stay_within_the_size_of_their_kind() -> None:
    recipes = [code for mark, code in blocks("CONTRIBUTING.md") if mark.startswith("file: ")]
    assert [len(code.splitlines()) < 80 for code in recipes] == [True, True]


def test_the_page_of_the_command_line_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert page == reference(), "run: python -m alpha_discovery.cli.reference > docs/reference/cli.md"


def test_every_command_has_its_section() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    words = [words for words, _ in commands()]
    assert "alpha discover" in words
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == words


def test_commands_that_the_pages_name_exist() -> None:
    known = {tuple(words.split()) for words, _ in commands()}
    starts = {words[:n] for words in known for n in range(2, len(words) + 1)}
    groups = starts - known
    unknown = []
    for page in PAGES:
        for found in re.finditer(r"`(alpha(?: [a-z-]+)+)", page.read_text(encoding="utf-8")):
            words = tuple(found[1].split())
            if words[:2] not in starts or (words[:2] in groups and len(words) > 2 and words[:3] not in starts):
                unknown.append(f"{name(page)}: {found[1]}")
    assert unknown == []


@pytest.mark.parametrize("path", RECORDS, ids=name)
def test_a_decision_record_has_its_four_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# 0*{int(path.name[:4])}[:.] \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Rejected"]
    assert len(text.splitlines()) <= 60, "one page"


def test_no_two_decision_records_share_a_number() -> None:
    assert len({path.name[:4] for path in RECORDS}) == len(RECORDS)


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / found["target"]).resolve() for found in LINK.finditer(index)}
    missing = [path for path in PAGES if path.resolve() not in linked and path.parent.resolve() not in linked]
    assert [name(path) for path in missing if path.name != "index.md"] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    targets = [found["target"] for found in LINK.finditer(path.read_text(encoding="utf-8"))]
    assert [one for one in targets if "://" not in one and not (path.parent / one).exists()] == []
