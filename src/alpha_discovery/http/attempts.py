"""How often somebody may try to sign in."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException

PER_ADDRESS = 4  # times as many as for one name


class Attempts:
    """Counts attempts in a moving minute: by name and address, and by address alone."""

    def __init__(self, per_minute: int = 10) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._of_name = RateLimitItemPerMinute(per_minute)
        self._of_address = RateLimitItemPerMinute(per_minute * PER_ADDRESS)

    def count(self, name: str, address: str) -> None:
        """Note an attempt; raises an HTTP 429 if there were too many."""
        allowed = self._limiter.hit(self._of_address, "address", address)
        if not (allowed and self._limiter.hit(self._of_name, "name", name.lower()[:64], address)):
            raise HTTPException(429, "too many attempts; wait a minute", {"Retry-After": "60"})

    def forget(self, name: str, address: str) -> None:
        """Take back what was counted for a name that knew its password; the address keeps its count."""
        self._limiter.clear(self._of_name, "name", name.lower()[:64], address)
