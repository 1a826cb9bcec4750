"""Secrets do not show, in no form and across no border; other text is left alone."""

import base64
import html
import json
import shlex
import string
import subprocess
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workers.masking import MASK, MaskedText, Masks
from workers.secret_forms import HEAD, cores, forms

SECRET = "p&s's/w\"rd<é+ü>"
SMALL = st.text("ab", min_size=4, max_size=9)
KEY = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B==\n-----END KEY-----\n"


def oracle(text: str, found: set[str]) -> str:
    """Hide every character of every occurrence, the slow and plain way."""
    hidden = [False] * len(text)
    for form in found:
        for at in range(len(text)):
            if text.startswith(form, at):
                hidden[at : at + len(form)] = [True] * len(form)
    shown = ""
    for at, char in enumerate(text):
        if not hidden[at]:
            shown += char
        elif not (at and hidden[at - 1]):
            shown += MASK
    return shown


@pytest.mark.parametrize(
    "encoded",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode((SECRET + "\n").encode()).decode(),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").replace("%C3", "%c3").replace("%A9", "%a9").lower().replace("%2f", "%2f"),
        quote(SECRET),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        html.escape(SECRET),
        html.escape(SECRET, quote=False),
        shlex.quote(SECRET)[1:-1],
        subprocess.check_output(["bash", "-c", 'printf %q "$1"', "-", SECRET], env={"LC_ALL": "C.UTF-8"}, text=True),
        repr(SECRET)[1:-1],
    ],
)
def test_hides_a_secret_in_the_encodings_in_which_it_shows(encoded: str) -> None:
    assert Masks([SECRET]).mask(f"[{encoded}]") == f"[{MASK}]"


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "user:1"])
def test_hides_a_secret_inside_a_longer_base64_text(before: str) -> None:
    header = base64.b64encode(f"{before}correct-horse:rest".encode()).decode()
    core = base64.b64encode(b"correct-horse").decode()[2:-4]
    masked = Masks(["correct-horse"]).mask(header)
    assert MASK in masked
    assert core not in masked
    assert len(masked.replace(MASK, "")) <= len(header) - 15


@pytest.mark.parametrize("wrap", [["-w76"], ["-w64"], ["-w0"]])
def test_hides_a_long_secret_in_wrapped_base64(wrap: list[str]) -> None:
    secret = "0123456789abcdef" * 10
    printed = subprocess.check_output(["base64", *wrap], input=secret + "\n", text=True)
    assert Masks([secret]).mask(printed).strip() == MASK


def test_hides_a_secret_wherever_a_line_of_base64_ends_in_it() -> None:
    """As `base64 settings.json` breaks it. What shows of it are the two characters of a quantum that end a line."""
    masks = Masks(["correct-horse-battery"])
    for before in range(76):
        text = "x" * before + "correct-horse-battery" + "y" * 40
        wrapped = base64.b64encode(text.encode()).decode()
        broken = "\n".join(wrapped[at : at + 76] for at in range(0, len(wrapped), 76))
        left = masks.mask(broken).replace(MASK, "").replace("\n", "")
        core = max(
            cores("correct-horse-battery") & {wrapped[at : at + n] for n in (27, 28) for at in range(len(wrapped))}
        )
        assert not any(core[at : at + 4] in left for at in range(len(core) - 3)), before


def with_line_ends(secrets: list[str]) -> set[str]:
    """All forms, and each core with each line end that may be in it."""
    found = set().union(*(forms(secret) for secret in secrets))
    for core in set().union(*(cores(secret) for secret in secrets)):
        found |= {f"{core[:at]}\n{core[at:]}" for at in range(HEAD, len(core))}
    return found


LONG = st.text("ab", min_size=12, max_size=14)


@given(st.lists(LONG, min_size=1, max_size=3), st.data())
def test_hides_base64_with_line_ends_exactly_however_it_comes(secrets: list[str], data: st.DataObject) -> None:
    known = sorted(set().union(*(cores(secret) for secret in secrets)))
    parts = data.draw(st.lists(st.tuples(st.sampled_from([*known, "Y", "x\n"]), st.integers(0, 30)), max_size=5))
    text = "".join(f"{part[:at]}\n{part[at:]}" if at < len(part) else part for part, at in parts)
    masks, shown, rest = Masks(secrets), "", MaskedText(Masks(secrets))
    assert masks.mask(text) == oracle(text, with_line_ends(secrets))
    while text:
        size = data.draw(st.integers(1, len(text)))
        rest.add(text[:size], "x")
        shown, text = shown + "".join(part for _, part in rest.release()), text[size:]
    shown += "".join(part for _, part in rest.finish())
    whole = "".join(f"{part[:at]}\n{part[at:]}" if at < len(part) else part for part, at in parts)
    assert shown == masks.mask(whole)


def test_holds_no_line_back_for_the_letter_at_its_end() -> None:
    text = MaskedText(Masks(["correct-horse-battery"]))
    core = min(cores("correct-horse-battery"))
    text.add(f"line {core[:3]}\n", "x")
    assert text.release() == [("x", f"line {core[:3]}\n")]


def test_hides_a_secret_of_several_lines_whole_and_line_by_line() -> None:
    masks = Masks([KEY])
    assert masks.mask(f"key: {KEY}.") == f"key: {MASK}\n."
    assert masks.mask("a MIIEvQIBADAN b") == f"a {MASK} b"
    assert masks.mask("  BgkqhkiG9w0B==\r\n") == f"  {MASK}\r\n"
    assert masks.mask(KEY.replace("\n", "")) == MASK
    assert masks.mask(KEY.replace("\n", "\r\n")).strip() == "\r\n".join([MASK] * 4)
    assert masks.mask(json.dumps(KEY)) == f'"{MASK}\\n"'


@pytest.mark.parametrize("short", ["", "abc", "abc\n", "\n\n\nab", "    ", "\t\n \n", "é", "****"])
def test_never_hides_what_is_too_short_or_says_nothing(short: str) -> None:
    assert forms(short) == set()
    assert not Masks().add(short)


def test_does_not_hide_mere_words_because_a_secret_of_several_lines_has_them() -> None:
    masks = Masks(["users:\ntrue\n---- \n}\nabc\nx9!k2\npassword: hunter2"])
    assert masks.mask("all users: true, ---- abc }") == "all users: true, ---- abc }"
    assert masks.mask("x9!k2 password: hunter2") == f"{MASK} {MASK}"


def test_hides_a_value_of_four_letters_since_somebody_called_it_secret() -> None:
    assert Masks(["test"]).mask("a test.") == f"a {MASK}."


def test_the_longest_secret_wins_and_overlapping_ones_leave_no_rest() -> None:
    assert Masks(["secret", "secret-long"]).mask("a secret-long b secret c") == f"a {MASK} b {MASK} c"
    assert Masks(["abcdef", "defghi"]).mask("xabcdefghiy") == f"x{MASK}y"
    assert Masks(["aaaa"]).mask("b" + "a" * 100_000 + "b") == f"b{MASK}b"


def test_says_nothing_about_its_secrets() -> None:
    assert repr(Masks(["hunter22"])) == "Masks(1 secrets)"


def test_knows_whether_a_secret_is_new() -> None:
    masks = Masks(["hunter22"])
    assert not masks.add("hunter22")
    assert masks.add("hunter23")


@given(st.lists(SMALL, max_size=4), st.text("abc\n", max_size=60))
def test_hides_exactly_the_characters_of_secrets(secrets: list[str], text: str) -> None:
    found = set().union(*(forms(secret) for secret in secrets))
    masks = Masks(secrets)
    assert masks.mask(text) == oracle(text, found)
    assert not any(secret in masks.mask(text) for secret in secrets)


@given(st.lists(SMALL, max_size=4), st.lists(st.tuples(st.text("abc", max_size=7), st.sampled_from("xy"))), st.data())
def test_pieces_and_restarts_make_no_difference(
    secrets: list[str], pieces: list[tuple[str, str]], data: st.DataObject
) -> None:
    masks, shown = Masks(secrets), []
    text = MaskedText(masks)
    for piece, tag in pieces:
        text.add(piece, tag)
        if data.draw(st.booleans()):
            continue
        shown += text.release()
        text = MaskedText(masks, json.loads(json.dumps(text.state())))
    shown += text.finish()
    whole = "".join(piece for piece, _ in pieces)
    assert "".join(part for _, part in shown) == masks.mask(whole)
    for tag in "xy":  # each visible character keeps its tag
        kept = "".join(part for its, part in shown if its == tag).replace(MASK, "")
        assert len(kept) <= sum(len(piece) for piece, its in pieces if its == tag)


@given(st.text(string.printable, min_size=4, max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_no_secret_survives_whatever_it_is_made_of(secret: str, before: str, after: str) -> None:
    assume("*" not in secret)
    value = secret.strip("\r\n")
    masked = Masks([secret]).mask(before + secret + after)
    if len(value) >= 4 and not value.isspace():
        assert value not in masked


def test_holds_back_the_shortest_tail_that_may_become_a_secret() -> None:
    text = MaskedText(Masks(["secret-word"]))

    def feed(piece: str, tag: str) -> list[tuple[str, str]]:
        text.add(piece, tag)
        return text.release()

    assert feed("a secre", "x") == [("x", "a ")]
    assert feed("t-", "y") == []
    assert feed("other se", "y") == [("x", "secre"), ("y", "t-other ")]
    assert feed("cret-word!", "x") == [("y", MASK), ("x", "!")]
    assert feed("secret-wor", "x") == []
    assert text.finish() == [("x", "secret-wor")]
