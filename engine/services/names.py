"""What things are called where they are shown; what people type stays their slugs."""

from __future__ import annotations

from engine.definitions import Definitions


def of_project(definitions: Definitions, slug: str) -> str:
    """`Web shop`; the slug of one that was taken out of the configuration."""
    found = definitions.projects.get(slug)
    return found.name if found else slug


def of_environment(definitions: Definitions, slug: str) -> str:
    """`Production`; the slug of one that was taken out of the configuration."""
    found = definitions.environments.get(slug)
    return found.name if found else slug


def of_scope(definitions: Definitions, project: str | None, environment: str | None) -> str:
    """`Production of Web shop`, `Production`, `Web shop`; empty for everything."""
    shown = [of_environment(definitions, environment)] if environment else []
    shown += [of_project(definitions, project)] if project else []
    return " of ".join(shown)
