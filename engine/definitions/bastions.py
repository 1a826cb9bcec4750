"""Reads the machines through which others are reached: `bastions:`. None leads to itself."""

from __future__ import annotations

from engine.definitions.fields import Field
from engine.definitions.folders import Folder
from engine.definitions.machines import pins_of, read_address, read_via
from engine.definitions.values import BastionDefinition


def read_bastions(section: Field, folder: Folder) -> list[BastionDefinition]:
    """`bastions:` — slug to a machine that lets connections through."""
    bastions = []
    for slug, field in section.named("bastions"):
        record = field.table(["ssh", "account", "host_key", "known_hosts", "via"])
        host, port = read_address(record)
        account = record.need("account", "deploy")
        bastions.append(
            BastionDefinition(
                slug=slug,
                host=host,
                port=port,
                account=account.reference("accounts") if account else "",
                host_key=pins_of(record, folder)(host, port),
                via=read_via(record),
            )
        )
    _refuse_circles(bastions, section)
    return bastions


def _refuse_circles(bastions: list[BastionDefinition], section: Field) -> None:
    """Each circle is told once, where its first bastion stands."""
    before = {bastion.slug: bastion.via for bastion in bastions}
    told: set[str] = set()
    for slug in before:
        way = [slug]
        while (following := before.get(way[-1], "")) and following not in way:
            way.append(following)
        if following == slug and slug not in told:
            told.update(way)
            names = ", ".join(f"{one} is reached via {before[one]}" for one in way)
            place = section.reading.place_of("bastions", slug)
            message = f"These bastions lead in a circle: {names}."
            hint = "One of them must be reached without the others."
            section.reading.note(place, f"bastions.{slug}.via", "circle", message, hint)
