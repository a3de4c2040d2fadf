"""Time series for InfluxDB 2 and 3: points as line protocol, written over HTTP.

Source: the line protocol reference of InfluxDB (measurement,tags fields time), and its write endpoints:
``/api/v2/write`` of version 2, ``/api/v3/write_lp`` of version 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from alpha_discovery.errors import SourceFailed, UserError

Value = float | int | bool | str
PAGE = 5_000  # lines of one request, as InfluxDB advises
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEASUREMENT = str.maketrans({",": r"\,", " ": r"\ "})
_KEY = str.maketrans({",": r"\,", " ": r"\ ", "=": r"\="})
_TEXT = str.maketrans({'"': r"\"", "\\": r"\\"})


@dataclass(frozen=True)
class Point:
    """One point: fields that are NaN, infinite or None are left out.

    Attributes
    ----------
    nanoseconds : int
        Since 1970, UTC. A point with the same measurement, tags and time replaces the one before.
    """

    measurement: str
    fields: Mapping[str, Value | None]
    nanoseconds: int
    tags: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> str | None:
        """Its line; None if no field is left."""
        told = {name: _value(value) for name, value in self.fields.items() if _is_told(value)}
        if not told:
            return None
        tags = [f",{_key(name)}={_key(value)}" for name, value in sorted(self.tags.items()) if value]
        fields = ",".join(f"{_key(name)}={value}" for name, value in told.items())
        return f"{_one_line(self.measurement).translate(_MEASUREMENT)}{''.join(tags)} {fields} {self.nanoseconds}"


def nanoseconds(moment: datetime) -> int:
    """Of a time with a zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000


@dataclass(frozen=True)
class Where:
    """A place in InfluxDB: a bucket of an organisation in version 2, a database in version 3."""

    url: str
    token: str
    bucket: str
    organisation: str = ""
    version: int = 2

    def __post_init__(self) -> None:
        if self.version not in (2, 3):
            raise UserError(f"InfluxDB of version 2 or 3 can be written to; found {self.version}")
        if self.version == 2 and not self.organisation:
            raise UserError("InfluxDB 2 needs the organisation of the bucket; set ALPHA_INFLUX_ORG")


class Influx:
    """Writes points to one place.

    Parameters
    ----------
    where : Where
    transport : httpx.BaseTransport, optional
        What carries the requests; the network by default.
    """

    def __init__(self, where: Where, *, transport: httpx.BaseTransport | None = None) -> None:
        if where.version == 2:
            self._path = "/api/v2/write"
            self._query = {"org": where.organisation, "bucket": where.bucket, "precision": "ns"}
        else:
            self._path, self._query = "/api/v3/write_lp", {"db": where.bucket, "precision": "nanosecond"}
        scheme = "Token" if where.version == 2 else "Bearer"
        self._client = httpx.Client(
            base_url=where.url, timeout=10.0, transport=transport,
            headers={"Authorization": f"{scheme} {where.token}", "Content-Type": "text/plain; charset=utf-8"},
        )  # fmt: skip

    def write(self, points: Sequence[Point]) -> int:
        """Write points; how many had something to tell.

        Raises
        ------
        SourceFailed
            If the server does not answer or cannot take them now: ask again later.
        UserError
            If it refuses them: the token, the bucket, or a point is wrong.
        """
        lines = [line for point in points if (line := point.line()) is not None]
        for start in range(0, len(lines), PAGE):
            self._send("\n".join(lines[start : start + PAGE]))
        return len(lines)

    def close(self) -> None:
        """Give back the connection."""
        self._client.close()

    def _send(self, text: str) -> None:
        try:
            answer = self._client.post(self._path, params=self._query, content=text.encode())
        except httpx.HTTPError as error:
            raise SourceFailed(f"InfluxDB does not answer ({type(error).__name__})") from error
        if answer.is_success:
            return
        told = " ".join(answer.text[:200].split())
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            raise SourceFailed(f"InfluxDB cannot take points now (status {answer.status_code}: {told})")
        raise UserError(f"InfluxDB refuses the points (status {answer.status_code}: {told})")


def _is_told(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def _value(value: Value | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        return repr(value)
    return f'"{_one_line(str(value)).translate(_TEXT)}"'


def _key(text: str) -> str:
    """A tag or a field's name; a backslash at the end would hide what follows."""
    return _one_line(text).rstrip("\\").translate(_KEY)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ")
