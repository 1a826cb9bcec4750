"""The clauses of a deployment, in any order and in many words: answers, reasons, times, targets, steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import commands
from bot.commands import (
    Deploy,
    OpenForm,
    ShowPlan,
)
from bot.orders import (
    NotUnderstood,
)
from engine.services.gates import Way


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
