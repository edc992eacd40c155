"""The journal: its entries, which the database itself lets nobody change or delete."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUSALS = {
    "sqlite": """
        CREATE TRIGGER entry_{event} BEFORE {event} ON entry
        BEGIN SELECT RAISE(ABORT, 'entries of the journal never change'); END
    """,
    "postgresql": """
        CREATE TRIGGER entry_{event} BEFORE {event} ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_entries()
    """,
}


def upgrade() -> None:
    """Make the table and its guards."""
    op.create_table(
        "entry",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("base", "before", "at", "author", "reason")),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("entry.sequence")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("edits", "added", "removed", "digest")),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("""
            CREATE FUNCTION refuse_to_change_entries() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'entries of the journal never change'; END $$
        """)
    for event in ("UPDATE", "DELETE", *(["TRUNCATE"] if dialect == "postgresql" else [])):
        op.execute(_REFUSALS[dialect].format(event=event))
    if dialect == "sqlite":  # which deletes without a word what INSERT OR REPLACE replaces
        op.execute("""
            CREATE TRIGGER entry_INSERT BEFORE INSERT ON entry
            WHEN EXISTS (SELECT 1 FROM entry WHERE sequence = NEW.sequence)
            BEGIN SELECT RAISE(ABORT, 'entries of the journal never change'); END
        """)
