"""Arrays as JSON text, every bit of them: base64 of little-endian bytes.

A checkpoint with a million hashes as decimal lists would be three times as large, and JSON has no NaN.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt


def packed(array: npt.NDArray[Any]) -> dict[str, Any]:
    """Plain JSON form of an array of numbers, read back by `unpacked`."""
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return {
        "dtype": little.dtype.str,
        "shape": list(little.shape),
        "data": base64.b64encode(little.tobytes()).decode("ascii"),
    }


def unpacked(data: dict[str, Any]) -> npt.NDArray[Any]:
    """Inverse of `packed`: a fresh array in the machine's byte order."""
    raw = np.frombuffer(base64.b64decode(data["data"]), dtype=np.dtype(data["dtype"]))
    return raw.reshape(data["shape"]).astype(raw.dtype.newbyteorder("="))
