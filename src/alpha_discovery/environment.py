"""Variables of the environment that look as if they were meant for us, and that nothing reads."""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache

from alpha_discovery.settings import Settings

PREFIX = "ALPHA_"
NAMES = ("KERNEL_CACHE", "KEYS_PASSPHRASE")  # read where they are needed, not as settings
VENUES = ("KEY_", "SECRET_", "PASSWORD_")  # of any exchange
TOOLS = ("SCREENSHOTS", "SERVER", "SHARED_DATA", "SOAK_CURVE", "SOAK_MINUTES")  # of this project's tests and tools
# what Kubernetes says of a service named alpha
KUBERNETES = re.compile(r"(.*_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")

_log = logging.getLogger(__name__)


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable whose name begins with ``ALPHA_`` and that nothing reads, with the nearest name."""
    settings = [name.upper() for name in Settings.model_fields]
    strangers = [name for name in sorted(environment) if _is_stranger(name, {*settings, *NAMES, *TOOLS})]
    if not strangers:
        return []
    from alpha_discovery.config import override_names  # the strategies with it, which most commands need not pay

    keys = override_names()
    known = [f"{PREFIX}{name}" for name in (*settings, *NAMES)] + keys
    return [_sentence(name, known) for name in strangers if name.upper() not in keys]


@cache
def warn_of_unknown() -> None:
    """Log a warning for each `unknown` variable of this process, once."""
    for sentence in unknown(os.environ):
        _log.warning(sentence)


def _is_stranger(name: str, known: set[str]) -> bool:
    rest = name.upper().removeprefix(PREFIX)
    mine = rest in known or rest.startswith(VENUES) or KUBERNETES.fullmatch(rest) is not None
    return name.upper().startswith(PREFIX) and not mine


def _sentence(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.upper(), list(known), n=1)
    return f"{name} is set and nothing reads it; " + (f"did you mean {near[0]}?" if near else "unset it")
