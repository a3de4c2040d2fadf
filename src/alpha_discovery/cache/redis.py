"""Cached bytes in a Redis server that machines share; the server bounds its memory itself (``maxmemory-policy``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from alpha_discovery.cache.store import StoreAway
from alpha_discovery.errors import MissingExtra, UserError

PREFIX = "alpha_cache:"
PATIENCE = 0.25  # seconds that an answer may take: computing again is often quicker than a slow server
REST = 5.0  # seconds for which a server that did not answer is left alone


class RedisStore:
    """A server by its URL; it is asked for the first time when it is first needed.

    Raises
    ------
    MissingExtra
        Without the client.
    UserError
        If the URL is none that it reads.
    """

    name = "redis"

    def __init__(self, url: str, *, patience: float = PATIENCE, now: Callable[[], float] = monotonic) -> None:
        try:
            import redis
        except ModuleNotFoundError:
            raise MissingExtra(package="redis", extra="redis") from None
        self._errors = redis.RedisError
        try:
            self._client: Any = redis.Redis.from_url(
                url, socket_timeout=patience, socket_connect_timeout=patience, retry=None
            )
        except ValueError:  # its text, and the rest of the address, may hold a password
            raise UserError(
                "redis_url (ALPHA_REDIS_URL) needs an address such as redis://127.0.0.1:6379/0, rediss://HOST:PORT/0 "
                f"or unix:///PATH; found one that begins with {url.split(':')[0][:12]!r}; correct it, or leave it out",
                field="redis_url",
            ) from None
        self._now = now
        self._away_until = float("-inf")

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What the server holds."""
        if not keys:
            return {}
        values = self._asked(lambda: self._client.mget([PREFIX + key for key in keys]))
        return {key: value for key, value in zip(keys, values, strict=True) if value is not None}

    def set_many(self, items: Mapping[str, bytes], *, seconds: float) -> None:
        """Store for so many seconds."""

        def store() -> None:
            with self._client.pipeline(transaction=False) as pipe:
                for key, value in items.items():
                    pipe.set(PREFIX + key, value, px=max(1, int(seconds * 1000)))
                pipe.execute()

        self._asked(store)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, question: Callable[[], Any]) -> Any:
        if self._now() < self._away_until:
            raise StoreAway("redis did not answer a moment ago")
        try:
            return question()
        except (self._errors, OSError) as error:
            self._away_until = self._now() + REST
            raise StoreAway(f"redis does not answer ({error})") from error
