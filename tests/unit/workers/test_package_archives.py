"""What is in a package: looked through before anything is unpacked, and made a plain tar."""

from __future__ import annotations

import gzip
import io
import os
import stat
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from workers.packages import archives, entries
from workers.packages.archives import look_through, make_plain
from workers.packages.compression import zstd
from workers.packages.entries import UnsafePackage


def a_tar(path: Path, *entries: tuple[str, bytes, str], mode: str = "w:gz") -> Path:
    """Entries of name, type and link or content."""
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, kind, more in entries:
            info = tarfile.TarInfo(name)
            info.type, info.mode = kind, 0o755
            if kind == tarfile.REGTYPE:
                info.size = len(more)
                tar.addfile(info, io.BytesIO(more.encode()))
            else:
                info.linkname = more
                tar.addfile(info)
    return path


FILE, FOLDER, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
GOOD = (
    ("./app", FOLDER, ""),
    ("./app/run.sh", FILE, "echo hi"),
    ("./now", LINK, "app"),
    ("./same", HARD, "app/run.sh"),
)


def unpacked(plain: Path, folder: Path) -> Path:
    folder.mkdir()
    subprocess.run(["tar", "-x", "-o", "-f", str(plain), "-C", str(folder)], check=True)
    return folder


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz", "zst"])
def test_each_kind_of_tar_becomes_the_same_plain_one(tmp_path: Path, mode: str) -> None:
    archive = a_tar(tmp_path / "a", *GOOD, mode="w" if mode == "zst" else mode)
    if mode == "zst":
        archive.write_bytes(zstd.compress(archive.read_bytes()))
    assert look_through(archive) == make_plain(archive, tmp_path / "plain") == 4
    folder = unpacked(tmp_path / "plain", tmp_path / "out")
    assert (folder / "now/run.sh").read_text() == (folder / "same").read_text() == "echo hi"
    assert stat.S_IMODE((folder / "app/run.sh").stat().st_mode) == 0o755


def test_a_zip_keeps_its_modes_and_links_and_windows_names_are_paths(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        script = zipfile.ZipInfo("bin\\run.sh")
        script.external_attr = (stat.S_IFREG | 0o4755) << 16
        zipped.writestr(script, "echo hi")
        link = zipfile.ZipInfo("now")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipped.writestr(link, "bin")
    make_plain(tmp_path / "a.zip", tmp_path / "plain")
    folder = unpacked(tmp_path / "plain", tmp_path / "out")
    assert (folder / "now/run.sh").read_text() == "echo hi"
    assert stat.S_IMODE((folder / "bin/run.sh").stat().st_mode) == 0o755


def test_a_nupkg_has_the_files_that_were_put_into_it_under_their_names(tmp_path: Path) -> None:
    files = (
        "web.nuspec",
        "wwwroot/my%20page.html",
        "[Content_Types].xml",
        "_rels/.rels",
        "package/services/metadata/a",
    )
    with zipfile.ZipFile(tmp_path / "a.nupkg", "w") as zipped:
        for name in files:
            zipped.writestr(name, "x")
    assert make_plain(tmp_path / "a.nupkg", tmp_path / "plain") == 5
    with tarfile.open(tmp_path / "plain") as plain:
        assert plain.getnames() == ["web.nuspec", "wwwroot/my page.html"]
    with zipfile.ZipFile(tmp_path / "a.nupkg", "a") as zipped:
        zipped.writestr("%2E%2E%2Fevil", "x")
    with pytest.raises(UnsafePackage, match="leads out of its folder"):
        look_through(tmp_path / "a.nupkg")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("my%20page.html", "x")
    make_plain(tmp_path / "a.zip", tmp_path / "plain")
    with tarfile.open(tmp_path / "plain") as plain:
        assert plain.getnames() == ["my%20page.html"]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([("../evil", FILE, "")], "`../evil` leads out of its folder"),
        ([("a/../../evil", FILE, "")], "leads out of its folder"),
        ([("/etc/passwd", FILE, "")], "leads out of its folder"),
        ([("a", LINK, "/etc")], "`a` is a link to `/etc`, out of its folder"),
        ([("a", LINK, "../..")], "out of its folder"),
        ([("b/a", LINK, "../..")], "out of its folder"),
        ([("d", FOLDER, ""), ("a", LINK, "d"), ("a/x", FILE, "")], "`a/x` lies behind a link of the same package"),
        ([("a", LINK, "d"), ("a", FILE, "x")], "lies behind a link"),
        ([("d/up", LINK, ".."), ("a", LINK, "d/up/..")], "`a` is a link by way of another"),
        ([("a", LINK, "d/up/.."), ("d/up", LINK, "..")], "`d/up` is a link by way of another"),
        ([("d/e", LINK, ".."), ("c", LINK, "d"), ("a", LINK, "c/./e/../x")], "`a` is a link by way of another"),
        ([("a", FILE, ""), ("a", LINK, "b"), ("c", HARD, "a")], "which is no file before it"),
        ([("a", HARD, "/etc/passwd")], "which is no file before it"),
        (
            [("a/b/c", FILE, "x"), ("a/b/c", LINK, "../../x"), ("h", HARD, "a/b/c"), ("h/evil", FILE, "x")],
            "`h` is a link to `a/b/c`, which is no file before it",
        ),
        ([("a", tarfile.CHRTYPE, "")], "`a` is a device or a pipe"),
        ([("a", tarfile.FIFOTYPE, "")], "`a` is a device or a pipe"),
    ],
)
def test_what_leads_out_is_refused(tmp_path: Path, entries: list[tuple[str, bytes, str]], why: str) -> None:
    with pytest.raises(UnsafePackage) as refused:
        look_through(a_tar(tmp_path / "a", *entries))
    assert why in str(refused.value)


def test_links_within_a_package_stay_also_those_that_go_down_and_up(tmp_path: Path) -> None:
    links = [("bin/x", LINK, "../lib/y/../z"), ("b/c/up", LINK, ".."), ("w", LINK, "b/./c/../d"), ("v", LINK, "w")]
    assert look_through(a_tar(tmp_path / "a", ("lib/z", FILE, ""), *links)) == 5


def test_a_hard_link_may_lead_to_another_one(tmp_path: Path) -> None:
    assert look_through(a_tar(tmp_path / "a", ("a", FILE, ""), ("b", HARD, "a"), ("c", HARD, "b"))) == 3


@pytest.mark.parametrize("name", ["../evil", "..\\evil", "a/../../evil", "a\\..\\..\\evil", "/etc/passwd"])
def test_a_zip_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(UnsafePackage, match="leads out of its folder"):
        look_through(tmp_path / "a.zip")


def test_a_bomb_is_seen_while_it_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_ALWAYS_ALLOWED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("zeros", bytes(20 << 20))
    with pytest.raises(UnsafePackage, match="it unpacks to more than"):
        look_through(tmp_path / "a.zip")
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    monkeypatch.setattr(entries, "MOST_ENTRIES", 2)
    with pytest.raises(UnsafePackage, match="it has more than 2 entries"):
        look_through(a_tar(tmp_path / "many", *GOOD))
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as zipped:
        for number in range(3):
            zipped.mkdir(f"folder-{number}")
    monkeypatch.setattr(archives, "MOST_ENTRIES", 9)
    with pytest.raises(UnsafePackage, match="it has more than 2 entries"):
        look_through(tmp_path / "many.zip")


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w"])
def test_one_that_was_cut_off_is_damaged(tmp_path: Path, mode: str) -> None:
    archive = a_tar(tmp_path / "a", ("a", FILE, os.urandom(20_000).hex()), mode=mode)
    archive.write_bytes(archive.read_bytes()[:9_000])
    with pytest.raises(UnsafePackage, match="damaged or cut off"):
        look_through(archive)


@pytest.mark.parametrize("mode", ["w:gz", "w"])
def test_a_tar_whose_second_header_is_spoilt_is_not_taken_for_one_that_ends_there(tmp_path: Path, mode: str) -> None:
    archive = a_tar(tmp_path / "a", ("a", FILE, "1" * 600), ("b", FILE, "2"), mode=mode)
    content = bytearray(gzip.decompress(archive.read_bytes()) if mode == "w:gz" else archive.read_bytes())
    content[3 * 512 + 5] ^= 1
    archive.write_bytes(gzip.compress(content) if mode == "w:gz" else content)
    with pytest.raises(UnsafePackage, match="damaged or cut off"):
        look_through(archive)


@pytest.mark.parametrize("length", [3 * 512, 3 * 512 + 100])
def test_a_plain_tar_that_was_cut_off_between_two_entries_is_damaged(tmp_path: Path, length: int) -> None:
    archive = a_tar(tmp_path / "a", ("a", FILE, "1" * 600), ("b", FILE, "2"), mode="w")
    archive.write_bytes(archive.read_bytes()[:length])
    with pytest.raises(UnsafePackage, match="it has no end"):
        look_through(archive)


def test_nothing_is_hidden_behind_a_block_of_zeros(tmp_path: Path) -> None:
    archive = a_tar(tmp_path / "a", ("a", FILE, ""), mode="w")
    archive.write_bytes(archive.read_bytes()[:1024] + tarfile.TarInfo("../evil").tobuf() + bytes(1024))
    with pytest.raises(UnsafePackage, match="it has no end"):
        look_through(archive)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_what_is_said_about_an_entry_is_not_kept_in_memory_without_measure(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("long")
    header.type, header.size = kind, 4 << 20
    content = header.tobuf() + b"a" * header.size + tarfile.TarInfo("a").tobuf() + bytes(1024)
    (tmp_path / "a").write_bytes(gzip.compress(content))
    with pytest.raises(UnsafePackage, match="longer than 1 MB"):
        look_through(tmp_path / "a")


@pytest.mark.parametrize(
    "headers",
    [
        {"mtime": "nan"},
        {"mtime": "inf"},
        {"GNU.sparse.map": "0,abc"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
    ],
)
def test_a_header_that_makes_no_sense_is_told_as_damage(tmp_path: Path, headers: dict[str, str]) -> None:
    with tarfile.open(tmp_path / "a", "w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo("a")
        entry.pax_headers, entry.size = headers, 4
        tar.addfile(entry, io.BytesIO(b"junk"))
    with pytest.raises(UnsafePackage, match="damaged or cut off"):
        look_through(tmp_path / "a")
