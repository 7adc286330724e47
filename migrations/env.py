"""How Alembic reaches the database.

`app/db/migrate.py` and `new.py` hand over a connection whose transaction they end themselves.
"""

from __future__ import annotations

from alembic import context

from app.db.base import Base
from app.db.migrate import render_item

attributes = context.config.attributes
connection = attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=attributes.get("metadata", Base.metadata),
    render_item=render_item,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
