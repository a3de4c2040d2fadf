"""Stored records as pandas frames whose columns and dtypes do not depend on what is stored."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pandas as pd


def columns_of(record: type) -> dict[str, Any]:
    """The fields of a record class and the type of each."""
    return get_type_hints(record)


def frame_of(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, Any]) -> pd.DataFrame:
    """A frame with a row for each mapping.

    Parameters
    ----------
    columns : mapping
        Name to type, e.g. ``float | None``; what a row has besides is left out. Numbers that may be missing are
        float64 with NaN, times are UTC, text is what pandas makes of text, anything else is object.
    """
    names = list(columns)
    frame = pd.DataFrame([[row[name] for name in names] for row in rows], columns=names)
    return frame.astype({name: _dtype(kind) for name, kind in columns.items()})


def _dtype(kind: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        (kind,) = (one for one in get_args(kind) if one is not type(None))
        kind = float if kind is int else kind
    if kind is datetime:
        return pd.Series([datetime.now(UTC)]).dtype  # its resolution depends on the version of pandas
    if isinstance(kind, type) and issubclass(kind, StrEnum | str):
        return pd.Series([""]).dtype
    return {int: "int64", float: "float64", bool: "bool"}.get(kind, "object")
