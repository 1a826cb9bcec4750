"""The demo's configuration: good to copy as it is, and with a machine for production where there is an SSH server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.demo import configuration_folder, ssh_server
from engine import definitions

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
            tmp_path / "folder", site_folder=tmp_path, site_address="http://127.0.0.1:8080", ssh=server
        )
    assert definitions.check(tmp_path / "folder") == ()
    process = definitions.load(tmp_path / "folder").projects["web"].process
    pools = {action.slug: action.worker_pool for step in process.steps for action in step.actions}
    assert pools["install-production"] == ("production" if has_machine else None)
    assert pools["install-staging"] is None
