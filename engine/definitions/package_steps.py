"""Reads `deploy_package:` — a step that installs a package of its project on each machine that it runs on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.definitions import convention_scripts, custom_folders, step_folders
from engine.definitions.fields import Field
from engine.definitions.nodes import Scalar, shown
from engine.definitions.project_files import ProjectFiles
from engine.definitions.readings import suggest
from engine.domain.installs import PackageToDeploy
from engine.domain.processes import RunScript

KEYS_OF_A_PACKAGE_STEP = (
    "package",
    "root",
    "keep",
    "skip_if_installed",
    *convention_scripts.KEYS,
    *step_folders.PATTERNS,
    *custom_folders.KEYS,
)
_PART = r"/[^/$#{}*?\x00-\x1f]+"  # what looks like a variable or a pattern would be taken for one, and is not
_ROOT = re.compile(rf"(?:~|{_PART})(?:{_PART})*\Z")


def read_package_step(field: Field, packages: Sequence[str] | None, files: ProjectFiles) -> RunScript:
    """The step; its script is the worker's own. `packages`: those of the project; None where there is no release."""
    nothing = RunScript("", source="package", deploys=PackageToDeploy(""))
    if isinstance(field.node, Scalar):
        field.wrong("type", "The package is named by `package`.", "Write `{package: app}`.")
        return nothing
    record = field.table(KEYS_OF_A_PACKAGE_STEP)
    written, root = record.need("package", "app"), record.get("root")
    package = written.text("`app`") if written else ""
    if packages is None:
        field.wrong("one-of", "A runbook has no release, and so no packages.", "Deploy it with a release.")
    elif written and package and package not in packages:
        hint = suggest(package, packages, "packages")
        written.wrong("dangling-reference", f"There is no package {shown(package)} here.", hint)
    where = root.line("`/srv/apps`", longest=300) if root else PackageToDeploy("").root
    if root and where and (not _ROOT.match(where) or ".." in where.split("/")):
        root.wrong("folder", "This is no absolute path, nor one that begins with `~/`.", "For example `/srv/apps`.")
    keep = record.get("keep")
    deploys = PackageToDeploy(
        package,
        where,
        keep.whole_number() if keep else None,
        convention_scripts.read_convention_scripts(record, files),
        step_folders.read_patterns(record.get("substitute_in_files")),
        step_folders.read_patterns(record.get("structured_values")),
        custom_folder=custom_folders.read_custom_folder(record, where),
        skip_if_installed=record.flag("skip_if_installed", default=False),
    )
    return RunScript("", source="package", deploys=deploys)
