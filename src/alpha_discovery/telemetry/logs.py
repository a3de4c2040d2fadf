"""Logs as one JSON object a line, with the run or request that a line belongs to."""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from typing import TextIO

import structlog

SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=["run_id"]),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
)


def about_run(run_id: str) -> AbstractContextManager[None]:
    """Whatever this thread logs meanwhile is about a run."""
    return structlog.contextvars.bound_contextvars(run_id=run_id)


def log_as_json(level: str = "info", *, out: TextIO | None = None) -> None:
    """Write everything that is logged, by whatever library, as JSON lines to ``out`` (standard error)."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )  # fmt: skip
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=list(SHARED),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )  # fmt: skip
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # which of its own parts it found
