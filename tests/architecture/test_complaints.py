"""What users of the original complained of over the years, and the test here that says it is otherwise."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

CHOICE = "unit/engine/test_worker_choice.py"
USE = "unit/engine/test_machine_use.py"
FLOW = "integration/test_engine_flow.py"
ISOLATION = "unit/engine/test_isolation_flow.py"
FAULTS = "integration/test_ssh_faults.py"
PROCESSES = "contracts/test_worker_processes.py"
ARTIFACTS = "contracts/test_worker_artifacts.py"
MASKING = "unit/workers/test_masking.py"

ANSWERED = {
    "an empty pool ends in an internal error": (
        CHOICE,
        "test_a_pool_that_was_emptied_since_it_was_asked_for_is_named_with_the_way_out",
    ),
    "the steps of one deployment get different workers": (
        CHOICE,
        "test_a_deployment_keeps_to_its_worker_while_others_have_more_leases_there",
    ),
    "parallel steps all go to one worker": (CHOICE, "test_without_affinity_each_step_goes_where_the_fewest_leases_are"),
    "one package overloads one worker": (
        CHOICE,
        "test_a_lease_cap_spreads_the_steps_that_run_beside_each_other",
    ),
    "a lease cap stages the package on another worker than the step": (
        CHOICE,
        "test_a_package_is_given_to_the_worker_that_runs_its_step_also_when_a_lease_cap_moves_the_step",
    ),
    "nobody can be used just now, and nothing says why": (
        USE,
        "test_a_pool_in_which_nobody_can_be_used_says_why_of_each",
    ),
    "leases stay after a failure or a cancel": (
        CHOICE,
        "test_the_worker_with_the_fewest_leases_is_chosen_and_a_lease_ends_with_its_run",
    ),
    "a pool that is not there is silently the default one": (
        CHOICE,
        "test_for_a_pool_whose_name_is_wrong_the_default_one_never_stands_in",
    ),
    "workers wait for scripts of a task that is over": (
        ISOLATION,
        "test_an_abandoned_deployment_lets_go_of_its_machines",
    ),
    "unpacking locks a shared worker": (
        "integration/test_package_delivery.py",
        "test_two_who_send_the_same_at_once_do_not_spoil_it",
    ),
    "machines with one host key wait for each other": (
        "integration/test_isolation_ssh.py",
        "test_they_take_turns_through_a_restart_and_a_machine_with_the_same_host_key_is_not_held_up",
    ),
    "another host key counts as merely unavailable": (
        "integration/test_health_ssh.py",
        "test_each_machine_is_found_in_its_state_and_nothing_is_left_there",
    ),
    "another kind of host key breaks the fingerprint": (
        "integration/test_ssh_login.py",
        "test_any_kind_of_host_key_can_be_pinned",
    ),
    "a transfer without a limit blocks everybody": (
        FAULTS,
        "test_a_bastion_that_goes_half_open_is_noticed_for_all_that_are_behind_it",
    ),
    "a connection that was lost leaves a deployment running for ever": (
        "integration/test_ssh.py",
        "test_a_machine_that_stays_away_means_lost_and_not_failed",
    ),
    "a cancel hangs while something is sent": (
        "integration/test_package_delivery.py",
        "test_a_cancel_is_heard_while_a_package_is_sent_and_nothing_is_installed",
    ),
    "a cancel leaves children behind": (PROCESSES, "test_cancel_ends_the_whole_group"),
    "a cancel never ends": ("unit/engine/test_holds.py", "test_a_stuck_cancel_is_let_go_of_after_ten_minutes"),
    "masking delays lines": (MASKING, "test_holds_back_the_shortest_tail_that_may_become_a_secret"),
    "masking loses lines": (MASKING, "test_hides_exactly_the_characters_of_secrets"),
    "a secret shows in a later step": (
        "integration/test_canary.py",
        "test_no_file_of_the_bot_or_the_machine_has_it",
    ),
    "ordinary words are masked": (
        MASKING,
        "test_does_not_hide_mere_words_because_a_secret_of_several_lines_has_them",
    ),
    "those who write logs wait for each other": (
        "unit/engine/test_logs.py",
        "test_many_runs_write_at_once_and_what_is_read_meanwhile_is_whole",
    ),
    "a big log is slow to look at": ("unit/engine/test_logs.py", "test_of_a_long_log_only_its_end_is_read"),
    "a big log is not stored": (FLOW, "test_twenty_megabytes_are_stored_to_the_last_byte"),
    "output variables between other lines are lost": (
        "unit/workers/test_service_messages.py",
        "test_keeps_the_text_around_several_messages_of_a_line",
    ),
    "an approval is lost by a restart": (
        "unit/engine/test_target_flow.py",
        "test_an_approval_inside_a_rolling_step_holds_each_machine_and_survives_a_restart",
    ),
    "an artifact with a relative path is not found": (
        ARTIFACTS,
        "test_files_are_collected_whole_wherever_they_lie",
    ),
    "artifacts of what failed are gone with its folder": (
        ARTIFACTS,
        "test_they_are_collected_also_when_the_step_failed_or_was_canceled",
    ),
    "text on stderr fails good scripts": (
        "contracts/test_worker_languages.py",
        "test_text_on_stderr_fails_a_script_that_succeeded_only_where_it_is_meant_to",
    ),
    "not everything can be paused": ("unit/engine/test_holds.py", "test_what_runs_goes_on_while_the_queue_is_paused"),
    "unavailable machines are skipped, and unhealthy ones not": (USE, "test_a_project_leaves_out_what_it_says"),
    "the switch for isolation is the wrong way round": (
        "unit/engine/test_isolation.py",
        "test_the_variable_comes_before_the_step_and_the_step_before_the_kind_of_machine",
    ),
    "isolation is forgotten": (
        "unit/engine/test_isolation.py",
        "test_octopus_example_the_first_two_overlap_the_third_is_alone_and_the_last_two_wait_for_it",
    ),
}


def test_each_of_them_has_its_test() -> None:
    missing = {what: place for what, place in ANSWERED.items() if place[1] not in _tests_of(place[0])}
    assert missing == {}


def _tests_of(file: str) -> set[str]:
    path = TESTS / file
    if not path.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
