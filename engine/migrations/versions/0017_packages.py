"""Packages: the versions that are known, those of releases, and deployments that wait until they are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.models.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "package_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project", sa.String(length=255), nullable=False),
        sa.Column("package", sa.String(length=255), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=349), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package_versions"),
        sa.UniqueConstraint("project", "package", "feed", "version", name="uq_package_versions_version"),
    )
    op.create_table(
        "release_packages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("package", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=349), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_release_packages_release_id_releases"),
        sa.PrimaryKeyConstraint("id", name="pk_release_packages"),
        sa.UniqueConstraint("release_id", "package", name="uq_release_packages_package"),
    )
    is_open = sa.text("digest IS NULL")
    op.create_index(
        "ix_release_packages_open",
        "release_packages",
        ["release_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.add_column("releases", sa.Column("refused", sa.Text(), nullable=False, server_default=""))
    op.add_column("tasks", sa.Column("awaits_packages", sa.Boolean(), nullable=False, server_default=sa.false()))
