"""The demo's configuration: good to copy as it is, and with a machine for production where there is an SSH server.

And what it deploys.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import main as root
from bot.demo import configuration_folder, releases, ssh_server
from engine import definitions
from engine.services import configuration, packages
from engine.times import utc_now

PACKAGED = Path(configuration_folder.__file__).parent / "configuration"


def test_a_copy_of_the_folder_is_a_good_configuration(tmp_path: Path) -> None:
    shutil.copytree(PACKAGED, tmp_path / "mine")
    assert definitions.check(tmp_path / "mine") == ()


@pytest.mark.parametrize("has_machine", [True, False], ids=["with-ssh", "without-ssh"])
def test_the_demo_puts_production_on_a_machine_when_it_has_one(tmp_path: Path, has_machine: bool) -> None:
    program = ssh_server.find()
    if has_machine and (program is None or shutil.which("ssh-keygen") is None):
        pytest.skip("OpenSSH's server is not installed (openssh-server)")
    server = ssh_server.SshServer(tmp_path / "ssh", 2222, program or "") if has_machine else None
    for _ in range(2):  # each start writes it anew
        configuration_folder.write(
            tmp_path / "folder", site_folder=tmp_path / "a folder", site_address="http://127.0.0.1:8080", ssh=server
        )
    assert definitions.check(tmp_path / "folder") == ()
    process = definitions.load(tmp_path / "folder").projects["web"].process
    roots = {a.work.deploys.root for step in process.steps for a in step.actions if getattr(a.work, "deploys", None)}
    assert roots == {str(tmp_path / "a folder")}
    pools = {action.slug: action.worker_pool for step in process.steps for action in step.actions}
    assert pools["install-production"] == ("production" if has_machine else None)
    assert pools["install-staging"] is None


def test_what_the_demo_pushes_is_pushed_once_however_often_it_starts(tmp_path: Path) -> None:
    db = root.open_state(tmp_path)
    configuration.load_folder(db, utc_now(), PACKAGED)
    pushed = []
    for _ in range(2):
        releases.push(tmp_path)
        pushed.append([(view.version, view.digest) for view in packages.listed(db, person="ana", project="web")])
    db.close()
    assert [version for version, _ in pushed[0]] == ["7.1.0", "7.0.1", "1.5.0", "1.4.0"]
    assert pushed[0] == pushed[1]
