"""Whether an exchange answered at all, where its library turns a page of something else into an empty list."""

from __future__ import annotations


def is_json(exchange: object) -> bool:
    """Whether the last answer that a ccxt exchange got begins like JSON; True where it does not keep its answers."""
    text = getattr(exchange, "last_http_response", None)
    return not isinstance(text, str) or text.lstrip()[:1] in ("{", "[")
