"""Configuration as revisions: a good folder that differs is a new one, a broken one changes nothing and is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.models import Revision
from engine.services import configuration
from engine.services.errors import NoConfiguration
from tests.support.engine import BUILD_ONLY, MAIN, Deck, a_deck

BROKEN = "steps: [{step: build, run_script: {file: missing.sh}}]\n"


def in_force(deck: Deck) -> int:
    with deck.db.read() as session:
        return configuration.current(session).revision


def test_the_same_folder_again_is_no_new_revision(deck: Deck) -> None:
    assert not deck.reloaded().is_new
    assert in_force(deck) == 1


def test_comments_and_order_make_no_revision(deck: Deck) -> None:
    assert not deck.reloaded("# only words\n" + BUILD_ONLY).is_new


def test_a_change_is_a_new_revision_that_says_what_changed(deck: Deck) -> None:
    loaded = deck.reloaded("steps: [{step: build, run_script: {inline: echo other}}]\n")
    assert (loaded.revision, loaded.is_new, loaded.problems) == (2, True, ())
    assert loaded.difference == ("~ projects[web].process.steps[build].actions[build].work.body",)
    assert in_force(deck) == 2


def test_going_back_is_a_revision_of_its_own(deck: Deck) -> None:
    deck.reloaded("steps: [{step: other, run_script: {inline: x}}]\n")
    assert deck.reloaded().revision == 3


def test_a_broken_folder_keeps_the_last_good_revision_and_says_why(deck: Deck) -> None:
    loaded = deck.reloaded(BROKEN)
    assert (loaded.revision, loaded.is_new) == (1, False)
    assert len(loaded.problems) == 1
    assert "missing.sh" in loaded.problems[0]
    assert configuration.problems_of_folder(deck.db) == loaded.problems
    number = deck.deploys()
    deck.works()
    assert deck.steps(number) == {"build": "succeeded"}


def test_the_last_good_revision_and_what_is_wrong_survive_a_restart(deck: Deck) -> None:
    deck.reloaded(BROKEN)
    configuration._by_digest.clear()  # as in a new process
    deck.reopen()
    assert in_force(deck) == 1
    assert "build" in str(configuration.current_definitions(deck.db).projects["web"].process)
    assert "missing.sh" in configuration.problems_of_folder(deck.db)[0]


def test_a_folder_that_is_mended_is_quiet_again(deck: Deck) -> None:
    deck.reloaded(BROKEN)
    assert not deck.reloaded().problems
    assert configuration.problems_of_folder(deck.db) == ()


def test_a_folder_that_is_gone_is_a_broken_one(deck: Deck) -> None:
    loaded = configuration.load_folder(deck.db, deck.clock(), deck.folder / "nowhere")
    assert loaded.revision == 1
    assert "does not exist" in loaded.problems[0]


def test_without_any_good_revision_everybody_is_told_the_way_out(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with a_deck(tmp_path) as empty:
        loaded = empty.reloaded(BROKEN)
        assert loaded.revision is None
        with pytest.raises(NoConfiguration) as caught:
            empty.deploys()
        assert "foredeck check" in caught.value.hint


def test_who_and_what_brought_a_revision_is_kept(deck: Deck) -> None:
    (deck.config / "foredeck.yml").write_text(MAIN.replace("  mia: {slack: U04MIA}\n", ""))
    configuration.load_folder(deck.db, deck.clock(), deck.config, by="ana", commit="abc123", author="Ana <ana@x>")
    with deck.db.read() as session:
        row = session.scalars(select(Revision).order_by(Revision.id.desc())).first()
    assert row is not None
    assert (row.loaded_by, row.commit, row.author, row.difference) == (
        "ana",
        "abc123",
        "Ana <ana@x>",
        "- people[mia]",
    )


def test_a_big_change_is_summed_up(deck: Deck) -> None:
    steps = "\n".join(f"  - {{step: s{n}, run_script: {{inline: x}}}}" for n in range(60))
    loaded = deck.reloaded(f"steps:\n{steps}\n")
    assert loaded.difference[0] == "+ projects[web].process.steps[s0]", "what is new as a whole is one line"
    assert len(loaded.difference) == 50
    assert loaded.difference[-1].startswith("… and ")


def test_a_deployment_names_the_revision_it_was_planned_with(deck: Deck) -> None:
    from engine.models import Task

    first = deck.deploys()
    deck.reloaded("steps: [{step: other, run_script: {inline: x}}]\n")
    second = deck.deploys(environment="production")
    with deck.db.read() as session:
        assert [session.get_one(Task, n).revision_id for n in (first, second)] == [1, 2]
