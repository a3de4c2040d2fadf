"""Content hashes: the same thing has the same name on every machine."""

from __future__ import annotations

import hashlib
import json
from typing import Any

ENGINE_VERSION = "2"  # raised whenever the execution rules or a metric change meaning


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces; NaN and infinity are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def content_hash(*values: Any) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON of ``values``."""
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()
