"""What is inside the wheel and the sdist, and that the package works from there."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LARGEST_WHEEL = 4_000_000  # bytes


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with one wheel and one sdist: the one named with --built, or made from this tree."""
    folder: Path | None = request.config.getoption("--built")
    if folder is None:
        folder = tmp_path_factory.mktemp("dist")
        for builder in (WheelBuilder(str(ROOT)), SdistBuilder(str(ROOT))):
            assert len(list(builder.build(directory=str(folder), versions=["standard"]))) == 1
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> zipfile.ZipFile:
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


def files_of_the_package() -> set[str]:
    """Every file of the source tree, as a path inside the wheel."""
    files = (path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(SOURCE).as_posix() for path in files}


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == files_of_the_package()


@pytest.mark.parametrize(
    "kind",
    [
        r"exports/library\.pine",
        r"market_data/sample/BTC_USD-1h\.parquet", r"market_data/sample/ORIGIN\.md", r"py\.typed",
        r"storage/migrations/versions/.+\.py", r"reports/.+\.html.*", r"web/index\.html", r"web/assets/.+\.js",
    ],
)  # fmt: skip
def test_the_wheel_holds_what_is_not_imported_but_needed(wheel: zipfile.ZipFile, kind: str) -> None:
    assert [name for name in wheel.namelist() if re.fullmatch(f"alpha_discovery/{kind}", name)]


def test_the_wheel_states_licence_command_and_extras(wheel: zipfile.ZipFile) -> None:
    (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    metadata = wheel.read(f"{folder}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert wheel.read(f"{folder}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert "alpha = alpha_discovery.cli.main:app" in wheel.read(f"{folder}/entry_points.txt").decode()
    extras = set(re.findall(r"^Provides-Extra: (.+)$", metadata, re.MULTILINE))
    assert extras == {
        "gpu", "postgres", "redis", "ray", "cluster", "exchange", "portfolio", "bench", "audit", "dev",
    }  # fmt: skip


def test_the_wheel_is_small(wheel: zipfile.ZipFile) -> None:
    assert sum(info.compress_size for info in wheel.infolist()) < LARGEST_WHEEL


def test_the_sdist_can_build_and_test_itself(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = {
        "pyproject.toml", "constraints.txt", "Makefile", "README.md", "LICENSE", "tests/conftest.py", "hatch_build.py",
        "tools/page.py", "web/package.json", "web/package-lock.json", "web/index.html", "web/src/main.tsx",
        "web/openapi.json", "web/scripts/client.mjs",
    }  # fmt: skip
    assert needed - names == set()
    written = {name for name in files_of_the_package() if not name.startswith("alpha_discovery/web/")}
    assert {f"src/{name}" for name in written} - names == set()
    assert [name for name in names if "node_modules" in name or name.endswith("schema.d.ts")] == []


def module_at(file: Path) -> Any:
    """What a file outside the package holds."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_wheel_without_the_page_is_not_built(tmp_path: Path) -> None:
    """A tree in which the page cannot be built: no sources of it."""
    (tmp_path / "tools").mkdir()
    for name in ("tools/page.py", "hatch_build.py", "LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "src" / "alpha_discovery").mkdir(parents=True)
    (tmp_path / "src" / "alpha_discovery" / "__init__.py").touch()
    with pytest.raises((OSError, RuntimeError)):
        list(WheelBuilder(str(tmp_path)).build(directory=str(tmp_path / "dist"), versions=["standard"]))
    assert not list(tmp_path.glob("dist/*.whl"))


def test_scripts_of_the_page_find_node_and_npm_on_a_machine_with_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    page = module_at(ROOT / "tools" / "page.py")
    monkeypatch.setenv("PATH", "/nowhere")
    with page.surroundings(*page.node()) as environment:
        told = subprocess.run(
            ["/bin/sh", "-c", "node --version && npm --version"], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
    assert re.fullmatch(r"v2\d[\d.]+\n\d[\d.]+\n", told.stdout)


def test_an_editable_install_needs_no_page(tmp_path: Path) -> None:
    module = module_at(ROOT / "hatch_build.py")
    told: dict[str, list[str]] = {"artifacts": []}
    hook = module.PageHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    hook.initialize("editable", told)
    assert told == {"artifacts": []}
    with pytest.raises(OSError, match=r"page\.py"):
        hook.initialize("standard", told)


def test_the_pages_packages_are_pinned_without_an_address() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    told = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    loose = [one for one in (told["dependencies"] | told["devDependencies"]).values() if not one[0].isdigit()]
    assert loose == []


def test_the_sample_can_be_read_from_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = (
        "import alpha_discovery.market_data.sample as sample\n"
        "print(sample.__file__, len(sample.load_sample('BTC_USD-1h')) > 10_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.stdout.split() == [str(tmp_path / "alpha_discovery" / "market_data" / "sample.py"), "True"]


def test_every_requirement_is_pinned_without_an_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+( ; .+)?", line)] == []
    pinned = {_normal(line.partition("==")[0]) for line in pins}
    wanted, build = PROJECT["project"], PROJECT["build-system"]["requires"]
    required = [*wanted["dependencies"], *wanted["optional-dependencies"]["dev"], *build]
    names = {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in required}
    assert names - pinned == set()


def test_the_version_is_the_one_the_changelog_ends_with() -> None:
    versions = re.findall(r"^## \[?(\d[^\s\]]*)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == PROJECT["project"]["version"]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
