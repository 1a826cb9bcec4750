"""Who may be at work on a machine together: the rule by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.isolation import Holder, Isolation, Waiter, in_the_way, turns, wanted

FULL, NONE = Isolation.FULL, Isolation.NONE


def line(*kinds: Isolation, machine: str = "web-1") -> list[Waiter]:
    """They stand in line for one machine, numbered from 1."""
    return [Waiter(number, (machine,), kind) for number, kind in enumerate(kinds, start=1)]


def holding(*kinds: Isolation, machine: str = "web-1") -> list[Holder]:
    """They are at work there, numbered from 101."""
    return [Holder(number, machine, kind) for number, kind in enumerate(kinds, start=101)]


def at_work(waiters: list[Waiter], *runs: int) -> list[Holder]:
    """These of them are at work."""
    return [Holder(w.run, w.machines[0], w.isolation) for w in waiters if w.run in runs]


def test_octopus_example_the_first_two_overlap_the_third_is_alone_and_the_last_two_wait_for_it() -> None:
    everybody = line(NONE, NONE, FULL, NONE, NONE)
    assert set(turns([], everybody)) == {1, 2}
    assert set(turns(at_work(everybody, 1, 2), everybody[2:])) == set()
    assert set(turns(at_work(everybody, 2), everybody[2:])) == set()
    assert set(turns([], everybody[2:])) == {3}
    assert set(turns(at_work(everybody, 3), everybody[3:])) == set()
    assert set(turns([], everybody[3:])) == {4, 5}


def test_two_that_want_to_be_alone_have_their_turns_in_the_order_in_which_they_came() -> None:
    assert set(turns([], line(FULL, FULL))) == {1}


def test_machines_have_nothing_to_do_with_each_other() -> None:
    assert turns(holding(FULL, machine="web-2"), line(FULL)) == {1: "web-1"}


def test_whoever_can_do_with_several_machines_takes_the_first_that_is_free() -> None:
    waiter = Waiter(1, ("build-1", "build-2"), FULL)
    assert turns(holding(NONE, machine="build-1"), [waiter]) == {1: "build-2"}
    assert turns(holding(NONE, machine="build-2"), [waiter]) == {1: "build-1"}


def test_whoever_waits_for_several_machines_is_overtaken_on_none_of_them() -> None:
    there = [*holding(NONE, machine="build-1"), *holding(NONE, machine="build-2")]
    waiting = [Waiter(1, ("build-1", "build-2"), FULL), Waiter(2, ("build-2",), NONE)]
    assert turns(there, waiting) == {}
    assert turns(there[:1], waiting) == {1: "build-2"}


def test_in_the_way_is_who_holds_the_machine_else_who_stands_before() -> None:
    (holder,), waiters = holding(FULL), line(FULL, NONE)
    assert in_the_way(waiters[0], [holder], waiters) == ("web-1", holder)
    assert in_the_way(waiters[1], [holder], waiters) == ("web-1", holder)
    assert in_the_way(waiters[1], holding(NONE), waiters) == ("web-1", waiters[0])
    assert in_the_way(waiters[0], [], waiters) is None


@pytest.mark.parametrize(
    ("bypass", "setting", "on_target", "isolation"),
    [
        ("", None, True, FULL),
        ("", None, False, NONE),
        ("", NONE, True, NONE),
        ("", FULL, False, FULL),
        ("True", None, True, NONE),
        ("true", FULL, True, NONE),
        ("False", None, False, FULL),
        ("false", NONE, False, FULL),
        ("yes", None, True, FULL),
    ],
)
def test_the_variable_comes_before_the_step_and_the_step_before_the_kind_of_machine(
    bypass: str, setting: Isolation | None, on_target: bool, isolation: Isolation
) -> None:
    assert wanted(bypass, setting, on_target=on_target) is isolation


KINDS = st.sampled_from([FULL, NONE])
MACHINES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True).map(tuple)


@given(st.lists(st.tuples(MACHINES, KINDS), max_size=12), st.lists(st.integers(0, 11), max_size=40))
def test_nobody_is_alone_with_others_nobody_is_overtaken_and_all_have_their_turn(
    wishes: list[tuple[tuple[str, ...], Isolation]], ends: list[int]
) -> None:
    waiting = [Waiter(number, machines, kind) for number, (machines, kind) in enumerate(wishes)]
    there: list[Holder] = []
    for end in [*ends, *[0] * 12]:
        begin = turns(there, waiting)
        for waiter in [w for w in waiting if w.run in begin]:
            machine = begin[waiter.run]
            others = [h for h in there if h.machine == machine]
            assert machine in waiter.machines
            assert not others or {waiter.isolation, *(h.isolation for h in others)} == {NONE}
            for earlier in waiting:
                if earlier.run < waiter.run and machine in earlier.machines and earlier.run not in begin:
                    assert {earlier.isolation, waiter.isolation} == {NONE}, "overtaken"
            there.append(Holder(waiter.run, machine, waiter.isolation))
        waiting = [w for w in waiting if w.run not in begin]
        for waiter in waiting:
            assert in_the_way(waiter, there, waiting), "it waits, and nobody is in its way"
        if there:
            there.pop(end % len(there))
    assert not waiting, "somebody waits for ever"
