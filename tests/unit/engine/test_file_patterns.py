"""Which paths a pattern chooses."""

from __future__ import annotations

import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import file_patterns

PATHS = (
    ".env",
    "app.json",
    "app.prod.json",
    "config/a.conf",
    "config/deep/b.conf",
    "config/deep/er/c.conf",
    "web/[x].html",
    "web/index.html",
)


CHOICES = (
    ("app.json", "app.json"),
    ("*.json", "app.json app.prod.json"),
    ("*", ".env app.json app.prod.json"),
    (".*", ".env"),
    ("app?json", "app.json"),
    ("app.{json,prod.json}", "app.json app.prod.json"),
    ("{config,web}/*.{conf,html}", "config/a.conf web/[x].html web/index.html"),
    ("config/*.conf", "config/a.conf"),
    ("config/**/*.conf", "config/a.conf config/deep/b.conf config/deep/er/c.conf"),
    ("**/*.conf", "config/a.conf config/deep/b.conf config/deep/er/c.conf"),
    ("config/**", "config/a.conf config/deep/b.conf config/deep/er/c.conf"),
    ("**", " ".join(PATHS)),
    ("**/**/b.conf", "config/deep/b.conf"),
    ("**/deep/**/c.conf", "config/deep/er/c.conf"),
    ("*/b.conf", ""),
    ("./app.json", "app.json"),
    (" app.json ", "app.json"),
    ("config\\deep\\*", "config/deep/b.conf"),
    ("web/[hi]*.html", "web/index.html"),
    ("web/[!i]*", "web/[x].html"),
    ("web/[[]x].html", "web/[x].html"),
    ("APP.json", ""),
    ("{a", ""),
)


@pytest.mark.parametrize(("pattern", "chosen"), CHOICES)
def test_a_pattern_chooses(pattern: str, chosen: str) -> None:
    assert file_patterns.select(pattern, PATHS) == tuple(chosen.split())


ODD_PATTERNS = (
    "uploads/**",
    ".env",
    "**/*.png",
    "a.b",
    "[!a]b",
    "a+(b)|c$^",
    'it\'s "x"',
    "{u,v}/*",
    "ü*",
    "[]x]",
    "[",
)


@pytest.mark.parametrize("pattern", [*(pattern for pattern, _ in CHOICES), *ODD_PATTERNS])
def test_bash_understands_the_expression_as_the_pattern_is_meant(pattern: str) -> None:
    paths = [*PATHS, "uploads", "uploads/a/b", "x.png", "a/x.png", "aXb", "a.b", "bb", "ab", "a+(b)|c$^", 'it\'s "x"']
    paths += ["u/x", "v/x/y", "üx", "]", "x", "[", "upload", "a/.env"]
    look = 'for path; do if [[ $path =~ ^(${expression})$ ]]; then echo "$path"; fi; done'
    environment = {"LC_ALL": "C", "expression": file_patterns.expression([pattern])}
    found = subprocess.run(["bash", "-c", look, "bash", *paths], env=environment, capture_output=True, check=True)
    assert found.stdout.decode().splitlines() == list(file_patterns.select(pattern, paths))


@pytest.mark.parametrize(
    ("pattern", "flaw"),
    [
        ("**/*.json", ""),
        (" ", "The pattern is blank."),
        ("/etc/*", "The pattern would lead out of the folder."),
        ("a/../../b", "The pattern would lead out of the folder."),
        ("a\\..\\b", "The pattern would lead out of the folder."),
        ("[a-z]/[0-9-]*", ""),
        ("uploads/[9-0]*", "A range in the pattern counts down, as [z-a] would."),
        ("~/x", "The pattern would lead out of the folder."),
        ("x" * 301, "The pattern is longer than 300 characters."),
    ],
)
def test_what_cannot_be_a_pattern_is_told(pattern: str, flaw: str) -> None:
    assert file_patterns.flaw_of(pattern) == flaw


@given(st.lists(st.text("ab.c-_ ü", min_size=1, max_size=5), min_size=1, max_size=4).map("/".join))
def test_a_path_without_signs_chooses_itself_and_so_do_the_stars(path: str) -> None:
    if "." in path.split("/") or path != path.strip():
        return
    for pattern in (path, "**", "**/*", "/".join("*" for _ in path.split("/"))):
        assert file_patterns.select(pattern, [path]) == (path,)


@pytest.mark.parametrize("pattern", ["*a" * 140 + "b", "**/" * 90 + "b", "{a,b}" * 50, "[a-" * 90, "{" * 300])
def test_a_hostile_pattern_ends_quickly(pattern: str) -> None:
    begun = time.process_time()
    assert file_patterns.select(pattern, ["a" * 4000, "a/" * 1000 + "a"]) == ()
    assert time.process_time() - begun < 20
