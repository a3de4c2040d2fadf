"""The source of compiled indicators as plain functions of numpy: what a file without this package needs to compute.

The text is that of the kernels themselves, with everything that they call, so an exported file computes the same
bits. Names become unique, decorators and annotations go.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from types import FunctionType, ModuleType
from typing import Any

from alpha_discovery.errors import UserError
from alpha_discovery.indicators.registry import Indicator

_MODULES = ("numpy", "math")


class KernelSource:
    """Collects functions; `text` is all of them, each after what it calls."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._names: dict[FunctionType, str] = {}

    @property
    def text(self) -> str:
        """Definitions, two blank lines between them."""
        return "\n\n\n".join(self._texts.values())

    def add(self, indicator: Indicator) -> str:
        """The name of an indicator's array form in the text.

        Raises
        ------
        UserError
            If its source is not there, or uses what is neither numpy, math, a number nor another such function.
        """
        function = _plain(indicator.array)
        if function is None:
            raise UserError(f"{indicator.name} cannot be exported: its array form is not a function with source text")
        return self._add(function, indicator.name, indicator.name)

    def _add(self, function: FunctionType, owner: str, name: str | None = None) -> str:
        if function in self._names:
            return self._names[function]
        self._names[function] = made = self._unique(name or _name_of(function))
        tree = _definition(function, owner)
        renamed: dict[str, ast.expr] = {}
        for used in _globals_of(tree, function):
            renamed[used] = self._read(function.__globals__[used], owner, used)
        tree = _Plain(renamed).visit(tree)
        tree.name = made
        self._texts[made] = ast.unparse(ast.fix_missing_locations(tree))
        return made

    def _read(self, value: Any, owner: str, used: str) -> ast.expr:
        """How a global of a kernel is written."""
        if isinstance(value, ModuleType) and value.__name__ in _MODULES:
            return ast.Name("np" if value.__name__ == "numpy" else value.__name__, ast.Load())
        if (called := _plain(value)) is not None:
            return ast.Name(self._add(called, owner), ast.Load())
        if isinstance(value, int | float | tuple):
            return ast.parse(repr(value), mode="eval").body
        raise UserError(f"{owner} cannot be exported: its kernel reads {used}, a {type(value).__name__}")

    def _unique(self, wanted: str) -> str:
        taken, name, number = set(self._names.values()), wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        return name


class _Plain(ast.NodeTransformer):
    """Takes decorators, annotations and docstrings of kernels away and renames globals."""

    def __init__(self, renamed: dict[str, ast.expr]) -> None:
        self._renamed = renamed

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list, node.returns = [], None
        for argument in (*node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._renamed.get(node.id, node)


def _plain(value: Any) -> FunctionType | None:
    """The Python function behind a compiled one."""
    function = getattr(value, "py_func", value)
    return function if isinstance(function, FunctionType) and function.__name__ != "<lambda>" else None


def _name_of(function: FunctionType) -> str:
    module = function.__module__.rpartition(".")[2]
    own = function.__name__.strip("_")
    return module if own == "array" else own if not function.__name__.startswith("_") else f"{module}_{own}"


def _definition(function: FunctionType, owner: str) -> ast.FunctionDef:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        raise UserError(f"{owner} cannot be exported: the source of {function.__name__} is not to be had") from None
    (made,) = tree.body
    assert isinstance(made, ast.FunctionDef)
    return made


def _globals_of(tree: ast.FunctionDef, function: FunctionType) -> Iterable[str]:
    """Global names that the body reads, in the order of the text."""
    names = (node.id for part in tree.body for node in ast.walk(part) if isinstance(node, ast.Name))
    return [name for name in dict.fromkeys(names) if name in function.__globals__]
