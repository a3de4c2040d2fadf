"""Alembic's entry: runs the steps in the connection that `schema.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from alpha_discovery.storage.access_models import TABLES
from alpha_discovery.storage.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite changes a column by rebuilding its table
    transactional_ddl=True,  # SQLite's can be undone too; Alembic assumes otherwise
)
with context.begin_transaction():
    context.run_migrations()
