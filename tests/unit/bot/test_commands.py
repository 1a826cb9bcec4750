"""What is typed after a command is understood: verbs, answers, and what Slack does to a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands, release_requests, typed_text
from bot.commands import (
    Cancel,
    Deploy,
    Help,
    OpenForm,
    ShowLogs,
    Status,
)
from bot.decisions import Acknowledge, Decide, Take
from bot.orders import (
    Abandon,
    Freeze,
    Lock,
    MoveFirst,
    NotUnderstood,
    Pause,
    Resume,
    ShowQueue,
    Thaw,
    Unlock,
)
from bot.release_requests import CreateRelease, ListReleases
from engine.services.gates import Way
from engine.services.views import Verdict


def test_a_command_is_made_plain_once() -> None:
    """Slack sends `<b>` that somebody typed as `&lt;b&gt;`; made plain twice it would be taken for a link."""
    assert commands.parse_deploy("web &lt;b&gt;") == OpenForm("web", "<b>")
    wanted = commands.parse_deploy("web 1 to staging with A=x because &lt;b&gt; &amp;amp;")
    assert wanted == Deploy("web", "1", "staging", reason="<b> &amp;", answers=(("A", "x"),))
    queued = commands.parse_deploy("queue web &lt;b&gt; to staging")
    assert isinstance(queued, Deploy)
    assert queued.version == "<b>"


def test_the_note_of_an_answer_may_have_the_word_with() -> None:
    assert commands.parse_deploy("approve 17 with care") == Decide(17, Verdict.PROCEED, "with care")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", OpenForm()),
        ("   ", OpenForm()),
        ("web", OpenForm(project="web")),
        ("web 1.4.0", OpenForm(project="web", version="1.4.0")),
        ("web@1.4.0", OpenForm(project="web", version="1.4.0")),
        ("web to production", OpenForm(project="web", environment="production")),
        ("help", Help()),
        ("HELP", Help()),
        ("status", Status()),
        ("status 17", Status(17)),
        ("status #17", Status(17)),
        ("status web", Status(project="web")),
        ("cancel 17", Cancel(17)),
        ("cancel #17.", Cancel(17)),
        ("logs 17", ShowLogs(17)),
        ("logs 17 web-3", ShowLogs(17, "web-3")),
        ("logs #17 on Web-3", ShowLogs(17, "web-3")),
        ("approve 17", Decide(17, Verdict.PROCEED)),
        ("approve 17 because the tests are green", Decide(17, Verdict.PROCEED, "the tests are green")),
        ("approve #17 Because: it is time", Decide(17, Verdict.PROCEED, "it is time")),
        ("abort 17 not today", Decide(17, Verdict.ABORT, "not today")),
        ("retry 17", Decide(17, Verdict.RUN_AGAIN)),
        ("queue", ShowQueue()),
        ("pause", Pause()),
        ("pause the queue because of &lt;a&gt; holiday", Pause("", "of <a> holiday")),
        ("pause web Because: the  database moves", Pause("web", "the  database moves")),
        ("resume", Resume()),
        ("resume web", Resume("web")),
        ("abandon #17", Abandon(17)),
        ("abandon 17 on web-1 and build-1", Abandon(17, ("web-1", "build-1"))),
        ("lock production of web because testing it", Lock(("production", "web"), "testing it")),
        ("lock web in production for 2h because yes", Lock(("web", "production"), "yes", "in 2h")),
        ("lock the staging: until 18:00 because yes", Lock(("staging",), "yes", "18:00")),
        ("lock take production of web because INC-7", Lock(("production", "web"), "INC-7", take=True)),
        ("unlock production of web", Unlock(("production", "web"))),
        (
            "freeze production until Monday 08:00 because release week",
            Freeze(("production",), "release week", "Monday 08:00"),
        ),
        ("freeze web because holidays until 2027-01-02 08:00", Freeze(("web",), "holidays until 2027-01-02 08:00")),
        ("thaw production", Thaw(("production",))),
        ("queue web 1.4.0 to production", Deploy("web", "1.4.0", "production", way=Way.QUEUE)),
        (
            "web 1.4.0 to production override because INC-7",
            Deploy("web", "1.4.0", "production", reason="INC-7", way=Way.OVERRIDE),
        ),
        ("queue web", ShowQueue("web")),
        ("queue of web", ShowQueue("web")),
        ("queue 17 first", MoveFirst(17)),
        ("queue #17 to the front", MoveFirst(17)),
        ("fail 17 disk is gone", Decide(17, Verdict.FAIL, "disk is gone")),
        ("approve 17 see &lt;b&gt; &amp; more", Decide(17, Verdict.PROCEED, "see <b> & more")),
        ("approve 17 ask <@U01ANA|ana>", Decide(17, Verdict.PROCEED, "ask @ana")),
    ],
)
def test_each_command_means_what_it_says(text: str, meant: object) -> None:
    assert commands.parse_deploy(text) == meant


@pytest.mark.parametrize(
    ("text", "sentence", "suggestion"),
    [
        ("statsu", "I do not know `statsu`.", "status"),
        ("cancle 17", "I do not know `cancle`.", "cancel 17"),
        ("aprove 17 because yes", "I do not know `aprove`.", "approve 17 because yes"),
        ("queu", "I do not know `queu`.", "queue"),
        ("queu web", "I do not know `queu`.", "queue web"),
        ("queue 17", "Say what #17 should be: `first` moves it to the front.", "queue 17 first"),
        ("queue web shop", "`queue` takes one project, or nothing.", "queue web"),
        ("puase web", "I do not know `puase`.", "pause web"),
        ("pause web a holiday", "`pause` takes one project, or nothing.", "pause web because a holiday"),
        ("resume web shop", "`resume` takes one project, or nothing.", "resume web"),
        (
            "lock",
            "Say what to lock: an environment, and perhaps a project.",
            "lock production of web because …",
        ),
        (
            "freeze x y z",
            "Say what to freeze: an environment, and perhaps a project.",
            "freeze x of y until Monday 08:00 because …",
        ),
        ("thwa production", "I do not know `thwa`.", "thaw production"),
        ("abandon", "`abandon` needs the number on the card, and perhaps machines.", "abandon 17 on web-1"),
        (
            "web 1.4.0 at 22:00",
            "I need a project, a version and an environment with that.",
            "web 1.4.0 to production at 22:00",
        ),
        (
            "web 1.4.0 to production right now at 22:00 because yes",
            "That is too much: I need a project, a version and an environment, not 5 words.",
            "web 1.4.0 to production at 22:00 because yes",
        ),
        ("cancel", "`cancel` needs the number on the card.", "cancel 17"),
        ("cancel web", "`cancel` needs the number on the card.", "cancel 17"),
        ("cancel 17 18", "`cancel` takes one number and nothing else.", "cancel 17"),
        ("status web 17", "`status` takes the number on the card, or a project, or nothing.", "status"),
        (
            "web 1.4.0 to production not on",
            "After `not on` stand the names of targets.",
            "web 1.4.0 to production not on web-3",
        ),
        (
            "web 1.4.0 to production on the machines at 22:00",
            "After `on` stand the names of targets.",
            "web 1.4.0 to production at 22:00 on web-3",
        ),
        (
            "web 1.4.0 to production now on web-3 guided",
            "That is too much: I need a project, a version and an environment, not 4 words.",
            "web 1.4.0 to production on web-3 guided",
        ),
        (
            "web 1.4.0 to production now",
            "That is too much: I need a project, a version and an environment, not 4 words.",
            "web 1.4.0 to production",
        ),
    ],
)
def test_what_cannot_be_meant_is_answered_with_what_may_be(text: str, sentence: str, suggestion: str) -> None:
    assert commands.parse_deploy(text) == NotUnderstood(sentence, suggestion)


def test_a_project_that_looks_like_a_verb_is_a_project() -> None:
    assert commands.parse_deploy("statos", projects=["statos"]) == OpenForm(project="statos")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("create web 1.4.0", CreateRelease("web", "1.4.0")),
        ("create web@1.4.0", CreateRelease("web", "1.4.0")),
        ("create web@1.4.0 app=1.3.9", CreateRelease("web", "1.4.0", (("app", "1.3.9"),))),
        ("create web 1.4.0 with app=1.3.9", CreateRelease("web", "1.4.0", (("app", "1.3.9"),))),
        (
            "create web 1.4.0 app=",
            NotUnderstood("A package of another version is written `app=1.3.9`.", "create web 1.4.0 app=1.3.9"),
        ),
        ("list web", ListReleases("web")),
        ("", Help()),
        ("help", Help()),
        ("create web", NotUnderstood("Say the project and the version.", "create web 1.4.0")),
        ("list", NotUnderstood("Say which project.", "list web")),
        ("craete web 1.4.0", NotUnderstood("I do not know `craete`.", "create web 1.4.0")),
        ("web 1.4.0", NotUnderstood("I do not know `web`.", "help")),
    ],
)
def test_release_commands_mean_what_they_say(text: str, meant: object) -> None:
    assert release_requests.parse_release(text) == meant


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_parser(text: str) -> None:
    assert commands.parse_deploy(text) is not None
    assert release_requests.parse_release(text) is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<http://web.example|web.example>", "web.example"),
        ("<https://web.example/a>", "web.example/a"),
        ("<mailto:ana@example.com|ana@example.com>", "ana@example.com"),
        ("<@U01|ana>", "@ana"),
        ("<#C01|prod>", "#prod"),
        ("<!channel>", "!channel"),
        ("a &amp;lt; b", "a &lt; b"),
    ],
)
def test_slacks_marks_are_read_as_people_see_them(text: str, shown: str) -> None:
    assert typed_text.plain(text) == shown


EVERYTHING = Deploy(
    "web", "1.4.0", "production", at="22:00", reason="INC-7 is on fire", skip=("smoke-test",),
    answers=(("Ticket", "OPS-7"),), on=("web-1", "web-2"), guided=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "machines", "note"),
    [
        ("retry 17", (), ""),
        ("retry 17 on web-3", ("web-3",), ""),
        ("retry 17 on web-3,web-4 because the disk is back", ("web-3", "web-4"), "the disk is back"),
        ("retry 17 the disk is back", (), "the disk is back"),
        ("exclude 17 web-3 web-4", ("web-3", "web-4"), ""),
        ("exclude 17 on web-3 because it is broken", ("web-3",), "it is broken"),
        ("ignore 17 because it is a spare", (), "it is a spare"),
    ],
)
def test_guidance_is_typed_for_all_or_for_some(line: str, machines: tuple[str, ...], note: str) -> None:
    verdicts = {"retry": Verdict.RUN_AGAIN, "exclude": Verdict.EXCLUDE, "ignore": Verdict.IGNORE}
    assert commands.parse_deploy(line) == Decide(17, verdicts[line.split(maxsplit=1)[0]], note, machines)


def test_somebody_takes_it_over() -> None:
    assert commands.parse_deploy("take 17") == Take(17)


def test_an_emergency_is_acknowledged_with_a_note() -> None:
    assert commands.parse_deploy("acknowledge #17 because it was right") == Acknowledge(17, "it was right")


def test_an_answer_may_leave_out_machines() -> None:
    assert commands.parse_deploy("retry 17 on web-1..9 not on web-3, web-4 because of the disk") == Decide(
        17, Verdict.RUN_AGAIN, "of the disk", ("web-1..9",), ("web-3", "web-4")
    )
    assert commands.parse_deploy("exclude 17 not on web-3") == Decide(17, Verdict.EXCLUDE, "", (), ("web-3",))
    assert commands.parse_deploy("ignore 17 Not on web-3") == Decide(17, Verdict.IGNORE, "", (), ("web-3",))
    assert commands.parse_deploy("ignore 17 not needed on spares") == Decide(17, Verdict.IGNORE, "not needed on spares")
