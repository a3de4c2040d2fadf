"""Errors that are carried from one process to another."""

from __future__ import annotations

from alpha_discovery.errors import AlphaDiscoveryError, UserError


def portable(error: Exception) -> Exception:
    """The same in a form that another process can rebuild: many constructors take more than the message."""
    if isinstance(error, UserError):
        return UserError(str(error))
    if isinstance(error, AlphaDiscoveryError):
        return AlphaDiscoveryError(str(error))
    if type(error).__module__ == "builtins":
        return error
    return RuntimeError(f"{type(error).__name__}: {error}")
