"""Every exception the package raises on purpose.

AlphaDiscoveryError
├── UserError                 the caller can fix it (CLI exit 2, HTTP 422)
│   ├── UnknownName           a strategy, indicator, parameter or symbol that does not exist
│   ├── OutOfRange            a value outside its declared range
│   ├── RuleError             a strategy that breaks the rules of the grammar
│   ├── BadMarketData         a file or a set of bars that cannot be read as prices
│   ├── TooFewBars            a history shorter than what was asked of it
│   └── BadCampaign           a discovery configuration that contradicts itself
├── NotFound                  an id or a market under which nothing is stored (CLI exit 1, HTTP 404)
├── VaultSealed               search code asked for bars that only the judge may see
├── LeaseLost                 a run that another worker works on now
├── StorageFailed             the database or a folder cannot be read or written (CLI exit 1)
├── WorkersLost               processes or machines that compute parts of a search are gone
├── SourceFailed              a source of prices or an exchange does not answer, or not sensibly (CLI exit 1)
└── MissingExtra              an optional package that is not installed
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AlphaDiscoveryError(Exception):
    """Root of every error raised on purpose; its message is one line for a person."""


class UserError(AlphaDiscoveryError, ValueError):
    """The caller can fix it; ``field`` names the setting that is wrong, where it is one."""

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnknownName(UserError, LookupError):
    """A name that is not registered; the message proposes the nearest one that is."""

    def __init__(self, *, kind: str, name: str, known: Iterable[str], field: str | None = None) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(names) or 'none'}"
        super().__init__(f"no {kind} named {name!r}{hint}", field=field)


class OutOfRange(UserError):
    """A value outside its declared range."""

    def __init__(self, *, name: str, value: object, allowed: str) -> None:
        super().__init__(f"{name}={value} is outside {allowed}", field=name)


class RuleError(UserError, TypeError):
    """A strategy that breaks the rules of the grammar: found at definition, never at run time."""


class BadMarketData(UserError):
    """A file or a set of bars that cannot be read as prices."""


class TooFewBars(UserError):
    """A history shorter than what was asked of it."""

    def __init__(self, *, have: int, need: int, purpose: str, unit: str = "bars") -> None:
        super().__init__(f"{purpose} needs at least {need} {unit if need != 1 else unit[:-1]}; the history has {have}")


class BadCampaign(UserError):
    """A discovery configuration that contradicts itself."""


class NotFound(AlphaDiscoveryError, LookupError):
    """Nothing is stored under this id."""


class VaultSealed(AlphaDiscoveryError, PermissionError):
    """Search code asked for bars of the vault, which only a judging round may read."""


class LeaseLost(AlphaDiscoveryError):
    """The run was given to another worker, or taken back: whoever held it before writes nothing more."""


class StorageFailed(AlphaDiscoveryError, OSError):
    """The database or a folder cannot be read or written."""


class WorkersLost(AlphaDiscoveryError, OSError):
    """The processes or machines that compute parts of a search are gone, and asking again did not help."""


class SourceFailed(AlphaDiscoveryError, OSError):
    """A source of prices or an exchange does not answer, or not in a sensible way."""


class MissingExtra(AlphaDiscoveryError, ImportError):
    """An optional package is needed and is not installed."""

    def __init__(self, *, package: str, extra: str) -> None:
        super().__init__(f"this needs {package}; install it with: pip install 'alpha-discovery[{extra}]'")
