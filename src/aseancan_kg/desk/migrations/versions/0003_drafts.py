"""Drafts: changes that are not published yet, what is said of them, and requests that must not be answered twice."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "draft",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("author", "made", "changed", "status")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reason", "edits")),
        sa.Column("reference", sa.Text, unique=True),
        sa.Column("report", sa.Text),
        sa.Column("entry", sa.Integer, sa.ForeignKey("entry.sequence")),
    )
    op.create_table(
        "remark",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("draft", sa.Integer, sa.ForeignKey("draft.number"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "author", "words")),
    )
    op.create_table(
        "request",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "at", "answer")),
    )
