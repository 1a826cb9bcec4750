"""Packages of a project: what is pushed stays, a release is made with what is there, and what is nowhere is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import terminal
from bot.messages import queues as queue_messages
from engine.services import deployments, packages, queues, releases
from engine.services.errors import NotPermitted
from engine.services.package_errors import NotPushed, PackageExists, PackageMissing, ReleaseRefused, UnknownPackage
from tests.support.engine import Deck, TaskState
from tests.support.packages import an_archive, in_folder, looks, pushed, with_packages

BUILT_IN = "app: {feed: built-in}"


def create(deck: Deck, version: str, **of: str) -> releases.ReleaseView:
    return releases.create(deck.db, deck.clock(), person="ana", project="web", version=version, packages=of)


def folder_of(deck: Deck, *versions: str) -> str:
    folder = in_folder(deck.folder / "builds", *versions)
    return f'app: {{folder: {folder}, file: "web-{{version}}.tgz"}}'


def test_a_release_records_version_and_digest_of_what_was_pushed(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    view = pushed(deck, "1.4.0")
    made = create(deck, "1.4.0")
    assert made.is_complete
    assert [(p.package, p.version, p.digest) for p in made.packages] == [("app", "1.4.0", view.digest)]


def test_a_package_may_have_another_version_than_the_release(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    pushed(deck, "1.3.9")
    assert create(deck, "1.4.0", app="1.3.9").packages[0].version == "1.3.9"
    assert create(deck, "1.4.2", App="1.3.9").packages[0].version == "1.3.9"
    for known in ({"app": "1.3.9"}, {}):
        with pytest.raises(UnknownPackage, match="There is no package `ap`"):
            create(deck, "1.4.1", ap="1.3.9", **known)
    with pytest.raises(PackageMissing, match=r"web 1\.4\.1 cannot be created: the built-in feed has no app 1\.4\.1\."):
        create(deck, "1.4.1")


def test_a_version_that_was_never_pushed_is_refused_with_the_nearest(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    for version in ("1.4.0", "1.5.0"):
        pushed(deck, version)
    with pytest.raises(PackageMissing) as refused:
        deck.deploys(version="1.40")
    assert str(refused.value) == "web 1.40 cannot be created: the built-in feed has no app 1.40."
    assert refused.value.hint == "The nearest are 1.4.0 and 1.5.0."
    assert not releases.exists(deck.db, project="web", version="1.40")


def test_what_was_pushed_is_never_changed(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    first = pushed(deck, "1.4.0", an_archive({"a": "1"}))
    assert pushed(deck, "1.4.0", an_archive({"a": "1"})).digest == first.digest
    with pytest.raises(PackageExists, match=r"app 1\.4\.0 of web was pushed before, with other content"):
        pushed(deck, "1.4.0", an_archive({"a": "2"}))


def test_pushing_needs_the_permission_and_a_built_in_feed(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    with pytest.raises(NotPermitted, match="eva may not push packages of web"):
        pushed(deck, "1.4.0", by="eva")
    with_packages(deck, folder_of(deck))
    with pytest.raises(NotPushed, match="app of web comes from the folder"):
        pushed(deck, "1.4.0")


def test_a_deployment_waits_until_its_packages_are_found(deck: Deck) -> None:
    with_packages(deck, folder_of(deck, "1.4.0"))
    number = deck.deploys(version="1.4.0")
    deck.works()
    waiting = deck.task(number).waiting
    assert waiting is not None
    words = f"for app 1.4.0 in the folder {deck.folder / 'builds'}"
    assert waiting.text == f"Looks {words}"
    later = deck.deploys(version="1.4.0", environment="production", at="in 1h")
    queue = queues.view(deck.db, "ana")
    assert [(entry.number, entry.why) for entry in queue.looking] == [(number, f"looks {words}")]
    assert [(entry.number, entry.why) for entry in queue.scheduled] == [(later, f"looks {words}")]
    assert (queue.looking_count, queue.in_line_count, queue.is_empty) == (1, 0, False)
    assert f"Looking for packages (1)\n  #{number} web 1.4.0 to staging: ana, since" in terminal.queue(queue)
    assert "Looking for packages: 1" in str(queue_messages.queue(queue, "/deploy").blocks)
    looks(deck, "1.4.0")
    deck.works()
    assert deck.task(number).state is TaskState.SUCCESS
    assert queues.view(deck.db, "ana").looking == ()
    assert releases.view(deck.db, project="web", version="1.4.0").is_complete


def test_one_whose_package_is_nowhere_is_refused_and_its_version_is_free_again(deck: Deck) -> None:
    with_packages(deck, folder_of(deck, "1.4.0"))
    deck.deploys(version="1.4.0")
    looks(deck, "1.4.0")
    number = deck.deploys(version="1.40", environment="production")
    looks(deck, "1.40")
    deck.works()
    task = deck.task(number)
    folder = deck.folder / "builds"
    assert task.state is TaskState.CANCELED
    assert task.ended_because == f"refused: the folder {folder} has no app 1.40. The nearest is 1.4.0."
    with pytest.raises(ReleaseRefused, match=r"web 1\.40 is no release: the folder"):
        releases.view(deck.db, project="web", version="1.40")
    in_folder(folder, "1.40")
    create(deck, "1.40")
    looks(deck, "1.40")
    assert releases.view(deck.db, project="web", version="1.40").is_complete


def test_a_feed_that_does_not_answer_is_asked_again_and_then_given_up(deck: Deck) -> None:
    with_packages(deck, f'app: {{folder: {deck.folder}/unmounted, file: "web-{{version}}.tgz"}}')
    number = deck.deploys(version="1.4.0")
    looks(deck, "1.4.0")
    waiting = deck.task(number).waiting
    assert waiting is not None
    assert f"there is no folder {deck.folder}/unmounted on the bot's machine; it is tried again" in waiting.text
    looks(deck, "1.4.0")  # not before its time
    for _ in range(5):
        deck.time.passes(minutes=2)
        looks(deck, "1.4.0")
    assert deck.task(number).ended_because.startswith("refused: there is no folder")


def test_a_canceled_deployment_stays_canceled_when_its_packages_are_found(deck: Deck) -> None:
    with_packages(deck, folder_of(deck, "1.4.0"))
    number = deck.deploys(version="1.4.0")
    deck.cancels(number)
    looks(deck, "1.4.0")
    deck.works()
    assert deck.task(number).state is TaskState.CANCELED


def test_what_could_be_a_release_is_offered(deck: Deck) -> None:
    with_packages(deck, BUILT_IN)
    for version in ("1.9.0", "1.10.0", "2.0.0"):
        pushed(deck, version)
    create(deck, "1.9.0")
    assert packages.offered(deck.db, person="ana", project="web") == ("2.0.0", "1.10.0")
    assert packages.offered(deck.db, person="ana", project="web", contains="1.1") == ("1.10.0",)
    assert packages.offered(deck.db, person="eva", project="web") == ()
    assert packages.may_exist(deck.db, project="web", version="1.10.0")
    assert not packages.may_exist(deck.db, project="web", version="1.11.0")


def test_the_plan_says_what_is_installed_where(deck: Deck) -> None:
    scripts = 'pre_deploy: {inline: ls}, deploy: {file: install.sh}, substitute_in_files: "*.conf"'
    scripts += ', custom_folder: "/www/#{Octopus.Environment.Id}", purge: true, protect: [up, .env]'
    scripts += ", skip_if_installed: true"
    process = f"steps: [{{step: install, deploy_package: {{package: app, root: /srv/apps, {scripts}}}}}]\n"
    (deck.config / "projects/web").mkdir(parents=True, exist_ok=True)
    (deck.config / "projects/web/install.sh").write_text("ls\n")
    with_packages(deck, BUILT_IN, process)
    plan = deployments.preview(deck.db, project="web", version="1.4.0", environment="staging")
    assert (
        "installs the package app below /srv/apps and in /www/#{Octopus.Environment.Id} (purged except up and .env), "
        "unless it is there already, runs PreDeploy and Deploy (install.sh) of the process, puts variables into *.conf"
        in terminal.plan(plan)
    )


def test_the_plan_names_the_version_of_a_package_that_has_another_one_than_its_release(deck: Deck) -> None:
    steps = (
        "{step: install, deploy_package: {package: app}}, {step: migrate, run_script: {inline: ls, packages: [app]}}"
    )
    with_packages(deck, BUILT_IN, f"steps: [{steps}]\n")
    pushed(deck, "1.3.9")
    create(deck, "1.4.0", app="1.3.9")
    told = terminal.plan(deployments.preview(deck.db, project="web", version="1.4.0", environment="staging"))
    assert "installs the package app 1.3.9 below" in told
    assert "with the package app 1.3.9" in told
    create(deck, "1.3.9")
    told = terminal.plan(deployments.preview(deck.db, project="web", version="1.3.9", environment="staging"))
    assert "installs the package app below" in told


def test_a_reload_changes_nothing_of_a_release(deck: Deck, tmp_path: Path) -> None:
    with_packages(deck, folder_of(deck, "1.4.0"))
    create(deck, "1.4.0")
    with_packages(deck, f'app: {{folder: {tmp_path}, file: "other-{{version}}.zip"}}')
    looks(deck, "1.4.0")
    assert releases.view(deck.db, project="web", version="1.4.0").is_complete
