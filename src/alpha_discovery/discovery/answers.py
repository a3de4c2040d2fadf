"""The form of a kill test's answer: what was asked, what was found, whether that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alpha_discovery.discovery.evidence import jsonable

Found = dict[str, Any]


def answer(question: str, value: float, *, passed: bool | None = None, **details: Any) -> Found:
    """One test as plain JSON values; passed if the value is above zero unless it says otherwise."""
    fine = bool(value > 0.0) if passed is None else passed
    return {"question": question, "passed": fine, **jsonable({"value": value}), **plain_values(details)}


def plain_values(values: Any) -> Any:
    """JSON values, nested."""
    if isinstance(values, Mapping):
        return {name: plain_values(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [plain_values(value) for value in values]
    return jsonable({"": values})[""]
