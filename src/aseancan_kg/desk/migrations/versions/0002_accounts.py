"""Accounts: who may use the desk, how they prove it, and what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("name", sa.Text, primary_key=True),
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
        "audit",
        sa.Column("number", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "actor", "event", "detail", "client")),
    )
