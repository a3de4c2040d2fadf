"""Every strategy by name: those of this folder, of installed plug-ins, and of a folder of the user's.

A plug-in names its strategy, or a module of strategies, under the entry point group
``alpha_discovery.strategies``. Files of the user's run as code, so they are loaded only when a caller
names their folder.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import traceback
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.rules.strategy import Strategy

ENTRY_POINTS = "alpha_discovery.strategies"


@cache
def built_in_strategies() -> dict[str, Strategy]:
    """The strategies of this folder, by name, in alphabetical order."""
    import alpha_discovery.strategies as folder

    modules = [module.name for module in pkgutil.iter_modules(folder.__path__) if not module.name.startswith("_")]
    return _by_name(found for name in modules for found in _of(importlib.import_module(f"{folder.__name__}.{name}")))


@cache
def _installed() -> dict[str, Strategy]:
    return _by_name([*built_in_strategies().values(), *_plug_ins()])


def all_strategies(user_folder: Path | None = None) -> dict[str, Strategy]:
    """Strategies of this folder and of plug-ins, by name; with ``user_folder``, also those of its files.

    Raises
    ------
    UserError
        If two strategies have one name, or a plug-in or file cannot be loaded.
    """
    own = user_strategies(user_folder) if user_folder else {}
    return _by_name([*_installed().values(), *own.values()])


def find_strategy(name: str, user_folder: Path | None = None) -> Strategy:
    """The strategy registered as ``name``; raises `UnknownName`, and whatever `all_strategies` raises."""
    known = all_strategies(user_folder)
    if name not in known:
        raise UnknownName(kind="strategy", name=name, known=known)
    return known[name]


def user_strategies(folder: Path) -> dict[str, Strategy]:
    """Strategies of the ``.py`` files directly in a folder, by name; runs those files.

    Files whose name starts with ``_`` are left out; a folder that does not exist holds none.

    Raises
    ------
    UserError
        With file and line, if a file fails; if it defines no strategy; if two share a name.
    """
    files = sorted(file for file in folder.glob("*.py") if not file.name.startswith("_"))
    return _by_name(found for file in files for found in _of_file(file))


def _plug_ins() -> Iterable[Strategy]:
    for point in entry_points(group=ENTRY_POINTS):
        try:
            loaded = point.load()
        except Exception as error:  # a plug-in may fail in any way; the user needs its name
            raise UserError(f"the plug-in {point.name} ({point.value}) cannot be loaded: {_line(error)}") from error
        found = [loaded] if isinstance(loaded, Strategy) else _of(loaded) if isinstance(loaded, ModuleType) else []
        if not found:
            raise UserError(f"the plug-in {point.name} ({point.value}) needs to name a strategy; it names {loaded!r}")
        yield from found


def _of_file(file: Path) -> list[Strategy]:
    spec = importlib.util.spec_from_file_location(f"user_strategies.{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a file of the user's may fail in any way
        raise UserError(f"the strategy file {file} cannot be loaded: {_line(error)}") from error
    if not (found := _of(module)):
        raise UserError(f"the strategy file {file} defines no strategy; put @strategy(...) on its function")
    return found


def _of(module: ModuleType) -> list[Strategy]:
    return [value for value in vars(module).values() if isinstance(value, Strategy)]


def _by_name(strategies: Iterable[Strategy]) -> dict[str, Strategy]:
    found: dict[str, Strategy] = {}
    for one in strategies:
        other = found.setdefault(one.name, one)
        if other != one or other.file != one.file:  # the same one may be met again, imported by another file
            raise UserError(f"two strategies are named {one.name}: in {other.file} and {one.file}; rename one")
    return dict(sorted(found.items()))


def _line(error: Exception) -> str:
    """One line with the place: an error of the grammar names its own, others theirs as Python does."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg} ({error.filename}:{error.lineno})"
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())
    return f"{type(error).__name__}: {what} ({last.filename}:{last.lineno})"
