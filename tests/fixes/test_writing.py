"""A mended file is written whole or not at all, and only over what was read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from invocation_lint.fixes.editing.writing import ChangedMeanwhile, write


def test_the_text_is_replaced_and_the_mode_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o640)
    before = path.stat().st_ino
    write(path, b"old", b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_ino != before, "another file took its place in one step"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_changed_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"newer")
    with pytest.raises(ChangedMeanwhile):
        write(path, b"old", b"new")
    assert path.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_text_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write(path, b"old", b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.py", tmp_path / "link.py"
    path.write_bytes(b"old")
    link.symlink_to("a.py")
    write(link, b"old", b"new")
    assert (link.is_symlink(), path.read_bytes()) == (True, b"new")


def test_other_names_of_the_file_show_the_new_text(tmp_path: Path) -> None:
    path, other = tmp_path / "a.py", tmp_path / "other.py"
    path.write_bytes(b"old and long")
    other.hardlink_to(path)
    write(path, b"old and long", b"new")
    assert (other.read_bytes(), path.samefile(other)) == (b"new", True)
    assert sorted(tmp_path.iterdir()) == [path, other]


def test_a_write_over_a_file_with_two_names_that_fails_puts_the_old_text_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "a.py", tmp_path / "other.py"
    path.write_bytes(b"old")
    other.hardlink_to(path)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write(path, b"old", b"newer")
    assert (path.read_bytes(), other.read_bytes()) == (b"old", b"old")


def test_a_read_only_file_is_not_written_even_by_who_could(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="read-only"):
        write(path, b"old", b"new")
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("given_back", [True, False])
def test_the_owner_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given_back: bool) -> None:
    """What a user may not do who owns neither the file nor the machine is made up: tests may run as anybody."""
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    real = path.stat()
    owners = {real.st_ino: (4711, 4712)}
    stat_of = Path.stat

    def owned(one: Path, **given: bool) -> os.stat_result:
        found = list(stat_of(one, **given))
        found[4], found[5] = owners.get(found[1], (1, 1))
        return os.stat_result(found)

    def chown(one: Path, user: int, group: int) -> None:
        if not given_back:
            raise PermissionError
        owners[stat_of(Path(one)).st_ino] = (user, group)

    monkeypatch.setattr(Path, "stat", owned)
    monkeypatch.setattr(os, "chown", chown)
    write(path, b"old", b"new")
    now = path.stat()
    assert (path.read_bytes(), now.st_uid, now.st_gid) == (b"new", 4711, 4712)
    assert (now.st_ino == real.st_ino) is not given_back, "the file itself is written where its owner would be lost"


def test_attributes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.origin", b"here")
    except (AttributeError, OSError):  # no such thing on this system: what is left is the mode
        path.chmod(0o600)
        write(path, b"old", b"new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return
    write(path, b"old", b"new")
    assert os.getxattr(path, "user.origin") == b"here"
