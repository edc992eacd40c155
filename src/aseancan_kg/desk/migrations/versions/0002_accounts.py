"""Accounts: who may use the desk, how they prove it, and what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSALS = {
    "sqlite": """
        CREATE TRIGGER audit_{event} BEFORE {event} ON audit
        BEGIN SELECT RAISE(ABORT, 'what was noted never changes'); END
    """,
    "postgresql": """
        CREATE TRIGGER audit_{event} BEFORE {event} ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_notes()
    """,
}


def upgrade() -> None:
    """Make the tables, and the guards of the audit log."""
    op.create_table(
        "account",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("role", "password", "made")),
        sa.Column("closed", sa.Text),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, sa.ForeignKey("account.name"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("made", "seen")),
    )
    op.create_table(
        "token",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("account", sa.Text, sa.ForeignKey("account.name"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("scopes", "made", "expires")),
        sa.Column("revoked", sa.Text),
    )
    op.create_table(
        "attempt",
        sa.Column("subject", sa.Text, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("since", "tries")),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "actor", "event", "detail", "client")),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("""
            CREATE FUNCTION refuse_to_change_notes() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'what was noted never changes'; END $$
        """)
    for event in ("UPDATE", "DELETE", *(["TRUNCATE"] if dialect == "postgresql" else [])):
        op.execute(_REFUSALS[dialect].format(event=event))
    if dialect == "sqlite":  # which deletes without a word what INSERT OR REPLACE replaces
        op.execute("""
            CREATE TRIGGER audit_INSERT BEFORE INSERT ON audit
            WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
            BEGIN SELECT RAISE(ABORT, 'what was noted never changes'); END
        """)
