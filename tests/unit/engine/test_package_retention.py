"""What goes from the built-in feed: old versions that no release uses; and what never does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine.definitions import FeedRules
from engine.orchestration.pruning import Pruner
from engine.services import package_retention, packages, releases
from engine.services.errors import NotPermitted
from tests.support.engine import MAIN, Deck
from tests.support.packages import an_archive, pushed, with_packages
from workers.packages.shelf import PackageShelf

MANAGED = MAIN.replace("environments:", "  - {team: release-managers, roles: [space_manager]}\nenvironments:")
VERSIONS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")


def fed(deck: Deck, rules: str = "") -> Deck:
    """Four versions in the feed, of which the second became a release."""
    configured(deck, rules)
    for version in VERSIONS:
        pushed(deck, version)
    releases.create(deck.db, deck.clock(), person="ana", project="web", version="1.1.0")
    return deck


def configured(deck: Deck, rules: str = "") -> None:
    project = {"projects/web/project.yml": "slug: web\npackages:\n  app: {feed: built-in}\n"}
    deck.configured(files={"foredeck.yml": MANAGED + rules, **project})


def there(deck: Deck) -> list[str]:
    found = packages.listed(deck.db, person="ana", project="web")
    assert {view.digest for view in found} == {path.name for path in (deck.state / "packages").glob("??/*")}
    return [view.version for view in found]


def pruned_a_night_later(deck: Deck, **later: float) -> list[str]:
    """What is there when the pruning has looked, after so much time. The files are as old as their rows."""
    deck.time.passes(**later)
    Pruner(deck.db, deck.clock, PackageShelf(deck.state / "packages")).look()
    return there(deck)


@pytest.fixture
def young(deck: Deck) -> Deck:
    """A deck whose clock begins now, as those of files do."""
    from engine.times import utc_now

    deck.time.now = utc_now()
    return deck


def test_without_a_rule_everything_stays(young: Deck) -> None:
    assert pruned_a_night_later(fed(young), days=3650) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]


def test_what_is_old_goes_but_not_the_newest_and_never_what_a_release_was_made_with(young: Deck) -> None:
    fed(young, "built_in_feed: {retention: 90d, keep: 1}\n")
    assert pruned_a_night_later(young, days=89) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    assert pruned_a_night_later(young, days=2) == ["1.3.0", "1.1.0"]


def test_content_that_another_version_or_a_release_has_too_stays_on_the_disk(young: Deck) -> None:
    configured(young, "built_in_feed: {retention: 90d, keep: 0}\n")
    same = an_archive({"index.html": "the same"})
    for version in ("1.0.0", "1.1.0"):
        pushed(young, version, same)
    releases.create(young.db, young.clock(), person="ana", project="web", version="1.1.0")
    assert pruned_a_night_later(young, days=91) == ["1.1.0"]


def test_a_push_that_was_refused_leaves_a_file_that_goes_after_a_day(young: Deck) -> None:
    fed(young)
    PackageShelf(young.state / "packages")._store.put([an_archive({"nobody": "refers to it"})])
    young.time.passes(hours=1)
    Pruner(young.db, young.clock, PackageShelf(young.state / "packages")).look()
    assert len(list((young.state / "packages").glob("??/*"))) == len(VERSIONS) + 1
    assert pruned_a_night_later(young, days=2) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]


def test_what_was_made_of_a_package_for_sending_it_goes_a_month_after_its_last_use(young: Deck) -> None:
    made = young.state / "packages/plain/digest.its-own.tar"
    made.parent.mkdir(parents=True)
    made.touch()
    for days, stays in ((29, True), (2, False)):
        young.time.passes(days=days)
        Pruner(young.db, young.clock, PackageShelf(young.state / "packages")).look()
        assert made.exists() is stays


def test_what_was_put_there_again_meanwhile_stays(tmp_path: Path, young: Deck) -> None:
    shelf = PackageShelf(tmp_path)
    stored = shelf._store.put([an_archive()])
    shelf.remove(stored.digest, unless_since=young.clock() - timedelta(days=1))
    assert shelf._store.has(stored.digest)


def test_by_hand_it_is_shown_first_and_needs_a_permission(young: Deck) -> None:
    fed(young)
    young.time.passes(days=-200)
    with pytest.raises(NotPermitted):
        package_retention.superfluous(young.db, young.clock(), person="ana", rules=FeedRules())
    words = ["package", "prune", "--state", str(young.state), "--as", "ben"]
    assert "Say how old" in CliRunner().invoke(main, words).output
    shown = CliRunner().invoke(main, [*words, "--older-than", "1d", "--keep", "0", "--dry-run"]).output
    assert shown == "There is nothing to remove.\n", "they were pushed just now"


def test_by_hand_it_says_what_went(deck: Deck) -> None:
    """The clock of this deck is in the past, so all of it is old."""
    with_packages(deck, "app: {feed: built-in}")
    configured(deck)
    rules = FeedRules(timedelta(days=1), keep=1)
    for version in VERSIONS:
        pushed(deck, version)
    files = PackageShelf(deck.state / "packages")
    deck.time.passes(days=3650)
    asked = {"person": "ben", "rules": rules, "project": "web"}
    would = package_retention.superfluous(deck.db, deck.clock(), **asked)  # type: ignore[arg-type]
    assert [view.version for view in would] == ["1.2.0", "1.1.0", "1.0.0"]
    assert package_retention.prune(deck.db, deck.clock(), files, **asked) == would  # type: ignore[arg-type]
    assert there(deck) == ["1.3.0"]


def test_a_number_without_an_age_is_a_contradiction(deck: Deck) -> None:
    loaded = deck.reloaded(files={"foredeck.yml": MANAGED + "built_in_feed: {keep: 3}\n"})
    assert len(loaded.problems) == 1
    assert "built_in_feed.keep: Everything stays anyhow" in str(loaded.problems[0])
