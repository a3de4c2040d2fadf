"""Everything that differs between machines: read once, from the environment and from options, then passed down.

What a result depends on is no setting: it is in the campaign, and is stored with the run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from alpha_discovery.errors import UserError


class Settings(BaseSettings):
    """Settings of this machine; each is also an environment variable, e.g. ``ALPHA_USERDIR``.

    Attributes
    ----------
    userdir : Path
        Folder of everything the user owns.
    database_url : str or None
        ``postgresql://user@host/name`` or ``sqlite:///file``; None: ``alpha.db`` in the user's folder.
    workers : int
        Threads that backtest side by side; 0: one per core. No result depends on it.
    cache_mb : int
        Bound of the cache on disk, MiB; 0: nothing is cached.
    redis_url : str or None
        A Redis server as a further cache that machines share.
    device : str
        What simulates trades in this process's threads: ``cpu``, ``cuda`` (a GPU), or ``auto``, a GPU if there is one.
    executor : str
        What computes the parts of searches: ``threads`` of this process, ``processes`` of this machine, or ``ray``.
    ray_address : str or None
        ``auto``, ``host:port`` or ``ray://host:port`` of a Ray cluster; None: one is started on this machine.
    gpus_per_part : float
        GPUs that each part of a search asks a Ray cluster for; 0: parts are computed on cores.
    webhook_url : str or None
        Where notices are posted as JSON.
    telegram_token, telegram_chat : str or None
        A bot of Telegram and the chat that it sends notices to.
    notice_level : str
        Below this nothing is sent: ``info``, ``warning`` or ``error``.
    influx_url, influx_token, influx_bucket, influx_org : str or None
        An InfluxDB that gets the time series of runs and bots; in version 3 the bucket is the database.
    influx_version : int
        2 or 3.
    log_level : str
    """

    model_config = SettingsConfigDict(env_prefix="ALPHA_", frozen=True, extra="forbid")

    userdir: Path = Path("user_data")
    database_url: str | None = None
    workers: int = Field(default=0, ge=0)
    cache_mb: int = Field(default=512, ge=0)
    redis_url: str | None = None
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    executor: Literal["threads", "processes", "ray"] = "threads"
    ray_address: str | None = None
    gpus_per_part: float = Field(default=0.0, ge=0.0, le=8.0)
    webhook_url: str | None = Field(default=None, repr=False)
    telegram_token: str | None = Field(default=None, repr=False)
    telegram_chat: str | None = None
    notice_level: Literal["info", "warning", "error"] = "warning"
    influx_url: str | None = None
    influx_token: str | None = Field(default=None, repr=False)
    influx_bucket: str = "alpha_discovery"
    influx_org: str = ""
    influx_version: Literal[2, 3] = 2
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    @property
    def data(self) -> Path:
        """Stored markets."""
        return self.userdir / "data"

    @property
    def strategies(self) -> Path:
        """The user's own strategies, one file each; its files run as code."""
        return self.userdir / "strategies"

    @property
    def runs(self) -> Path:
        """One folder a run, with everything it tried."""
        return self.userdir / "runs"

    @property
    def reports(self) -> Path:
        """HTML reports."""
        return self.userdir / "reports"

    @property
    def database(self) -> str | Path:
        """Where runs, alphas and the trial ledger are."""
        return self.database_url or self.userdir / "alpha.db"

    @property
    def threads(self) -> int:
        """`workers`, with 0 resolved to the cores that this process may use."""
        return self.workers or _cores()


def read_settings(**given: Any) -> Settings:
    """Settings from the environment, with those of ``given`` that are not None in their place.

    Raises
    ------
    UserError
        For a setting that does not exist, or a value that it cannot have.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        told = first["msg"][:1].lower() + first["msg"][1:]
        raise UserError(f"ALPHA_{name.upper()}={first['input']} cannot be used: {told}") from None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
