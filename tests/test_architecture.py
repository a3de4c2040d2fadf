"""The shape of the package: layers, sizes, names, and what its modules must not do."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "alpha_discovery"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "node_modules" not in path.parts)
LONGEST_FILE = 450  # lines
NO_HOME = {"utils", "util", "helpers", "common", "manager", "base", "misc"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
SLOW = {"scipy.stats", "scipy.signal", "sklearn"}  # seconds, which every start of a program would pay
# what an optional adapter loads when it is used; httpx and uvicorn are loaded with their modules and open nothing
NETWORK = {"requests", "urllib3", "aiohttp", "websockets", "ccxt", "redis", "psycopg", "ray"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts of pyproject.toml, checked on the package under ``folder/src``."""
    code = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    call = [sys.executable, "-I", "-c", code]
    return subprocess.run(call, cwd=folder, check=False, capture_output=True, encoding="utf-8")


def test_imports_keep_every_contract() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_each_contract_breaks_on_an_import_it_forbids(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "src" / "alpha_discovery", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    bad = "import numba\nimport hypothesis\nimport sqlalchemy\nimport alpha_discovery.cli\n"
    (tmp_path / "src" / "alpha_discovery" / "core" / "bad.py").write_text(bad, encoding="utf-8")
    done = lint_imports(tmp_path)
    assert "core.bad" in done.stdout
    assert "Contracts: 0 kept, 4 broken." in done.stdout


def test_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_a_module_says_what_is_in_it() -> None:
    assert [name(path) for path in FILES if not ast.get_docstring(tree(path))] == []


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [name(path) for path in FILES if NO_HOME & set(path.relative_to(SOURCE).with_suffix("").parts)] == []


def test_nothing_runs_code_that_it_read() -> None:
    assert [f"{name(path)}:{line} {what}" for path in FILES for line, what in _code_runners(tree(path))] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import pickle", "pickle"), ("from pickle import loads", "pickle"), ("import numpy, dill.source", "dill"),
        ("eval(text)", "eval"), ("exec('x')", "exec"), ("np.load(f, allow_pickle=True)", "allow_pickle"),
        ("pd.read_pickle(f)", "read_pickle"), ("yaml.load(text)", "yaml.load"), ("yaml.safe_load(text)", None),
        ("model.eval()", None), ("re.compile(text)", None),
    ],
)  # fmt: skip
def test_the_search_for_code_runners_finds_them(line: str, found: str | None) -> None:
    assert [what for _, what in _code_runners(ast.parse(line))] == ([] if found is None else [found])


def _code_runners(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and name of each import or call that can turn data into running code."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names):
                found = [alias.name.partition(".")[0] for alias in names]
            case ast.ImportFrom(module=str(source)):
                found = [source.partition(".")[0]]
            case ast.Call(func=ast.Name(id=called)) if called in FORBIDDEN_CALLS:
                yield node.lineno, called
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id="yaml"), attr="load" | "full_load" | "unsafe_load")):
                yield node.lineno, "yaml.load"
                continue
            case ast.Call(func=ast.Attribute(attr="read_pickle" | "to_pickle" as attr)):
                yield node.lineno, attr
                continue
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                yield node.value.lineno, "allow_pickle"
                continue
            case _:
                continue
        for one in found:
            if one in FORBIDDEN_MODULES:
                yield node.lineno, one


@pytest.fixture(scope="module")
def start() -> subprocess.CompletedProcess[str]:
    """A process that may make no socket and imports every module; what it has loaded, those of the tests at last."""
    modules = [name(path).removeprefix("src/").removesuffix(".py").replace("/", ".") for path in FILES]
    importable = [module.removesuffix(".__init__") for module in modules if _can_be_imported(module)]
    tests = [module for module in importable if module.startswith("alpha_discovery.testing")]
    wanted = [module for module in importable if module not in tests]
    code = (
        "import sys, socket, importlib\n"
        "class Refused(socket.socket):\n"
        "    def __init__(self, *args, **options): raise SystemExit('a socket was made')\n"
        "socket.socket = Refused\n"
        f"for module in {wanted!r}: importlib.import_module(module)\n"
        f"print(*sorted({SLOW!r} & set(sys.modules)))\n"
        f"for module in {tests!r}: importlib.import_module(module)\n"
        f"print(*sorted({NETWORK!r} & set(sys.modules)))\n"
    )
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, encoding="utf-8")


def test_importing_the_package_opens_no_connection(start: subprocess.CompletedProcess[str]) -> None:
    assert (start.returncode, start.stdout.splitlines()[1:]) == (0, [""]), start.stderr


def test_importing_the_package_loads_nothing_that_takes_long(start: subprocess.CompletedProcess[str]) -> None:
    assert start.stdout.splitlines()[0] == "", start.stderr


def _can_be_imported(module: str) -> bool:
    """All but those that run when imported: ``__main__`` and what Alembic loads itself."""
    return not module.endswith(".__main__") and ".migrations" not in module
