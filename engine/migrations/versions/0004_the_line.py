"""The line of those who wait for their turn: its order, and why a task ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Whoever waits keeps the order of asking; who began goes first."""
    op.add_column("tasks", sa.Column("in_line", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("rank", sa.Integer(), nullable=False, server_default="3"))
    op.add_column("tasks", sa.Column("line", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("is_partial", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("ended_because", sa.Text(), nullable=False, server_default=""))
    tasks = sa.table(
        "tasks",
        sa.column("id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("started_at", sa.DateTime),
        sa.column("in_line", sa.Boolean),
        sa.column("rank", sa.Integer),
        sa.column("line", sa.BigInteger),
    )
    interruptions = sa.table("interruptions", sa.column("task_id", sa.Integer), sa.column("state", sa.String))
    asked = sa.select(interruptions.c.task_id).where(interruptions.c.state == "pending")
    op.execute(tasks.update().values(line=tasks.c.id))
    op.execute(tasks.update().where(tasks.c.started_at.is_not(None)).values(rank=0))
    op.execute(tasks.update().where(tasks.c.state == "Queued", tasks.c.id.not_in(asked)).values(in_line=sa.true()))
    for name, columns in (("ix_tasks_line", ["rank", "line"]), ("ix_tasks_line_place", ["place", "rank", "line"])):
        op.create_index(
            name, "tasks", columns, sqlite_where=sa.text("in_line = 1"), postgresql_where=sa.text("in_line")
        )
