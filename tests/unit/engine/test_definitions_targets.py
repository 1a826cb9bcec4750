"""`targets:` and the steps that run on them: what an entry stands for, and what is wrong with one, in sentences."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from engine import definitions
from engine.domain.processes import Rolling
from tests.support.definition_folders import HOST_KEY, PROCESS, problems_of, script, write_folder

ADDRESS = '"10.0.0.7:22" or "[2001:db8::7]:22"'


def target(key: str, change: str = "", to: str = "") -> str:
    good = f'{{ssh: "10.0.0.8:22", account: deploy, host_key: "{HOST_KEY}", environments: [production], tags: [web]}}\n'
    assert change in good
    return f"{key}: {good.replace(change, to)}"


def test_a_range_stands_for_its_machines_in_order_with_their_zeros(tmp_path: Path) -> None:
    text = target('"web-{08..11}"', "10.0.0.8", "{}.prod.example.org")
    loaded = definitions.load(write_folder(tmp_path, {"targets.yml": text}))
    assert [(t.slug, t.host) for t in loaded.targets.values()] == [
        ("web-08", "web-08.prod.example.org"),
        ("web-09", "web-09.prod.example.org"),
        ("web-10", "web-10.prod.example.org"),
        ("web-11", "web-11.prod.example.org"),
    ]
    assert definitions.parse_stored(loaded.to_json()) == loaded


KEY_A = "AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
KEY_B = "AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"


def pinned(key: str) -> str:
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def hashed(host: str) -> str:
    salt = b"salt of twenty bytes"
    parts = (salt, hmac.digest(salt, host.encode(), "sha1"))
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in parts)


def known_hosts(tmp_path: Path, lines: str, address: str = "web-1.example.org:22") -> str:
    text = target("web-1", f'host_key: "{HOST_KEY}"', "known_hosts: hosts.txt").replace("10.0.0.8:22", address)
    folder = write_folder(tmp_path, {"targets.yml": text, "hosts.txt": lines})
    return definitions.load(folder).targets["web-1"].host_key


@pytest.mark.parametrize(
    ("lines", "address", "keys"),
    [
        (f"web-1.example.org ssh-ed25519 {KEY_A} a comment\n", "web-1.example.org:22", [KEY_A]),
        (f"# all\n\nweb-9,WEB-*.example.org ssh-ed25519 {KEY_A}\n", "web-1.example.org:22", [KEY_A]),
        (f"[10.0.0.8]:2222 ssh-ed25519 {KEY_A}\n10.0.0.8 ssh-ed25519 {KEY_B}", "10.0.0.8:2222", [KEY_A]),
        (f"{hashed('10.0.0.8')} ssh-ed25519 {KEY_B}\n", "10.0.0.8:22", [KEY_B]),
        (f"10.0.0.* ssh-ed25519 {KEY_A}\n10.0.0.8 ssh-ed25519 {KEY_B}\n", "10.0.0.8:22", [KEY_A, KEY_B]),
        (
            f"* ssh-ed25519 {KEY_A}\n@revoked * ssh-ed25519 {KEY_B}\n10.0.0.8 ssh-ed25519 {KEY_B}",
            "10.0.0.8:22",
            [KEY_A],
        ),
        (f"!10.0.0.8,* ssh-ed25519 {KEY_A}\n10.0.0.8 ssh-ed25519 {KEY_B}\n", "10.0.0.8:22", [KEY_B]),
        (f"@cert-authority * ssh-ed25519 {KEY_A}\n10.0.0.8 ssh-ed25519 {KEY_B}\n", "10.0.0.8:22", [KEY_B]),
    ],
)
def test_host_keys_may_be_kept_as_openssh_keeps_them(tmp_path: Path, lines: str, address: str, keys: list[str]) -> None:
    assert known_hosts(tmp_path, lines, address) == " ".join(map(pinned, keys))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            f"web-2.example.org ssh-ed25519 {KEY_A}\n",
            "The file has no key for web-1.example.org. Compare what `ssh-keyscan -p 22 web-1.example.org` prints with "
            "the machine's own console, then add it.",
        ),
        (
            "web-1.example.org ssh-ed25519 AAAA\n",
            'Line 1 of "hosts.txt" is not a host key. A line is `HOST TYPE KEY`, as `ssh-keyscan` prints it.',
        ),
        (
            "web-1.example.org\n",
            'Line 1 of "hosts.txt" is not a host key. A line is `HOST TYPE KEY`, as `ssh-keyscan` prints it.',
        ),
    ],
)
def test_a_host_that_the_file_does_not_know_is_refused(tmp_path: Path, lines: str, told: str) -> None:
    text = target("web-1", f'host_key: "{HOST_KEY}"', "known_hosts: hosts.txt").replace("10.0.0.8", "web-1.example.org")
    found = problems_of(tmp_path, {"targets.yml": text, "hosts.txt": lines})
    assert found == [f"targets.yml:1: web-1.known_hosts: {told}"]


def test_a_file_of_known_hosts_lies_in_the_folder_and_stands_alone(tmp_path: Path) -> None:
    text = target("web-1", "account", "known_hosts: nowhere.txt, account")
    assert problems_of(tmp_path, {"targets.yml": text}) == [
        'targets.yml:1: web-1.known_hosts: There is no file "nowhere.txt" in the configuration folder. Check the name.',
        "targets.yml:1: web-1.host_key: `host_key` and `known_hosts` exclude each other. Keep one of them.",
    ]


def test_a_step_names_its_targets_and_how_it_rolls_over_them(tmp_path: Path) -> None:
    changes = {"targets.yml": target("web-1"), **script("target_tags: web", "rolling: {window: 10}")}
    (step,) = definitions.load(write_folder(tmp_path, changes)).projects["web"].process.steps
    assert step.target_tags == ("web",)
    assert step.rolling == Rolling(10, stop_after_failures=1)


WEB = {"targets.yml": target("web-1")}
ONE_PROBLEM = [
    (
        {"targets.yml": target('"web-{5..1}"', "10.0.0.8", "{}.example.org")},
        'targets.yml:1: web-{5..1}: A range counts up, to 1000 machines at most. For example `"web-{01..40}"`.',
    ),
    (
        {"targets.yml": target('"web-{a..c}"')},
        'targets.yml:1: web-{a..c}: "web-{a..c}" has no range that is understood. For example `"web-{01..40}"`.',
    ),
    (
        {"targets.yml": target('"web-{1..3}"')},
        "targets.yml:1: web-{1..3}.ssh: All machines of this entry would have one address. "
        'Write for example `ssh: "{}.example.org:22"`: {} is the slug.',
    ),
    (
        {"targets.yml": target("web-1") + target('"web-{1..2}"', "10.0.0.8", "{}.example.org")},
        'targets.yml:2: web-{1..2}: The target "web-1" is declared in targets.yml:1 as well. Keep one of them.',
    ),
    (
        {"targets.yml": target("build-1")},
        "targets.yml:1: build-1: build-1 is a worker as well; the card and the logs could not tell them apart. "
        "Choose another slug for one of them.",
    ),
    (
        {"targets.yml": target("web-1", "[web]", "[]")},
        "targets.yml:1: web-1.tags: The target has no tag, so no step runs on it. Name at least one, for example web.",
    ),
    (
        {"targets.yml": target("web-1", "[production]", "[]")},
        "targets.yml:1: web-1.environments: The target is in no environment, so nothing is deployed to it. Name one.",
    ),
    (
        {"targets.yml": target("web-1", "[production]", "[prodction]")},
        'targets.yml:1: web-1.environments[0]: There is no environment "prodction". '
        'Did you mean "production"? Known environments: staging, production.',
    ),
    (
        {"targets.yml": target("web-1", "10.0.0.8:22", "10.0.0.8")},
        f"targets.yml:1: web-1.ssh: The port is missing. Write host and port: {ADDRESS}.",
    ),
    (
        {**WEB, **script("target_tags: [wbe]")},
        f'{PROCESS}:4: steps[0].target_tags[0]: There is no target tag "wbe". Did you mean "web"? '
        "Known target tags: web.",
    ),
    (
        {**WEB, **script("rolling: {window: 2}")},
        f"{PROCESS}:4: steps[0].rolling: A step rolls over targets, and this one names no target tags. "
        "Add `target_tags:`, for example `target_tags: [web]`.",
    ),
    (
        {**WEB, **script("target_tags: [web]", "rolling: {window: 0}")},
        f"{PROCESS}:5: steps[0].rolling.window: The least possible number is 1.",
    ),
    (
        {**WEB, **script("target_tags: [web]", "worker_pool: linux")},
        f"{PROCESS}:5: steps[0].worker_pool: This runs on the targets of its step, so no worker pool is asked. "
        "Remove it, or write `runs_on: worker_for_each_target`.",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), ONE_PROBLEM, ids=[case[1].split(": ")[1] for case in ONE_PROBLEM])
def test_it_is_the_one_problem_and_says(tmp_path: Path, changes: dict[str, str | bytes | None], sentence: str) -> None:
    assert problems_of(tmp_path, changes) == [sentence]


def test_targets_and_bastions_are_behind_bastions(tmp_path: Path) -> None:
    gate = f'{{ssh: "gate.example.org:22", account: deploy, host_key: "{HOST_KEY}"}}'
    files = {
        "targets.yml": target("web-1", "account", "via: inner, account"),
        "bastions.yml": f"gate: {gate}\ninner: {gate.replace('{', '{via: gate, ')}\n",
    }
    loaded = definitions.load(write_folder(tmp_path, files))
    assert loaded.targets["web-1"].via == "inner"
    assert [(bastion.slug, bastion.via) for bastion in loaded.bastions.values()] == [("gate", ""), ("inner", "gate")]
    assert definitions.parse_stored(loaded.to_json()) == loaded
