"""Slack's Web API: `/api/<method>`. What a method needs and may answer stands in methods.json."""
