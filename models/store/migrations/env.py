"""Runs migrations on the connection that :mod:`models.store.schema` hands over.

The transaction is the caller's: Alembic begins and commits none.
"""

from alembic import context

from models.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
