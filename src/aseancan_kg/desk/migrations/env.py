"""Run by Alembic: bring the tables up to date over the connection that `journal` has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
