"""A private OpenSSH server on loopback, as the demo's production machine. Needs Debian's openssh-server."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowUsers {user}
StrictModes no
X11Forwarding no
AllowTcpForwarding no
SetEnv HOME={folder}/home
"""


def find() -> str | None:
    """Where the server's program is; None when it is not installed."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class SshServer:
    """Its folder holds everything: keys (made once), configuration, the home of who logs in."""

    folder: Path
    port: int
    program: str

    @property
    def user(self) -> str:
        """Who can log in: the one who runs the demo."""
        return getpass.getuser()

    @property
    def client_key(self) -> Path:
        """The private key that may log in."""
        return self.folder / "client_key"

    def prepare(self) -> str:
        """Make keys and configuration where missing; returns the fingerprint of the host key (`SHA256:…`)."""
        (self.folder / "home").mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("host_key", "client_key"):
            if not (self.folder / name).exists():
                subprocess.run(
                    ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "foredeck-demo", "-f", self.folder / name],
                    check=True,
                    stdin=subprocess.DEVNULL,
                )
        (self.folder / "authorized_keys").write_text((self.folder / "client_key.pub").read_text())
        (self.folder / "sshd_config").write_text(_CONFIG.format(port=self.port, folder=self.folder, user=self.user))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # a root sshd refuses to start without it
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", self.folder / "host_key.pub"], check=True, capture_output=True, text=True
        )
        return shown.stdout.split()[1]

    @property
    def command(self) -> list[str]:
        """What starts it, in the foreground."""
        return [self.program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
