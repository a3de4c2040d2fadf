"""How the server is set up: where it listens, what it takes, whom it answers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from alpha_discovery.errors import UserError

PREFIX = "/api/alpha-discovery"
MIB = 1024 * 1024
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


@dataclass(frozen=True)
class HttpOptions:
    """Options of one server.

    Attributes
    ----------
    host, port : str, int
    certificate, private_key : Path or None
        PEM files; both or none.
    behind_proxy : bool
        A proxy in front ends TLS: cookies are marked secure, and a wider bind is allowed.
    plain_http : bool
        Said in so many words: listen beyond this machine without TLS.
    names : tuple of str
        Host names it answers to besides the local ones; "*" for any. Others are refused (DNS rebinding).
    origins : tuple of str
        Origins of pages elsewhere that may call it; none by default.
    max_body, max_upload : int
        Bytes of a request, and of one that uploads a file.
    open_metrics : bool
        Whether ``/metrics`` answers without a key.
    real_orders : bool
        Whether bots may be made here that send real orders; said at every start.
    logins_per_minute : int
        Attempts for one name from one address; four times as many from one address.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    private_key: Path | None = None
    behind_proxy: bool = False
    plain_http: bool = False
    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    max_body: int = MIB
    max_upload: int = 512 * MIB
    open_metrics: bool = False
    real_orders: bool = False
    logins_per_minute: int = 10

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.private_key is None):
            raise UserError("TLS needs a certificate and its private key; give both")
        for file in (self.certificate, self.private_key):
            if file is not None and not file.is_file():
                raise UserError(f"there is no file {file}; check the name")
        if not self.is_local and not (self.secure or self.plain_http):
            raise UserError(
                f"listening on {self.host} lets others read passwords on the way; give --certificate and --private-key,"
                " --behind-proxy if a proxy ends TLS, or --plain-http if that is meant"
            )

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.certificate is not None or self.behind_proxy

    @property
    def url(self) -> str:
        """Where a person on this machine opens it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else "[::1]" if self.host == "::" else self.host  # noqa: S104  # nosec
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    def answers_to(self, host: str) -> bool:
        """Whether a request for this host name (with or without a port) is meant for us."""
        name = host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        return "*" in self.names or name in (*LOCAL_NAMES, *self.names) or name == self.host
