"""Points over a local server that answers as InfluxDB's write endpoints do, and reads every line strictly."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from alpha_discovery.errors import SourceFailed, UserError
from alpha_discovery.telemetry.influx import Influx, Point, Where, nanoseconds
from alpha_discovery.testing.loopback import QuietHandler, on_loopback

NAME = r"(?:[^,= \\\n]|\\[,= \\]|\\)+"
VALUE = r'(?:true|false|-?\d+i|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|"(?:[^"\\]|\\["\\])*")'
LINE = re.compile(rf"(?:[^, \\\n]|\\[, ])+(?:,{NAME}={NAME})* {NAME}={VALUE}(?:,{NAME}={VALUE})* \d{{1,19}}")


QUERY_2 = {"org": "us", "bucket": "lab", "precision": "ns"}
QUERY_3 = {"db": "lab", "precision": "nanosecond"}


@dataclass
class Database:
    """What a server holds, and how it is asked to behave."""

    lines: list[str] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)


@contextmanager
def server() -> Iterator[tuple[str, Database]]:
    """InfluxDB 2 and 3 in one: bucket or database ``lab``, organisation ``us``, token ``secret``."""
    held = Database()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802  as in http.server
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            at = urlsplit(self.path)
            status, told = self.judged(at.path, {k: v[0] for k, v in parse_qs(at.query).items()}, body)
            content = json.dumps(told).encode() if told else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def judged(self, path: str, query: dict[str, str], body: str) -> tuple[int, dict[str, str]]:
            two = path == "/api/v2/write"
            if not two and path != "/api/v3/write_lp":
                return 404, {"message": "not found"}
            if held.failures:
                return held.failures.pop(0), {"message": "busy"}
            if self.headers["Authorization"] != ("Token secret" if two else "Bearer secret"):
                return 401, {"message": "unauthorized access"}
            if "lab" not in query.values():
                return 404, {"message": "bucket not found"}
            if query != (QUERY_2 if two else QUERY_3):
                return 400, {"message": "query"}
            for line in body.split("\n"):
                if not LINE.fullmatch(line):
                    return 400, {"message": f"unable to parse '{line}'"}
            held.lines += body.split("\n")
            return 204, {}

    with on_loopback(Handler) as address:
        yield address, held


def influx(url: str, version: int = 2, token: str = "secret", bucket: str = "lab") -> Influx:
    return Influx(Where(url, token, bucket, "us", version))


AWKWARD = Point(
    "a b,c", {"whole": 3, "real": 0.1, "sure": True, "text": 'say "x\\y"\nend', "gone": None, "nan": math.nan}, 17,
    {"run id": "a=b,c d", "tail": "x\\", "none": ""},
)  # fmt: skip


def test_a_point_is_one_line_with_everything_escaped() -> None:
    # by hand from the line protocol reference: commas and spaces in names, equals signs in tags, quotes in texts
    assert AWKWARD.line() == (
        r"a\ b\,c,run\ id=a\=b\,c\ d,tail=x whole=3i,real=0.1,sure=true," r'text="say \"x\\y\" end" 17'
    )


@pytest.mark.parametrize("version", [2, 3])
def test_points_arrive_in_both_versions(version: int) -> None:
    with server() as (url, held):
        client = influx(url, version)
        assert client.write([AWKWARD, Point("m", {"x": math.inf}, 1), Point("m", {"x": 1e-9}, 2)]) == 2
        client.close()
    assert held.lines == [AWKWARD.line(), "m x=1e-09 2"]


def test_many_points_are_sent_in_pages() -> None:
    with server() as (url, held):
        client = influx(url)
        client.write([Point("m", {"x": n}, n) for n in range(12_001)])
        client.close()
    assert held.lines[-1] == "m x=12000i 12000"
    assert len(held.lines) == 12_001


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_to_be_asked_later(status: int) -> None:
    with server() as (url, held):
        held.failures.append(status)
        client = influx(url)
        with pytest.raises(SourceFailed, match=f"status {status}"):
            client.write([AWKWARD])
        client.close()


@pytest.mark.parametrize(("token", "bucket", "status"), [("other", "lab", 401), ("secret", "no", 404)])
def test_a_wrong_token_or_bucket_is_told(token: str, bucket: str, status: int) -> None:
    with server() as (url, _):
        client = influx(url, token=token, bucket=bucket)
        with pytest.raises(UserError, match=f"status {status}"):
            client.write([AWKWARD])
        client.close()


def test_a_server_that_is_away_is_to_be_asked_later() -> None:
    client = influx("http://127.0.0.1:9")
    with pytest.raises(SourceFailed, match="does not answer"):
        client.write([AWKWARD])
    client.close()


def test_times_are_exact_to_the_microsecond() -> None:
    assert nanoseconds(datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC)) == 1_704_067_200_000_001_000
