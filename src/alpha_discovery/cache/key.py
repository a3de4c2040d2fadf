"""Names of cached results: everything that they depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.core.identity import ENGINE_VERSION, content_hash


def result_key(
    kind: str, *, data: Any, rules: Any, parameters: Mapping[str, Any], costs: Mapping[str, Any], more: Any = None
) -> str:
    """The name of a result: 64 hex digits.

    Parameters
    ----------
    kind : str
        What was computed, e.g. ``equity``.
    data : plain JSON value
        Fingerprints of the bars.
    rules, parameters, costs : plain JSON values
    more : plain JSON value
        Whatever else it depends on, e.g. the version of a page's template.
    """
    return content_hash(kind, data, rules, dict(parameters), dict(costs), more, ENGINE_VERSION)
