"""The shape of the code: what every folder and file has to have, and that the packages are ours alone."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "engine", "workers")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def test_the_layers_hold() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_no_file_is_longer_than_a_reader_can_bear() -> None:
    long = {named(path): lines for path in sources(*PACKAGES) if (lines := _lines(path)) > LONGEST_FILE}
    assert long == {}


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_function_is_longer_than_a_glance() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}"
        for path in sources(*PACKAGES)
        if "migrations/versions" not in named(path)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        named(path)
        for path in sources(*PACKAGES, "tests/support", "benchmarks")
        if path.read_text().strip() and not ast.get_docstring(tree_of(path))
    ]
    assert silent == []


def test_every_package_of_ours_is_one() -> None:
    """A folder with modules and no `__init__.py` would be a namespace package, that anybody can add to."""
    folders = {path.parent for path in sources(*PACKAGES, "tests")}
    assert [named(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_module_is_a_rag_bag() -> None:
    refused = re.compile(r"(utils?|helpers?|managers?|common|misc)\.py")
    assert [named(path) for path in sources(*PACKAGES, "tests") if refused.fullmatch(path.name)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_installed_distribution_claims_our_packages(package: str) -> None:
    owners = set(importlib.metadata.packages_distributions().get(package, []))
    assert owners <= {"foredeck"}


def test_every_benchmark_can_be_started() -> None:
    each = "for name in NAMES: importlib.import_module(f'benchmarks.{name}')"
    program = f"import importlib\nfrom benchmarks.__main__ import NAMES\n{each}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)")
    assert [named(path) for path in sources(*PACKAGES, "benchmarks") if later.search(path.read_text())] == []


def test_only_one_place_touches_what_paramiko_keeps_to_itself() -> None:
    private = re.compile(r"_active_check_timeout")
    holding = [named(path) for path in sources(*PACKAGES) if private.search(path.read_text())]
    assert all(name.startswith("workers/ssh/") for name in holding)
    assert len(holding) <= 1


def test_only_the_composition_root_sees_all_three_packages() -> None:
    seeing = []
    for path in sources(*PACKAGES):
        imported = {name.split(".")[0] for name in _imports(tree_of(path))}
        if set(PACKAGES) - {named(path).split("/")[0]} <= imported:
            seeing.append(named(path))
    assert seeing == ["bot/main.py"]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_children_are_started_by_a_list_and_never_through_a_shell() -> None:
    guilty = [
        f"{named(path)}:{node.lineno}"
        for path in sources(*PACKAGES)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and _is_shell(node)
    ]
    assert guilty == []


def _is_shell(call: ast.Call) -> bool:
    if any(k.arg == "shell" and getattr(k.value, "value", None) is True for k in call.keywords):
        return True
    return isinstance(call.func, ast.Attribute) and call.func.attr in {"system", "popen"}


def test_the_clock_is_read_in_one_place_of_the_engine() -> None:
    """Everybody else gets it handed in, or asks `engine.times`."""
    reading = [
        named(path)
        for path in sources("engine")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
    ]
    assert reading == ["engine/times.py"]
