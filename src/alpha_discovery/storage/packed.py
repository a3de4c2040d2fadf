"""Plain values and arrays as one compressed text of bytes: zstd over a JSON head and the arrays' own bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import zstandard

from alpha_discovery.discovery.checkpoint import Saved
from alpha_discovery.errors import StorageFailed

_LEVEL = 1  # 400 MB a second; a higher one wins little on random digits
_HEAD = 8  # bytes of the head's length


def packed(saved: Saved) -> bytes:
    """Bytes that `unpacked` reads back, every bit of every array."""
    arrays = {name: np.ascontiguousarray(one, dtype=one.dtype.newbyteorder("<")) for name, one in saved.arrays.items()}
    shapes = [[name, one.dtype.str, list(one.shape)] for name, one in arrays.items()]
    head = json.dumps({"values": saved.values, "arrays": shapes}, separators=(",", ":"), allow_nan=False).encode()
    parts = [len(head).to_bytes(_HEAD, "little"), head, *(one.tobytes() for one in arrays.values())]
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(b"".join(parts))


def unpacked(data: bytes, what: str) -> Saved:
    """Inverse of `packed`; raises `StorageFailed` about ``what`` if a bit of it has changed."""
    try:
        raw = zstandard.ZstdDecompressor().decompress(data)
        size = int.from_bytes(raw[:_HEAD], "little")
        head: dict[str, Any] = json.loads(raw[_HEAD : _HEAD + size])
    except (zstandard.ZstdError, ValueError) as error:
        raise StorageFailed(f"{what} is damaged ({error}); run the campaign again") from error
    at, arrays = _HEAD + size, {}
    for name, kind, shape in head["arrays"]:
        dtype = np.dtype(kind)
        count = int(np.prod(shape, dtype=np.int64))
        one = np.frombuffer(raw, dtype=dtype, count=count, offset=at).reshape(shape)
        arrays[name] = one.astype(dtype.newbyteorder("="))
        at += count * dtype.itemsize
    return Saved(head["values"], arrays)
