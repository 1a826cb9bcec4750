"""`packages:` of a project: what is accepted, and what each mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import definitions
from engine.definitions import parse_stored
from engine.domain.installs import Convention, ConventionScript, CustomFolder, PackageToDeploy
from engine.domain.packages import FeedKind
from engine.domain.processes import RunScript
from tests.support.definition_folders import HOST_KEY, PROCESS, problems_of, step, write_folder

PROJECT = "projects/web/project.yml"
DIGEST = "ab" * 32


def project(packages: str) -> dict[str, str | bytes | None]:
    return {PROJECT: f"slug: web\npackages:\n  {packages}\n"}


def test_the_kinds_are_read_and_stored(tmp_path: Path) -> None:
    written = f"""built: {{feed: built-in}}
  files: {{folder: /srv/builds, file: "web-{{version}}.tgz"}}
  ci:
    url: "https://ci.example.com/web-{{version}}.tgz"
    checksum: {{"1.4.0": "sha256:{DIGEST}"}}
    token: {{secret: "env:CI_TOKEN"}}
    download_on_machine: true
  store:
    s3: builds
    file: "web/web-{{version}}.tgz"
    endpoint: "https://s3.example.com"
    region: eu-central-1
    access_key: AKIA1
    secret_key: {{secret: "env:S3_SECRET"}}"""
    loaded = definitions.load(write_folder(tmp_path, project(written)))
    by_slug = {package.slug: package for package in loaded.projects["web"].packages}
    assert {slug: package.kind for slug, package in by_slug.items()} == {
        "built": FeedKind.BUILT_IN,
        "ci": FeedKind.URL,
        "files": FeedKind.FOLDER,
        "store": FeedKind.S3,
    }
    assert by_slug["ci"].checksums == {"1.4.0": DIGEST}
    assert by_slug["ci"].on_machine
    assert (by_slug["store"].location, by_slug["store"].region) == ("https://s3.example.com/builds", "eu-central-1")
    assert str(by_slug["ci"].credentials and by_slug["ci"].credentials.secret) == "env:CI_TOKEN"
    assert parse_stored(loaded.to_json()).projects["web"].packages == loaded.projects["web"].packages


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        ("app: {}", "It comes from nowhere."),
        ("app: {feed: built-in, folder: /srv}", "`feed` and `folder` exclude each other."),
        ("app: {feed: nuget}", 'There is no feed "nuget".'),
        ("app: {folder: builds, file: \"a-{version}.zip\"}", "A folder is named by its whole path."),
        ("app: {folder: /srv, file: \"x/a-{version}.zip\"}", "This is a file's name and no path."),
        ("app: {folder: /srv, file: a.zip}", "`{version}` is missing: every version would be the same file."),
        ("app: {folder: /srv, file: \"a-{versoin}.zip\"}", "`{version}` is missing"),
        ("app: {url: \"https://ci/a.zip\"}", "`{version}` is missing"),
        ("app: {url: \"ftp://ci/{version}\"}", "This is not an address that begins with https:// or http://."),
        ("app: {url: \"https://{version}.ci/a\"}", "The host cannot depend on the version."),
        ("app: {url: \"https://me:pa55@ci/{version}\"}", "There is a password or a token in this address."),
        ("app: {url: \"http://ci/{version}\", token: {secret: \"env:T\"}}", "sent to it in clear text"),
        ("app: {url: \"https://ci/{version}\", token: abc}", "A secret is not written out"),
        ("app: {url: \"https://ci/{version}\", username: me}", "`username` and `password` go together."),
        ("app: {url: \"https://ci/{version}\", checksum: none}", 'There is no rule "none" for checksums.'),
        ("app: {url: \"https://ci/{version}\", checksum: {\"1.0\": abc}}", "This is not a SHA-256"),
        ("app: {feed: built-in, checksum: required}", "`checksum` means nothing beside `feed`."),
        ("app: {s3: Builds, file: \"a-{version}\"}", "This is no name of a bucket."),
        ("app: {s3: builds, file: \"/a-{version}\"}", "Names in a bucket begin with no slash."),
        ("app: {s3: builds, file: a.zip}", "`{version}` is missing"),
        ("app: {s3: builds, file: \"a-{version}\", endpoint: \"https://h/builds\"}", "not the address of a server"),
        ("app: {s3: builds, file: \"a-{version}\", endpoint: \"https://me:pa55@h\"}", "There is a password or a key"),
        ("app: {s3: builds, file: \"a-{version}\", access_key: AK}", "`access_key` and `secret_key` go together."),
        ("app: {s3: builds, file: \"a-{version}\", secret_key: abc, access_key: AK}", "A secret is not written out"),
        ("app: {url: \"https://ci/{version}\", region: eu}", "`region` means nothing beside `url`."),
        ("app: {s3: builds, file: \"a-{version}\", checksum: required}", "In a bucket none is required"),
        ("App: {feed: built-in}", "A slug is made of lower-case letters"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(tmp_path: Path, packages: str, told: str) -> None:
    problems = problems_of(tmp_path, project(packages))
    assert len(problems) == 1, problems
    assert told in problems[0]
    assert "pa55" not in problems[0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{package: ap}", 'Did you mean "app"?'),
        ("app", "The package is named by `package`."),
        ("{root: /srv}", "The key `package` is missing."),
        ("{package: app, root: apps}", "This is no absolute path"),
        ("{package: app, root: /srv/../etc}", "This is no absolute path"),
        ("{package: app, keep: 0}", "The least possible number is 1."),
        ("{package: app, substitute_in_files: [../x]}", "The pattern would lead out of the folder."),
        ("{package: app, structured_values: [a.json, a.json]}", '"a.json" is in this list twice.'),
        ("{package: app, purge: true}", "`purge` means nothing without `custom_folder`."),
        ("{package: app, custom_folder: www}", "This is no absolute path, nor one that begins with `~/`."),
        ("{package: app, custom_folder: /srv/../etc}", "This is no absolute path"),
        ("{package: app, custom_folder: /}", "Nothing may be copied there: it is a home, or belongs to the system."),
        ("{package: app, custom_folder: ~/}", "Nothing may be copied there"),
        ("{package: app, custom_folder: /home/ben}", "Nothing may be copied there: it is a home"),
        ("{package: app, custom_folder: /etc/}", "Nothing may be copied there"),
        ("{package: app, custom_folder: /usr/bin}", "Nothing may be copied there"),
        ("{package: app, root: /srv/apps, custom_folder: /srv/apps/x}", "Packages are installed below /srv/apps"),
        ("{package: app, custom_folder: ~/.foredeck}", "Packages are installed below ~/.foredeck/applications"),
        ("{package: app, custom_folder: /a, protect: /b}", "The pattern would lead out of the folder."),
        ("{package: app, skip_if_installed: often}", "This must be true or false"),
        ("{package: app, pre_deploy: stop.sh}", "A script is given by `file` or `inline`."),
        ("{package: app, deploy: {file: instal.sh}}", 'Did you mean "install.sh"?'),
        ("{package: app, deploy: {file: install.sh, inline: ls}}", "`file` and `inline` exclude each other."),
        ("{package: app, deploy: {syntax: bash}}", "There is neither `file` nor `inline`."),
        ("{package: app, deploy: {inline: ls, syntax: perl}}", 'Scripts in "perl" cannot be run.'),
        ("{package: app, deploy_faild: {inline: ls}}", 'Did you mean "deploy_failed"?'),
    ],
)
def test_a_step_that_deploys_a_package_names_one_of_its_project(tmp_path: Path, written: str, told: str) -> None:
    files = project("app: {feed: built-in}") | step(f"deploy_package: {written}")
    problems = problems_of(tmp_path, files)
    assert len(problems) == 1, problems
    assert told in problems[0]


def test_when_packages_are_acquired_is_one_of_two_words(tmp_path: Path) -> None:
    process = "acquire: at_once\nsteps: [{step: build, run_script: {inline: ls}}]\n"
    told = '"at_once" is not a choice here. Write after_approval or before_approval.'
    assert problems_of(tmp_path, {PROCESS: process}) == [f"{PROCESS}:1: acquire: {told}"]


def test_such_a_step_is_read_and_stored(tmp_path: Path) -> None:
    written = (
        "package: app, root: ~/apps, keep: 3, deploy: {file: install.sh}, pre_deploy: {inline: ls, syntax: python}, "
        'substitute_in_files: "*.conf", structured_values: ["**/*.json"], '
        "custom_folder: /usr/local/www/x, purge: true, protect: [uploads, .env], skip_if_installed: true"
    )
    files = project("app: {feed: built-in}") | step(f"deploy_package: {{{written}}}")
    loaded = definitions.load(write_folder(tmp_path, files))
    process = loaded.projects["web"].process
    scripts = (
        ConventionScript(Convention.PRE_DEPLOY, "ls", "python"),
        ConventionScript(Convention.DEPLOY, "echo installing\n", "bash", "install.sh"),
    )
    folder = CustomFolder("/usr/local/www/x", purge=True, protect=("uploads", ".env"))
    install = PackageToDeploy("app", "~/apps", 3, scripts, ("*.conf",), ("**/*.json",), folder, skip_if_installed=True)
    assert process.steps[0].actions[0].work == RunScript("", source="package", deploys=install)
    assert parse_stored(loaded.to_json()).projects["web"].process == process


def test_a_runbook_deploys_no_package(tmp_path: Path) -> None:
    runbook = {"projects/web/runbooks/again.yml": "steps: [{step: install, deploy_package: {package: app}}]\n"}
    problems = problems_of(tmp_path, {**project("app: {feed: built-in}"), **runbook})
    assert len(problems) == 1, problems
    assert "A runbook has no release, and so no packages." in problems[0]


TARGETS = f"""\
web-1: {{ssh: "10.0.0.8:22", account: deploy, host_key: "{HOST_KEY}", environments: [production], tags: [web]}}
"""
INSTALLS = "steps:\n  - {step: install, target_tags: [web], deploy_package: {package: app}}\n"


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (INSTALLS, True),
        (INSTALLS.replace("app}", "app, root: /srv/shop}"), False),
        (INSTALLS.replace("target_tags: [web]", "when: {environment: staging}"), False),
        (INSTALLS.replace("install,", "install, disabled: true,"), False),
    ],
)
def test_two_projects_that_would_switch_the_same_link_are_told(tmp_path: Path, other: str, meets: bool) -> None:
    problems = problems_of(
        tmp_path,
        {
            "targets.yml": TARGETS,
            PROJECT: "slug: web\npackages: {app: {feed: built-in}}\n",
            PROCESS: INSTALLS,
            "projects/shop/project.yml": "slug: shop\npackages: {app: {feed: built-in}}\n",
            "projects/shop/process.yml": other,
        },
    )
    told = [problem for problem in problems if "each of them would switch the link `current` of the other" in problem]
    assert bool(told) is meets
    assert all("projects/web/process.yml" in problem and "a `root` of its own" in problem for problem in told), told
