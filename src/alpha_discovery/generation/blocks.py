"""The building blocks of generated rules, from a YAML file that a person can read and change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.yaml_text import read_yaml
from alpha_discovery.errors import UnknownName, UserError
from alpha_discovery.indicators.registry import Indicator, Unit, all_indicators, find_indicator
from alpha_discovery.rules.nodes import FIELD_UNITS

KEYS = ("conditions", "depth", "lags", "weights", "blocks", "wraps", "filters")
PARTS = ("indicator", "of", "params", "levels", "mirror", "opposite", "steps", "band")
MOST_CHOICES = 256  # of one kind: a codon tells so many apart with room to spare
MOST = {"entry": 5, "exit": 3, "depth": 3}

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Block:
    """One building block.

    Attributes
    ----------
    name : str
        What it is called in the file.
    indicator : str
        The bar field or the indicator that it is.
    of : tuple of str
        The bar fields that the indicator is of, in its order.
    params : tuple of tuples of numbers
        The values of each of its parameters.
    levels : tuple of numbers
        What it is compared with; none: with series of its unit.
    mirror : float or None
        A short entry reflects the level here.
    opposite : str or None
        The block in its place in a short entry.
    steps : bool
        It takes a few values only, so it is neither wrapped nor compared with its own past.
    band : bool
        It lies beside the price: compared, a bar old, with what is no band.
    """

    name: str
    indicator: str
    of: tuple[str, ...] = ()
    params: tuple[Numbers, ...] = ()
    levels: Numbers = ()
    mirror: float | None = None
    opposite: str | None = None
    steps: bool = False
    band: bool = False

    @cached_property
    def unit(self) -> Unit:
        """Of its series; that of a wrap is what it does to a price."""
        if self.indicator in FIELD_UNITS:
            return FIELD_UNITS[self.indicator]
        unit = find_indicator(self.indicator).unit
        return FIELD_UNITS[self.of[0]] if unit == "same" and self.of else "price" if unit == "same" else unit


@dataclass(frozen=True)
class Blocks:
    """All that generated rules may say (see ``blocks.yaml``)."""

    entry: int
    exit: int
    depth: int
    lags: Numbers
    weights: Numbers
    blocks: Mapping[str, Block]
    wraps: Mapping[str, Block]
    filters: tuple[str, ...]
    source: Mapping[str, Any] = field(compare=False, repr=False)

    @property
    def fingerprint(self) -> str:
        """Identity of what was written."""
        return content_hash("blocks", self.source)

    def found(self, indicator: str, of: tuple[str, ...]) -> Block | None:
        """The block that is this indicator of these bar fields, or this field of none; of other series: the wrap."""
        plain = self._plain.get((indicator, of))
        return plain if plain is not None or indicator in FIELD_UNITS else self._around.get(indicator)

    def has(self, indicator: str, of: tuple[str, ...]) -> bool:
        """Whether an indicator of some bar fields is a block of its own."""
        return (indicator, of) in self._plain

    @cached_property
    def _plain(self) -> dict[tuple[str, tuple[str, ...]], Block]:
        return {(block.indicator, block.of): block for block in self.blocks.values()}

    @cached_property
    def _around(self) -> dict[str, Block]:
        return {wrap.indicator: wrap for wrap in self.wraps.values()}

    @property
    def levelled(self) -> tuple[Block, ...]:
        """Those compared with numbers."""
        return tuple(block for block in self.blocks.values() if block.levels)

    @property
    def paired(self) -> tuple[Block, ...]:
        """Those compared with series of their unit."""
        return tuple(block for block in self.blocks.values() if not block.levels)


def read_blocks(path: Path) -> dict[str, Any]:
    """What a blocks file says, checked; plain values, as a campaign keeps them.

    Raises
    ------
    UserError
        If the file cannot be read or `blocks_from` refuses it.
    """
    try:
        data = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read the blocks file {path}; check the name ({error})") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} needs building blocks such as 'blocks: {{close: {{}}}}'; found {type(data).__name__}")
    blocks_from(data)
    return data


@cache
def shipped_text() -> str:
    """The file that ships with the package, with its comments."""
    return resources.files("alpha_discovery.generation").joinpath("blocks.yaml").read_text(encoding="utf-8")


@cache
def shipped() -> Blocks:
    """The blocks used where none are given."""
    return blocks_from(read_yaml(shipped_text()))


def blocks_from(data: Mapping[str, Any]) -> Blocks:
    """Blocks of plain values; only ``blocks`` must be there.

    Raises
    ------
    UserError
        For a key, field or indicator that does not exist, a number of parameters that does not fit, or blocks of
        which no condition can be made.
    """
    for key in data:
        if key not in KEYS:
            raise UnknownName(kind="key of a blocks file", name=str(key), known=KEYS)
    most = {"entry": 3, "exit": 2, **_mapping("conditions", data.get("conditions", {}))}
    depth = data.get("depth", 2)
    for name, value in {**most, "depth": depth}.items():
        if name not in MOST:
            raise UnknownName(kind="kind of conditions", name=name, known=("entry", "exit"))
        if not isinstance(value, int) or not (0 if name == "exit" else 1) <= value <= MOST[name]:
            raise UserError(f"{name} needs a whole number up to {MOST[name]}; found {value!r}")
    blocks = {name: _block(name, told) for name, told in _mapping("blocks", data.get("blocks", {})).items()}
    wraps = {name: _wrap(name, told) for name, told in _mapping("wraps", data.get("wraps", {})).items()}
    made = Blocks(
        most["entry"], most["exit"], depth, _lags(data.get("lags", [])), _numbers("weights", data.get("weights", [-1])),
        blocks, wraps, tuple(data.get("filters", ())), dict(data),
    )  # fmt: skip
    _check(made)
    return made


def _check(made: Blocks) -> None:
    if not made.levelled and len(made.paired) < 2:
        raise UserError("needs a block with levels, or two blocks of one unit to compare; add one under blocks")
    for name in made.filters:
        if name not in made.blocks or not made.blocks[name].levels:
            usable = [block.name for block in made.levelled]
            raise UnknownName(kind="block with levels to filter by", name=name, known=usable)
    for block in made.blocks.values():
        other = made.blocks.get(block.opposite) if block.opposite else None
        if block.opposite and (other is None or len(other.params) != len(block.params)):
            need = "an opposite among the blocks with as many params"
            raise UserError(f"{block.name} needs {need}; found {block.opposite}")
    for block in made.blocks.values():
        if (twin := made.found(block.indicator, block.of)) is not None and twin is not block:
            raise UserError(f"{block.name} and {twin.name} are the same; leave one out, or name other fields")
    if len(made.blocks) > MOST_CHOICES:
        raise UserError(f"needs at most {MOST_CHOICES} blocks; found {len(made.blocks)}")


def _block(name: str, told: Any) -> Block:
    told = _parts(name, told)
    what = str(told.get("indicator", name))
    if what in FIELD_UNITS:
        if told.keys() & {"of", "params"}:
            raise UserError(f"{name} is a bar field and has neither of nor params")
        return Block(name, what, **_common(name, what, told))
    indicator = _indicator(what)
    of = tuple(told.get("of", indicator.inputs))
    if len(of) != len(indicator.inputs):
        raise UserError(f"{name} needs of: {len(indicator.inputs)} bar fields; found {', '.join(map(str, of))}")
    for field_name, role in zip(of, indicator.inputs, strict=True):
        if field_name not in FIELD_UNITS or (role in FIELD_UNITS and FIELD_UNITS[role] != FIELD_UNITS[field_name]):
            raise UserError(f"{name} needs a bar field such as {role} in of; found {field_name!r}")
    return Block(name, what, of, _params(name, indicator, told), **_common(name, what, told))


def _wrap(name: str, told: Any) -> Block:
    told = _parts(name, told)
    what = str(told.get("indicator", name))
    indicator = _indicator(what)
    if len(indicator.inputs) != 1 or indicator.inputs[0] in FIELD_UNITS or indicator.unit not in ("same", "ratio"):
        raise UserError(f"a wrap needs an indicator of one series that keeps its unit or has none; {name} is none")
    return Block(name, what, (), _params(name, indicator, told), **_common(name, what, told))


def _common(name: str, what: str, told: Mapping[str, Any]) -> dict[str, Any]:
    levels, mirror = _numbers(f"levels of {name}", told.get("levels", [])), told.get("mirror")
    unit = FIELD_UNITS[what] if what in FIELD_UNITS else _indicator(what).unit
    if levels and unit != "ratio":
        raise UserError(f"{name} is a {unit} and has no levels that fit every market; compare it with a series")
    return {
        "levels": levels, "mirror": None if mirror is None else float(mirror), "opposite": told.get("opposite"),
        "steps": bool(told.get("steps", False)), "band": bool(told.get("band", False)),
    }  # fmt: skip


def _params(name: str, indicator: Indicator, told: Mapping[str, Any]) -> tuple[Numbers, ...]:
    given = told.get("params", [])
    if len(given) != len(indicator.params):
        raise UserError(f"{name} needs params: {len(indicator.params)} lists of numbers; found {given!r}")
    values = tuple(_numbers(f"params of {name}", one) for one in given)
    for param, choices in zip(indicator.params, values, strict=True):
        if not choices or (indicator.is_window(param) and any(c < 1 or c != int(c) for c in choices)):
            raise UserError(f"{name} needs whole numbers from 1 up as {param}; found {list(choices)}")
    return values


def _indicator(name: str) -> Indicator:
    if name not in all_indicators():
        raise UnknownName(kind="bar field or indicator", name=name, known={*all_indicators(), *FIELD_UNITS})
    return find_indicator(name)


def _parts(name: str, told: Any) -> Mapping[str, Any]:
    told = _mapping(name, told)
    for key in told:
        if key not in PARTS:
            raise UnknownName(kind=f"part of the block {name}", name=str(key), known=PARTS)
    return dict(told)


def _mapping(name: str, told: Any) -> dict[str, Any]:
    told = {} if told is None else told
    if not isinstance(told, Mapping):
        raise UserError(f"{name} needs names with values; found {told!r}")
    return dict(told)


def _lags(told: Any) -> Numbers:
    lags = _numbers("lags", told)
    if any(lag < 1 or lag != int(lag) for lag in lags):
        raise UserError(f"lags needs whole numbers from 1 up; found {told!r}")
    return lags


def _numbers(name: str, told: Any) -> Numbers:
    if not isinstance(told, list | tuple) or not all(isinstance(x, int | float) for x in told):
        raise UserError(f"{name} needs a list of numbers; found {told!r}")
    if len(told) > MOST_CHOICES:
        raise UserError(f"{name} needs at most {MOST_CHOICES} numbers; found {len(told)}")
    return tuple(float(x) for x in told)
