"""A local copy of a public bucket: files, checksums and a listing in pages, with the faults that real ones have."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlparse
from xml.sax.saxutils import escape  # it writes, and parses nothing  # nosec B406

from alpha_discovery.testing.loopback import QuietHandler, on_loopback

Fault = Callable[[BaseHTTPRequestHandler, bytes], bool]  # answers and returns True, or leaves it to the server


@dataclass
class Bucket:
    """What the server holds and does.

    Attributes
    ----------
    files : dict of bytes by key
        Checksums are files too, under ``<key>.CHECKSUM``.
    faults : list of (text, Fault)
        The first whose text is in the address is used up by one request.
    page : int
        Names a page of the listing.
    asked : list of str
        Every address that was asked for, in order.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    page: int = 1000
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def put(self, key: str, content: bytes, *, checksum: bool = True) -> None:
        """Add a file, by default with its checksum beside it."""
        self.files[key] = content
        if checksum:
            name = key.rsplit("/", 1)[-1]
            self.files[f"{key}.CHECKSUM"] = f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()

    def put_zip(self, key: str, text: str, *, checksum: bool = True) -> None:
        """Add a zip of one CSV, as the archive has them; the same text gives the same bytes."""
        sink = io.BytesIO()
        inside = key.rsplit("/", 1)[-1].replace(".zip", ".csv")
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr(zipfile.ZipInfo(inside, (2024, 1, 1, 0, 0, 0)), text)
        self.put(key, sink.getvalue(), checksum=checksum)

    def fail(self, text: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` requests whose address holds ``text`` meet the fault."""
        self.faults += [(text, fault)] * times


@contextmanager
def serve(bucket: Bucket) -> Iterator[Bucket]:
    """Serve the bucket on a free port of the loopback address (`Bucket.address`) until the block ends."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802  as in http.server
            _answer(self, bucket)

    with on_loopback(Handler) as bucket.address:
        yield bucket


def status(code: int, headers: Mapping[str, str] | None = None) -> Fault:
    """A refusal such as 429 or 503."""

    def answer(request: BaseHTTPRequestHandler, content: bytes) -> bool:
        _send(request, code, b"", headers or {})
        return True

    return answer


def cut_off(request: BaseHTTPRequestHandler, content: bytes) -> bool:
    """Half of the file, then the connection is gone; the rest is there for who asks for it."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content[: len(content) // 2])
    request.wfile.flush()
    request.close_connection = True
    return True


def truncated(request: BaseHTTPRequestHandler, content: bytes) -> bool:
    """Half of the file, said to be all of it."""
    _send(request, 200, content[: len(content) // 2], {})
    return True


def garbage(request: BaseHTTPRequestHandler, content: bytes) -> bool:
    """A page of a proxy instead of what was asked for."""
    _send(request, 200, b"<html><body>please log in</body></html>", {})
    return True


def _answer(request: BaseHTTPRequestHandler, bucket: Bucket) -> None:
    bucket.asked.append(request.path)
    address = urlparse(request.path)
    key = unquote(address.path).lstrip("/")
    content = bucket.files.get(key)
    for number, (text, fault) in enumerate(bucket.faults):
        if text in unquote(request.path):
            del bucket.faults[number]
            if fault(request, content or b""):
                return
            break
    if not key:
        _send(request, 200, _listing(bucket, parse_qs(address.query)).encode(), {"Content-Type": "application/xml"})
    elif content is None:
        _send(request, 404, b"<Error><Code>NoSuchKey</Code></Error>", {})
    else:
        _send_range(request, content)


def _send_range(request: BaseHTTPRequestHandler, content: bytes) -> None:
    asked = request.headers.get("Range", "")
    if not asked.startswith("bytes="):
        _send(request, 200, content, {})
        return
    first = int(asked.removeprefix("bytes=").rstrip("-"))
    if first >= len(content):
        _send(request, 416, b"", {})
        return
    _send(request, 206, content[first:], {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"})


def _send(request: BaseHTTPRequestHandler, code: int, content: bytes, headers: Mapping[str, str]) -> None:
    request.send_response(code)
    for name, value in headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _listing(bucket: Bucket, query: dict[str, list[str]]) -> str:
    """A page of the listing as S3 writes it: keys and, with a delimiter, folders, after the marker."""
    prefix, marker = query.get("prefix", [""])[0], query.get("marker", [""])[0]
    delimiter = query.get("delimiter", [""])[0]
    names: dict[str, bool] = {}  # name: whether it is a folder
    for key in bucket.files:
        if key.startswith(prefix):
            rest = key[len(prefix) :]
            folder = bool(delimiter) and delimiter in rest
            names[prefix + rest.split(delimiter)[0] + delimiter if folder else key] = folder
    after = sorted(name for name in names if name > marker)
    shown = after[: bucket.page]
    keys = "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in shown if not names[name])
    folders = "".join(
        f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>" for name in shown if names[name]
    )
    more = len(after) > len(shown)
    following = f"<NextMarker>{escape(shown[-1])}</NextMarker>" if more and delimiter else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{following}{keys}{folders}</ListBucketResult>"
    )
