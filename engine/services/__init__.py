"""One function for each thing a person can ask: one short transaction, frozen views, errors that are sentences."""

from engine.database import Database as Database
