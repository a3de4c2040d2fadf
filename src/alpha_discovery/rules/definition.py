"""Making a strategy of a plain function: traced once, checked once, with the place of every error."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from alpha_discovery.core import risk
from alpha_discovery.core.params import Float, Int, Kind
from alpha_discovery.core.scalar import Arithmetic, Condition, Const, Parameters, Scalar
from alpha_discovery.core.space import Space
from alpha_discovery.errors import AlphaDiscoveryError, RuleError, UnknownName, UserError
from alpha_discovery.rules.nodes import FIELD_UNITS, Field
from alpha_discovery.rules.strategy import FAMILIES, Rules, Strategy
from alpha_discovery.rules.walk import windows

Templates = Mapping[str, Mapping[str, Any]]


class SymbolicBars:
    """The ``bars`` of a strategy: ``bars.close`` is the closing price at every bar."""

    open: Field
    high: Field
    low: Field
    close: Field
    volume: Field
    hour: Field
    weekday: Field

    def __init__(self, leg: int = 0) -> None:
        self.__dict__.update({name: Field(name, leg) for name in FIELD_UNITS})

    def __getattr__(self, name: str) -> Field:
        raise AttributeError(str(UnknownName(kind="bar field", name=name, known=FIELD_UNITS)))


def strategy(
    *,
    family: str,
    space: Mapping[str, Kind] | Space,
    source: str,
    where: Callable[[Any], Condition] | None = None,
    templates: Templates | None = None,
    n_legs: int = 1,
) -> Callable[[Callable[..., Rules]], Strategy]:
    """Make a `Strategy` of a function ``(p, bars, ...) -> Rules`` (one ``bars`` a leg), traced once, now.

    Parameters
    ----------
    family
        One of `FAMILIES`.
    space
        The `Int` and `Float` parameters that the rules use; or a whole space with its conditions, for instance from
        `SpaceBuilder.from_yaml`.
    source
        Author, year and title of where the idea comes from.
    where
        Condition between parameters, e.g. ``lambda p: p.fast < p.slow``.
    templates
        Named values of the own parameters, e.g. ``{"standard": {"fast": 10, "slow": 50}}``.
    n_legs
        Markets traded together.

    Raises
    ------
    RuleError
        At definition, with file, line and reason, if the function breaks the grammar's rules.
    """

    def define(function: Callable[..., Rules]) -> Strategy:
        try:
            own = space if isinstance(space, Space) else Space(dict(space))
            if where is not None:
                own = replace(own, conditions=(*own.conditions, where(Parameters(own.names, function.__name__))))
            made = Strategy(
                function.__name__, family, own, _traced(function, own, n_legs), source,
                doc=inspect.getdoc(function) or "", templates=templates or {}, file=function.__code__.co_filename,
            )  # fmt: skip
            _check_names(made)
            _check_windows(made)
            _check_templates(made)
        except (AlphaDiscoveryError, AttributeError, TypeError) as error:
            raise RuleError(f"{_where(function, error)}: {error}") from error
        return made

    return define


def _traced(function: Callable[..., Rules], own: Space, n_legs: int) -> Rules:
    p = Parameters(own.names, function.__name__)
    rules = function(p, *(SymbolicBars(leg) for leg in range(n_legs)))
    if not isinstance(rules, Rules):
        raise RuleError(f"{function.__name__} must return Rules(...); it returned {type(rules).__name__}")
    if len(rules.weights) != n_legs:
        raise RuleError(f"{function.__name__} has n_legs={n_legs} but {len(rules.weights)} weights; give one a leg")
    return rules


def _check_names(made: Strategy) -> None:
    if made.family not in FAMILIES:
        raise UnknownName(kind="strategy family", name=made.family, known=FAMILIES)
    if clash := set(made.own.kinds) & set(risk.NAMES):
        raise UserError(f"{made.name} redefines the risk parameter {min(clash)}, which every strategy has")
    if unused := set(made.own.kinds) - set(made.rules.parameters):
        raise RuleError(f"{made.name} declares {min(unused)} but its rules do not use it")
    for name, kind in made.own.kinds.items():
        if not isinstance(kind, Int | Float):
            raise RuleError(f"{name} is of kind {type(kind).__name__}; rules calculate with Int and Float parameters")


def _check_windows(made: Strategy) -> None:
    """Every window and lag is a whole number of bars >= 1 wherever the conditions hold (ends and middles tried)."""
    thirds = np.random.default_rng(0).integers(0, 3, (512, len(made.own.free))) / 2.0
    tried = made.own.from_unit(np.minimum(thirds, 1.0 - 2.0**-53))
    good = made.own.satisfied(tried)
    assert isinstance(made.rules, Rules)  # a traced function gives one tree
    for signal in made.rules.signals:
        for what, bars in windows(signal):
            if not _is_whole(bars, made.own):
                raise RuleError(f"{what} needs a whole number of bars; {bars} may have a fraction")
            shortest = np.min(np.broadcast_to(bars.values(tried), good.shape)[good], initial=np.inf)
            if shortest < 1:
                raise RuleError(f"{what} needs a whole number of bars >= 1; {bars} can be {shortest:g}")


def _is_whole(scalar: Scalar, own: Space) -> bool:
    match scalar:
        case Const():
            return scalar.value.is_integer()
        case Arithmetic():
            return scalar.op != "/" and _is_whole(scalar.left, own) and _is_whole(scalar.right, own)
    return all(isinstance(own.kinds[name], Int) for name in scalar.names())


def _check_templates(made: Strategy) -> None:
    for name, values in made.templates.items():
        try:
            made.complete(values)
        except UserError as error:
            raise UserError(f"template {name}: {error}") from error


def _where(function: Callable[..., Rules], error: Exception) -> str:
    """File and line of the strategy's own code that the error comes from."""
    code = function.__code__
    line, trace = code.co_firstlineno, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is code:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{code.co_filename}:{line}"
