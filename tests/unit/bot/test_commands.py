"""What people type is understood as they mean it."""

from __future__ import annotations

from dataclasses import replace

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
    ShowPlan,
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


@pytest.mark.parametrize(
    ("tail", "answers"),
    [
        ("Ticket=OPS-7", [("Ticket", "OPS-7")]),
        ('Ticket=OPS-7 Note="two words"', [("Ticket", "OPS-7"), ("Note", "two words")]),
        ("Ticket=OPS-7, Note='two words'", [("Ticket", "OPS-7"), ("Note", "two words")]),
        ("“Change ticket”=OPS-7 Note=“two words”", [("Change ticket", "OPS-7"), ("Note", "two words")]),
        ("Note=it's Other=x", [("Note", "it's"), ("Other", "x")]),
        ("Sum=a=b Empty=", [("Sum", "a=b"), ("Empty", "")]),
        ('Note="a=b\nsecond line"', [("Note", "a=b\nsecond line")]),
        ("Url=<https://x.example/y?a=1&amp;b=2>", [("Url", "https://x.example/y?a=1&b=2")]),
        ("Host=<http://x.example|x.example>", [("Host", "x.example")]),
        ("Who=<@U01ANA|ana>", [("Who", "@ana")]),
    ],
)
def test_answers_stand_after_with(tail: str, answers: list[tuple[str, str]]) -> None:
    for line in (f"web 1.4.0 to production with {tail}", f"web@1.4.0 production WITH {tail}"):
        assert commands.parse_deploy(line) == Deploy("web", "1.4.0", "production", answers=tuple(answers))
    assert commands.parse_deploy(f"web with {tail}") == OpenForm("web", answers=tuple(answers))


@pytest.mark.parametrize(
    "clauses",
    [
        "at 22:00",
        "at 22:00 until 23:30",
        "until 23:30",
        "tomorrow 06:30",
        "at Monday 8:00",
        "at 2026-11-30 22:00",
        "in 2h",
        "in 1 hour 30m",
        "on web-1",
        "on web-1, web-2",
        "not on web-3",
        "skip smoke-test",
        "skip smoke-test, warm-cache",
        "with Ticket=OPS-7",
        'with Note="two words" Ticket=OPS-7',
        "guided",
        "at 22:00 on web-1 skip smoke-test with Ticket=OPS-7",
    ],
)
@pytest.mark.parametrize("reason", ["", " because web 2 to staging was worse"])
def test_clauses_may_stand_before_what_is_deployed(clauses: str, reason: str) -> None:
    behind = commands.parse_deploy(f"web 1.4.0 to staging {clauses}{reason}")
    assert isinstance(behind, Deploy)
    for line in (
        f"{clauses} web 1.4.0 to staging{reason}",
        f"{clauses} the web 1.4.0 to the staging{reason}",
        f"{clauses} web@1.4.0 to staging{reason}",
        f"to staging {clauses} web 1.4.0{reason}",
    ):
        assert commands.parse_deploy(line) == behind
    planned = commands.parse_deploy(f"plan {clauses} web 1.4.0 to staging{reason}")
    assert planned == ShowPlan(wanted=behind)


@pytest.mark.parametrize(
    "line", ['with Note="web 1.4.0 to staging"', "at 22:00", "to staging at 22:00 web", "on web-1 web to staging"]
)
def test_what_does_not_say_what_is_deployed_is_never_guessed(line: str) -> None:
    assert not isinstance(commands.parse_deploy(line), Deploy)


@pytest.mark.parametrize(
    ("tail", "suggestion"),
    [
        (" with Note=two words", 'web 1 to staging with Note="two words"'),
        (" with Ticket", "web 1 to staging with Ticket=…"),
        (" with", "web 1 to staging with Ticket=OPS-7"),
    ],
)
def test_an_answer_that_is_none_is_shown_as_it_should_be(tail: str, suggestion: str) -> None:
    understood = commands.parse_deploy(f"web 1 to staging{tail}")
    assert isinstance(understood, NotUnderstood)
    assert understood.suggestion == suggestion


@given(st.lists(st.tuples(st.text("abAB =-.é", min_size=1), st.text("abc \"=,'#é")), min_size=1, max_size=3))
def test_what_is_shown_as_typed_means_what_it_shows(pairs: list[tuple[str, str]]) -> None:
    answers = tuple((name.strip() or "x", value) for name, value in pairs)
    if any('"' in text and "'" in text for pair in answers for text in pair) or any(
        value.endswith(",") for _, value in answers
    ):
        return  # it cannot be typed
    line = commands.with_answers("web 1 to staging", answers)
    assert commands.parse_deploy(line) == Deploy("web", "1", "staging", answers=answers)


def test_answers_and_other_clauses_stand_in_any_order() -> None:
    wanted = Deploy("web", "1", "staging", "22:00", "23:00", "it is time", answers=(("A", "x y"), ("B", "z")))
    for line in (
        'web 1 to staging with A="x y" B=z at 22:00 until 23:00 because it is time',
        'web 1 to staging at 22:00 until 23:00 with A="x y", B=z because it is time',
        'web 1 with A="x y" B=z to staging at 22:00 until 23:00 because it is time',
        wanted.typed,
    ):
        assert commands.parse_deploy(line) == wanted


def test_a_reason_may_have_the_word_with_and_an_answer_the_word_because() -> None:
    assert commands.parse_deploy("web 1 to staging because we go with A=b") == Deploy(
        "web", "1", "staging", reason="we go with A=b"
    )
    assert commands.parse_deploy('web 1 to staging with Why="because of that"') == Deploy(
        "web", "1", "staging", answers=(("Why", "because of that"),)
    )


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
    "text",
    [
        "web 1.4.0 to production",
        "web 1.4.0 production",
        "  web   1.4.0   TO production ",
        "web@1.4.0 production",
        "web@1.4.0 to production",
        "`web` *1.4.0* to _production_",
        "“web” 1.4.0 to ‘production’",
        "web 1.4.0 → production",
        "web 1.4.0 -&gt; production",
        "<http://web|web> 1.4.0 to production",
        "web\u00a01.4.0 to production",
    ],
)
def test_a_deployment_is_understood_however_slack_formats_it(text: str) -> None:
    assert commands.parse_deploy(text) == Deploy("web", "1.4.0", "production")


@pytest.mark.parametrize(
    ("text", "at", "until", "reason"),
    [
        ("web 1.4.0 to production at 22:00", "22:00", "", ""),
        ("web 1.4.0 production at 22:00", "22:00", "", ""),
        ("web 1.4.0 to production 22:00", "22:00", "", ""),
        ("web 1.4.0 at 22:00 to production", "22:00", "", ""),
        ("web 1.4.0 to production tomorrow at 06:30", "tomorrow 06:30", "", ""),
        ("web 1.4.0 to production tomorrow 06:30", "tomorrow 06:30", "", ""),
        ("web 1.4.0 to production on Monday at 8:00", "Monday 8:00", "", ""),
        ("web 1.4.0 to production Mon 8:00", "Mon 8:00", "", ""),
        ("web 1.4.0 to production at 2026-11-30 22:00", "2026-11-30 22:00", "", ""),
        ("web 1.4.0 to production 2026-11-30 22:00", "2026-11-30 22:00", "", ""),
        ("web 1.4.0 to production in 2h", "in 2h", "", ""),
        ("web 1.4.0 to production in an hour", "in an hour", "", ""),
        ("web 1.4.0 in production", "", "", ""),
        ("the web 1.4.0 to the production", "", "", ""),
        ("web 1.4.0 to production at 22:00 until 23:00", "22:00", "23:00", ""),
        ("web 1.4.0 to production until tomorrow 6:00 at 22:00", "", "tomorrow 6:00 at 22:00", ""),
        ("web 1.4.0 to production because it is  time to go", "", "", "it is  time to go"),
        ("web 1.4.0 to production at 22:00 because at 22:00 all sleep", "22:00", "", "at 22:00 all sleep"),
        ("web 1.4.0 to production because of INC-7", "", "", "of INC-7"),
    ],
)
def test_clauses_come_in_any_order_and_a_reason_keeps_its_words(text: str, at: str, until: str, reason: str) -> None:
    assert commands.parse_deploy(text) == Deploy("web", "1.4.0", "production", at, until, reason)


@given(
    st.sampled_from(["", "22:00", "tomorrow 06:30", "in 2h", "2026-11-30 22:00", "Monday 8:00"]),
    st.sampled_from(["", "23:00", "tomorrow 08:00"]),
    st.sampled_from(["", "it is time", "of INC-7 at 22:00 to production"]),
    st.sampled_from(list(Way)),
)
def test_what_is_suggested_or_carried_means_what_was_meant(at: str, until: str, reason: str, way: Way) -> None:
    wanted = Deploy("web", "1.4.0", "production", at, until, reason, way)
    assert commands.parse_deploy(wanted.typed) == wanted
    assert Deploy.carried({**wanted.place, **wanted.besides}) == wanted


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
        ("abandon", "`abandon` needs the number on the card and nothing else.", "abandon 17"),
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


@pytest.mark.parametrize(
    ("text", "skip", "typed"),
    [
        (
            'web 1.4.0 to production skip "Smoke test", warm because it is slow',
            ("Smoke test", "warm"),
            'web 1.4.0 to production skip "Smoke test", warm because it is slow',
        ),
        ("web 1.4.0 skip “Smoke test” to production", ("Smoke test",), 'web 1.4.0 to production skip "Smoke test"'),
        (
            'web 1.4.0 to production with Note="two words" skip a and b at 22:00',
            ("a", "b"),
            'web 1.4.0 to production at 22:00 skip a, b with Note="two words"',
        ),
        (
            'web 1.4.0 to production skip "at" with Ticket=OPS-7',
            ("at",),
            'web 1.4.0 to production skip "at" with Ticket=OPS-7',
        ),
        ("web 1.4.0 to production because we skip lunch", (), "web 1.4.0 to production because we skip lunch"),
    ],
)
def test_steps_can_be_left_out(text: str, skip: tuple[str, ...], typed: str) -> None:
    wanted = commands.parse_deploy(text)
    assert isinstance(wanted, Deploy)
    assert (wanted.skip, wanted.typed) == (skip, typed)
    assert commands.parse_deploy(wanted.typed) == wanted
    assert Deploy.carried({**wanted.place, **wanted.besides}) == wanted


def test_skip_without_a_step_is_answered_with_how_it_is_typed() -> None:
    assert commands.parse_deploy("web 1.4.0 to production skip") == NotUnderstood(
        "After `skip` stand the names of steps.", "web 1.4.0 to production skip smoke-test"
    )


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


@pytest.mark.parametrize(
    ("line", "on", "without"),
    [
        ("web 1.4.0 to production on web-17,web-31", ["web-17", "web-31"], []),
        ("web 1.4.0 to production on web-17, web-31", ["web-17", "web-31"], []),
        ("web 1.4.0 on web-17 and web-31 to production", ["web-17", "web-31"], []),
        ("web 1.4.0 to production not on web-3", [], ["web-3"]),
        ("web 1.4.0 to production except web-3 web-4", [], ["web-3", "web-4"]),
        ("web 1.4.0 to production on web-* not on web-3", ["web-*"], ["web-3"]),
        ("web 1.4.0 on production", [], []),
        ("web 1.4.0 to production on web-{01..05}", ["web-{01..05}"], []),
        ("web 1.4.0 to production on web-01..05", ["web-01..05"], []),
        ("web 1.4.0 to production only on web-3", ["web-3"], []),
        ("web 1.4.0 to production on the web-3 and the web-4 only", ["web-3", "web-4"], []),
        ("web 1.4.0 to production on machines web-3, web-4", ["web-3", "web-4"], []),
        ("web 1.4.0 to production but not on web-3", [], ["web-3"]),
        ("web 1.4.0 to production except for web-3", [], ["web-3"]),
        ("web 1.4.0 to production on all but web-3", [], ["web-3"]),
        ("deploy web version 1.4.0 to production on tag:web", ["tag:web"], []),
        ("1.4.0 of web to production not on web-3", [], ["web-3"]),
    ],
)
def test_targets_stand_after_on_and_not_on(line: str, on: list[str], without: list[str]) -> None:
    assert commands.parse_deploy(line) == Deploy("web", "1.4.0", "production", on=tuple(on), without=tuple(without))


EVERYTHING = Deploy(
    "web", "1.4.0", "production", at="22:00", reason="INC-7 is on fire", skip=("smoke-test",),
    answers=(("Ticket", "OPS-7"),), on=("web-1", "web-2"), guided=True,
)  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "web 1.4.0 to production on web-1,web-2 skip smoke-test at 22:00 guided with Ticket=OPS-7",
        "web 1.4.0 at 22:00 on web-1,web-2 to production guided with Ticket=OPS-7 skip smoke-test",
        "the web 1.4.0 with Ticket=OPS-7 skip smoke-test on web-1 web-2 to the production at 22:00 guided",
        "web@1.4.0 guided at 22:00 to production skip smoke-test on web-1,web-2 with Ticket=OPS-7",
    ],
)  # fmt: skip
def test_clauses_come_in_any_order(line: str) -> None:
    assert commands.parse_deploy(f"{line} because INC-7 is on fire") == EVERYTHING


def test_what_was_understood_is_typed_so_that_it_is_understood_again() -> None:
    assert commands.parse_deploy(EVERYTHING.typed) == EVERYTHING
    place_and_more = {**EVERYTHING.place, **EVERYTHING.besides}
    assert Deploy.carried(place_and_more) == EVERYTHING


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


@pytest.mark.parametrize(
    "typed",
    [
        "web 1.4.1 to production emergency because INC-7",
        "emergency web 1.4.1 to production because INC-7",
        "web 1.4.1 emergency to the production because INC-7",
    ],
)
def test_an_emergency_may_be_said_anywhere_before_the_reason(typed: str) -> None:
    wanted = commands.parse_deploy(typed)
    assert wanted == commands.Deploy("web", "1.4.1", "production", reason="INC-7", way=Way.EMERGENCY)
    assert wanted.typed == "web 1.4.1 to production emergency because INC-7"


def test_what_an_emergency_was_shown_travels_in_the_button() -> None:
    wanted = commands.Deploy("web", "1.4.1", "production", reason="INC-7", way=Way.EMERGENCY)
    for seen in (None, (), ("h1", "a2f")):
        shown = replace(wanted, seen=seen)
        assert commands.Deploy.carried({**shown.place, **shown.besides}) == shown


@pytest.mark.parametrize("passing", ["emergency", "override"])
def test_what_passes_rules_never_opens_a_form_that_forgets_it(passing: str) -> None:
    found = commands.parse_deploy(f"web {passing}")
    assert isinstance(found, commands.NotUnderstood)
    assert found.suggestion == f"web 1.4.0 to production {passing}"


def test_an_emergency_is_acknowledged_with_a_note() -> None:
    assert commands.parse_deploy("acknowledge #17 because it was right") == Acknowledge(17, "it was right")


@pytest.mark.parametrize(
    ("words", "guided"),
    [
        ("guided", True),
        ("with guided failure", True),
        ("Guided Failures", True),
        ("unguided", False),
        ("not guided", False),
        ("without guided failure", False),
        ("no guided failures", False),
        ("not unguided", True),
    ],
)
def test_guided_failure_is_chosen_in_many_words_and_anywhere(words: str, guided: bool) -> None:
    wanted = Deploy("web", "1", "staging", answers=(("A", "b"),), on=("web-3",), guided=guided, reason="not guided")
    for line in (
        f"web 1 to staging on web-3 {words} with A=b because not guided",
        f"web 1 {words} to staging with A=b on web-3 because not guided",
        f"web 1 to staging with A=b on web-3 and {words} because not guided",
    ):
        assert commands.parse_deploy(line) == wanted


def test_guided_in_quotes_is_a_value() -> None:
    wanted = Deploy("web", "1", "staging", answers=(("Note", "not guided failure"),))
    assert commands.parse_deploy('web 1 to staging with Note="not guided failure"') == wanted


def test_an_answer_may_leave_out_machines() -> None:
    assert commands.parse_deploy("retry 17 on web-1..9 not on web-3, web-4 because of the disk") == Decide(
        17, Verdict.RUN_AGAIN, "of the disk", ("web-1..9",), ("web-3", "web-4")
    )
    assert commands.parse_deploy("exclude 17 not on web-3") == Decide(17, Verdict.EXCLUDE, "", (), ("web-3",))
    assert commands.parse_deploy("ignore 17 Not on web-3") == Decide(17, Verdict.IGNORE, "", (), ("web-3",))
    assert commands.parse_deploy("ignore 17 not needed on spares") == Decide(17, Verdict.IGNORE, "not needed on spares")


def test_a_deployment_can_queue_behind_a_lock_and_pass_a_freeze() -> None:
    wanted = Deploy("web", "1", "staging", reason="INC-7", way=Way.QUEUE.overriding)
    for line in (
        "queue web 1 to staging override because INC-7",
        "queue override web 1 to staging because INC-7",
        wanted.typed,
    ):
        assert commands.parse_deploy(line) == wanted
    assert Deploy.carried({**wanted.place, **wanted.besides}) == wanted
    emergency = commands.parse_deploy("queue web 1 to staging emergency because INC-7")
    assert isinstance(emergency, Deploy)
    assert emergency.way is Way.EMERGENCY
