"""The page of beliefs about Slack: each row names code that is there."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = REPOSITORY / "docs" / "slack-beliefs.md"


def rows() -> list[list[str]]:
    """The cells of all tables, without their headings."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "belief" and not row[0].startswith("---")]


def test_each_belief_says_how_sure_it_is_and_names_code_that_exists() -> None:
    assert len(rows()) > 20
    for belief, guess, code in rows():
        assert guess in ("likely", "choice"), belief
        named = re.findall(r"`([^`]+)`", code)
        assert named, belief
        for path in named:
            assert (REPOSITORY / path).exists(), f"{path}, named by: {belief}"
