"""The health of machines: checked by the clock, kept as rows, and told once when it changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import health as told
from engine.contracts import Health, HealthState
from engine.models import HealthChange, MachineHealth, OutboxRow
from engine.services import health
from tests.support.engine import Deck
from tests.support.machines import KEY, MACHINES, with_machines
from tests.support.slack_blocks import assert_sendable

GONE = Health(HealthState.UNAVAILABLE, "web-1 (10.0.1.1:22) did not answer within 10 s.")
ILL = Health(HealthState.UNHEALTHY, "The disk of web-1 is full.", {"free_mib": "0"})
WARNS = Health(HealthState.HAS_WARNINGS, "The health check warns: it is warm.")


def row(deck: Deck, machine: str = "web-1") -> MachineHealth:
    with deck.db.read() as session:
        return session.get_one(MachineHealth, machine)


def states(deck: Deck) -> dict[str, str]:
    with deck.db.read() as session:
        return {found.slug: found.state for found in session.scalars(select(MachineHealth))}


def bulletins(deck: Deck) -> list[str]:
    """What stands in the channel, the newest text of each message."""
    with deck.db.read() as session:
        keys = session.scalars(select(OutboxRow).where(OutboxRow.kind == "health").order_by(OutboxRow.id)).all()
        numbers = dict.fromkeys(int(key.payload["bulletin"]) for key in keys)
    return [told.changed(health.bulletin(deck.db, number)).text for number in numbers]


def looks_later(deck: Deck, found: Health | None, **span: float) -> None:
    """After this time web-1 is found like this."""
    deck.time.passes(**span)
    if found is None:
        deck.workers.health.pop("web-1", None)
    else:
        deck.workers.health["web-1"] = found
    deck.checks()


def test_a_new_machine_is_not_known_and_is_checked_at_once(deck: Deck) -> None:
    with_machines(deck)
    assert set(states(deck)) == {"build-1", "build-2", "web-1", "web-2", "web-3"}
    assert set(states(deck).values()) == {"unknown"}
    deck.checks()
    assert set(states(deck).values()) == {"healthy"}
    assert row(deck).next_check_at == deck.clock() + timedelta(hours=1)
    assert row(deck).facts == {"bash": "5"}
    assert bulletins(deck) == [], "that all is well is no news"


def test_nothing_is_checked_before_its_time(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    deck.workers.checked.clear()
    deck.time.passes(minutes=59)
    deck.checks()
    assert deck.workers.checked == []
    deck.time.passes(minutes=1)
    deck.checks()
    assert len(deck.workers.checked) == 5


def test_a_cron_says_when(deck: Deck) -> None:
    with_machines(deck, machine_policies='default: {health_check: {cron: "0 3 * * *", time_zone: Europe/Vienna}}\n')
    deck.checks()
    assert row(deck).next_check_at.isoformat() == "2026-05-05T01:00:00+00:00"


@pytest.mark.parametrize("found", [GONE, ILL])
def test_one_that_cannot_be_used_is_looked_at_sooner(deck: Deck, found: Health) -> None:
    with_machines(deck)
    looks_later(deck, found)
    assert row(deck).next_check_at == deck.clock() + timedelta(minutes=5)


def test_a_change_is_told_once_and_not_at_each_check(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    looks_later(deck, GONE, hours=1)
    assert bulletins(deck) == ["🔌 web-1 is unavailable"]
    looks_later(deck, GONE, minutes=5)
    looks_later(deck, GONE, minutes=5)
    assert bulletins(deck) == ["🔌 web-1 is unavailable"]
    looks_later(deck, None, minutes=5)
    assert bulletins(deck) == ["🔌 web-1 is unavailable", "🟢 web-1 is healthy again"]
    assert row(deck).last_error == GONE.message, "what was wrong last can still be seen"
    assert row(deck).since == deck.clock()


def test_what_changes_in_one_burst_is_one_message(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    for machine in ("web-1", "web-2", "build-1"):
        deck.workers.health[machine] = GONE
    deck.workers.health["web-3"] = WARNS
    deck.time.passes(hours=1)
    deck.checks()
    assert bulletins(deck) == ["🔌 4 machines changed: 3 unavailable, 1 has warnings"]


def test_many_machines_that_go_at_once_are_counted_and_some_are_named(deck: Deck) -> None:
    many = f'"web-{{01..30}}": {{ssh: "{{}}.x:22", account: me, host_key: "{KEY}", environments: [staging], tags: [a]}}'
    with_machines(deck, targets=many + "\n", process="steps: [{step: a, run_script: {inline: echo}}]\n")
    for number in range(1, 31):
        deck.workers.health[f"web-{number:02}"] = GONE
    deck.checks()
    (text,) = bulletins(deck)
    assert text == "🔌 30 machines changed: 30 unavailable"
    with deck.db.read() as session:
        number = session.scalar(select(HealthChange.bulletin).where(HealthChange.bulletin.is_not(None)).limit(1))
    message = told.changed(health.bulletin(deck.db, number or 0))
    assert_sendable(message)
    assert "… and 20 more" in str(message.blocks)


def test_one_that_may_be_off_comes_and_goes_unnoticed(deck: Deck) -> None:
    with_machines(deck, machine_policies="default: {unavailable: skip}\n")
    deck.checks()
    looks_later(deck, GONE, hours=1)
    looks_later(deck, None, minutes=5)
    assert bulletins(deck) == []
    looks_later(deck, ILL, hours=1)
    assert bulletins(deck) == ["🔴 web-1 is unhealthy"]


def test_who_asks_while_it_is_looked_at_has_it_looked_at_once_more(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    with deck.db.write() as session:
        health.look_soon(session, deck.clock(), "web-1")
        assert health.begin(session, deck.clock(), "web-1")
    deck.time.passes(seconds=1)
    with deck.db.write() as session:
        health.look_soon(session, deck.clock(), "web-1")
        health.record(session, deck.clock(), "web-1", ILL)
    with deck.db.read() as session:
        assert health.due(session, deck.clock(), 9) == ["web-1"]


def test_a_machine_that_is_reached_in_another_way_is_another_machine(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    with_machines(deck, targets=MACHINES["targets.yml"].replace("10.0.1.1:22", "10.0.1.9:22"))
    assert states(deck) == {**dict.fromkeys(("build-1", "build-2", "web-2", "web-3"), "healthy"), "web-1": "unknown"}
    deck.workers.checked.clear()
    deck.checks()
    assert [machine for machine, _ in deck.workers.checked] == ["web-1"]


def test_a_machine_that_is_removed_is_forgotten(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    with_machines(deck, targets=MACHINES["targets.yml"].split("web-3")[0])
    assert "web-3" not in states(deck)


def test_a_check_that_a_dead_process_began_is_made_anew(deck: Deck) -> None:
    with_machines(deck)
    with deck.db.write() as session:
        assert health.begin(session, deck.clock(), "web-1")
        assert not health.begin(session, deck.clock(), "web-1"), "nobody else has it meanwhile"
    deck.time.passes(minutes=5)
    deck.checks()
    assert states(deck)["web-1"] == "healthy"


def test_the_script_of_a_policy_knows_its_machine(deck: Deck) -> None:
    with_machines(deck, machine_policies='default: {health_check: {inline: "echo #{Octopus.Machine.Name} ${#a}"}}\n')
    deck.checks()
    scripts = {machine: check.script.body for machine, check in deck.workers.checked if check.script}
    assert scripts["web-1"] == "echo web-1 ${#a}"
    assert scripts["build-2"] == "echo build-2 ${#a}"


def test_a_script_with_what_nothing_resolves_is_not_run(deck: Deck) -> None:
    with_machines(deck, machine_policies='default: {health_check: {inline: "echo #{Nothing}"}}\n')
    deck.checks()
    assert deck.workers.checked == []
    assert (row(deck).state, row(deck).why) == (
        "unhealthy",
        "The script of the policy default cannot be used: #{Nothing} cannot be resolved.",
    )


def test_a_key_that_cannot_be_read_is_no_reason_to_call_a_machine_off(deck: Deck) -> None:
    accounts = 'me: {type: ssh_key, username: me, private_key: {secret: "file:/nowhere/key"}}\n'
    with_machines(deck, accounts=accounts)
    deck.checks()
    assert row(deck).state == "unhealthy"
    assert "/nowhere/key" in row(deck).why


def test_changes_are_kept_for_ninety_days(deck: Deck) -> None:
    with_machines(deck)
    deck.checks()
    looks_later(deck, GONE, days=91)
    with deck.db.read() as session:
        assert session.scalars(select(HealthChange.machine)).all() == ["web-1"]


def test_a_target_without_a_machine_is_not_checked(deck: Deck) -> None:
    region = "eu-west: {type: cloud_region, environments: [staging], tags: [web]}\n"
    with_machines(deck, targets=MACHINES["targets.yml"] + region)
    assert "eu-west" not in states(deck)
