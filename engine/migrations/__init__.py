"""Alembic revisions, applied when the database is opened. A test holds that they make the same schema as the models."""
