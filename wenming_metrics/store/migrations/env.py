"""How Alembic reaches the store: on the connection, and in the transaction, of `store.migrate`."""

from alembic import context

from wenming_metrics.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can take back changes of tables too, for the transaction is begun explicitly.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
