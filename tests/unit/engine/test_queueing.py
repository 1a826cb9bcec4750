"""Who begins next: ranks, age, fair shares, places and the cap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.queueing import Rank, Situation, Waiter, choose


def waiter(number: int, project: str = "web", environment: str = "staging", rank: Rank = Rank.REGULAR) -> Waiter:
    return Waiter(number, project, environment, f"{project}/{environment}", rank, number)


def chosen(waiters: list[Waiter], cap: int = 1, **facts: object) -> list[int]:
    return [found.number for found in choose(waiters, Situation(cap, **facts))]  # type: ignore[arg-type]


def test_the_oldest_goes_first() -> None:
    assert chosen([waiter(2, "shop"), waiter(1, "web"), waiter(3, "api")]) == [1]


def test_one_place_has_one_at_a_time() -> None:
    assert chosen([waiter(1), waiter(2), waiter(3, environment="production")], cap=9) == [1, 3]


def test_whoever_is_blocked_is_passed_over_and_not_waited_for() -> None:
    assert chosen([waiter(1), waiter(2, "shop")], taken=frozenset({"web/staging"})) == [2]


def test_nobody_begins_when_as_many_run_as_may() -> None:
    assert chosen([waiter(1)], cap=2, running={"shop": 2}) == []
    assert chosen([waiter(1)], cap=2, running={"shop": 3}) == []


def test_ranks_come_before_age() -> None:
    line = [
        waiter(1, "a"),
        waiter(2, "b", rank=Rank.HIGH),
        waiter(3, "c", rank=Rank.FIRST),
        waiter(4, "d", rank=Rank.BEGUN),
    ]
    assert chosen(line, cap=4) == [4, 3, 2, 1]


def test_a_project_that_floods_the_queue_does_not_hold_up_the_others() -> None:
    flood = [waiter(n, "web", f"test-{n}") for n in range(1, 11)]
    assert chosen([*flood, waiter(11, "shop"), waiter(12, "api")], cap=6) == [1, 2, 11, 12, 3, 4]


def test_a_project_below_its_share_goes_first_even_when_it_asked_later() -> None:
    line = [waiter(1, "web", "a"), waiter(2, "web", "b"), waiter(3, "shop")]
    assert chosen(line, cap=4, running={"web": 2}) == [3, 1]


def test_a_share_that_nobody_uses_is_not_left_idle() -> None:
    assert chosen([waiter(n, "web", f"test-{n}") for n in range(5)], cap=3) == [0, 1, 2]


_WAITERS = st.lists(
    st.builds(
        waiter,
        st.integers(0, 50),
        st.sampled_from(["web", "shop", "api"]),
        st.sampled_from(["staging", "production", "test"]),
        st.sampled_from(list(Rank)),
    ),
    unique_by=lambda found: found.number,
)


@given(_WAITERS, st.integers(1, 6), st.dictionaries(st.sampled_from(["web", "shop"]), st.integers(0, 4)))
def test_the_cap_and_the_places_always_hold_and_nothing_is_left_idle(
    line: list[Waiter], cap: int, running: dict[str, int]
) -> None:
    taken = frozenset({"web/staging"})
    found = choose(line, Situation(cap, running, taken))
    above = [one for one in found if one.is_emergency]
    assert len(found) - len(above) <= max(0, cap - sum(running.values()) - len(above)), "only emergencies go above it"
    places = [one.place for one in found]
    assert len(set(places)) == len(places)
    assert not taken & set(places)
    could = {one.place for one in line} - taken - set(places)
    assert not could or len(found) >= max(0, cap - sum(running.values()))
    for one in found:  # never overtaken in its own place
        assert one.order == min(other.order for other in line if other.place == one.place)


@given(_WAITERS, st.integers(1, 6))
def test_the_answer_does_not_depend_on_how_the_line_is_listed(line: list[Waiter], cap: int) -> None:
    assert choose(line, Situation(cap)) == choose(list(reversed(line)), Situation(cap))
