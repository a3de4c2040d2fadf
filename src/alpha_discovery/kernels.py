"""How numeric loops are compiled: one policy, one on-disk cache.

Numba keeps compiled code on disk but does not notice an edit in another file's function that a kernel
calls (numba issue 2264), so the cache folder carries a hash of every file whose kernels others call: an edit
anywhere starts an empty folder. No ``fastmath``: it breaks NaN tests and bit-for-bit equality.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config as numba_config

F = TypeVar("F", bound=Callable[..., Any])

_PACKAGE = Path(__file__).parent
_FOLDERS = ("indicators", "metrics", "backtest", "validation")


@cache
def source_hash() -> str:
    """Short hash of every source file that holds or compiles kernels; part of each result's identity."""
    digest = hashlib.sha256(numba.__version__.encode())
    files = [Path(__file__), *(p for f in _FOLDERS for p in sorted((_PACKAGE / f).rglob("*.py")))]
    for path in files:
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where compiled kernels live: ``ALPHA_KERNEL_CACHE`` or the user's cache folder."""
    base = os.environ.get("ALPHA_KERNEL_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return Path(base).expanduser() / "alpha-discovery" / f"{python}-{source_hash()}"


def kernel(function: F) -> F:
    """Compile ``function`` in nopython mode, without the GIL, cached; the plain twin is ``.py_func``."""
    return _compiled(function)


def inlined(function: F) -> F:
    """Like `kernel`, for a part of a hot loop: copied into its callers, and may not make arrays.

    Without array making there is no reference counting: its atomic steps took two thirds of the simulation's time
    and made threads wait for each other.
    """
    return _compiled(function, forceinline=True, _nrt=False)


def hot_kernel(function: F) -> F:
    """Like `kernel`, for an outer loop that makes no arrays (see `inlined`)."""
    return _compiled(function, _nrt=False)


def parallel_kernel(function: F) -> F:
    """Like `kernel`, with ``prange`` loops spread over numba's threads."""
    return _compiled(function, parallel=True)


def _compiled(function: F, **options: bool) -> F:
    njit: Any = numba.njit  # its type stubs do not know every option
    dispatcher = njit(nogil=True, error_model="numpy", **options)(function)
    config: Any = numba_config
    if config.DISABLE_JIT:  # NUMBA_DISABLE_JIT=1: the plain function, for a debugger or to compare with
        dispatcher.py_func = function
        return function
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())  # the locator reads it once, here; other packages keep theirs
    try:
        dispatcher.enable_caching()
    except (OSError, RuntimeError):  # a read-only home: compile in memory, every start pays for it
        pass
    finally:
        config.CACHE_DIR = before
    compiled: F = dispatcher
    return compiled
