"""Telling: rows of the outbox become messages in Slack, at Slack's pace, and never twice."""
