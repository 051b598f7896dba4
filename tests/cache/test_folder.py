"""The folder of the cache: whom it trusts, how much it holds, and what becomes of damaged files."""

from __future__ import annotations

import os
import random
import stat
import time
from pathlib import Path

import pytest

from invocation_lint.cache import folder as folders
from invocation_lint.cache.fingerprint import fingerprint
from invocation_lint.cache.folder import Folder, Unusable
from invocation_lint.cache.stored import Stored, packed

NAME = f"{'0' * 32}.cache"


def name(number: int) -> str:
    return f"{number:032x}.cache"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "cache")


def test_what_was_written_is_read(folder: Folder) -> None:
    assert folder.read(NAME) is None
    folder.write(NAME, b"first")
    folder.write(NAME, b"second")
    assert folder.read(NAME) == b"second"


def test_the_folder_is_the_users_alone_and_is_known_as_a_cache(folder: Folder) -> None:
    folder.write(NAME, b"")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert (folder.path / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (folder.path / ".gitignore").read_text() == "*\n"
    assert {path.name for path in folder.path.iterdir()} == {NAME, "CACHEDIR.TAG", ".gitignore"}


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_others_may_write_is_not_believed(folder: Folder, what: str) -> None:
    folder.write(NAME, b"findings")
    path = folder.path if what == "folder" else folder.path / NAME
    path.chmod(path.stat().st_mode | stat.S_IWOTH)
    with pytest.raises(Unusable, match=f"the {what} is writable by every user"):
        folder.read(NAME)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_another_user_is_not_believed(folder: Folder, what: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    folder.write(NAME, b"findings")
    os.chown(folder.path if what == "folder" else folder.path / NAME, 65534, -1)
    with pytest.raises(Unusable, match=f"the {what} belongs to another user"):
        folder.read(NAME)
    if what == "folder":
        with pytest.raises(Unusable, match="belongs to another user"):
            folder.write(NAME, b"more")


def test_a_folder_in_place_of_a_file_is_told(folder: Folder) -> None:
    folder.write(NAME, b"")
    (folder.path / NAME).unlink()
    (folder.path / NAME).mkdir()
    with pytest.raises(Unusable):
        folder.read(NAME)
    with pytest.raises(Unusable, match="cannot be written"):
        folder.write(NAME, b"")


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    assert Folder(tmp_path / "cache" / "inner").read(NAME) is None
    with pytest.raises(Unusable, match="cannot be written"):
        Folder(tmp_path / "cache" / "inner").write(NAME, b"")


def test_the_files_that_were_used_longest_ago_make_room(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_BYTES", 1000)
    for number in range(4):
        folder.write(name(number), b"x" * 300)
        os.utime(folder.path / name(number), (number, number))
    folder.read(name(1))  # used now
    folder.write(name(9), b"x" * 300)
    left = {path.name for path in folder.path.glob("*.cache")}
    assert left == {name(1), name(3), name(9)}


def test_a_file_is_not_as_large_as_the_whole_cache(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MAX_FILE_BYTES", 10)
    with pytest.raises(Unusable, match="too large to keep"):
        folder.write(NAME, b"x" * 11)
    assert folder.read(NAME) is None


def test_what_killed_runs_left_behind_goes(folder: Folder) -> None:
    folder.write(NAME, b"")
    old, new = (folder.path / f"{NAME}.{word}.new" for word in ("a1", "b2"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    folder.write(NAME, b"")
    assert not old.exists()
    assert new.exists()


def test_cleaning_takes_what_is_ours_only(folder: Folder) -> None:
    assert folder.clean() == (0, 0)
    folder.write(NAME, b"12345")
    (folder.path / "notes.txt").write_text("mine")
    assert folder.clean() == (1, 5)
    assert (folder.path / "notes.txt").read_text() == "mine"
    (folder.path / "notes.txt").unlink()
    folder.clean()
    assert not folder.path.exists()


def test_parts_are_as_they_were_packed() -> None:
    parts = ({"a": [1, None, "\udc80\u00e9"]}, ["second"])
    stored = Stored(packed("owner", parts), "owner")
    assert (stored.part(0), stored.part(1)) == parts


def test_a_file_of_another_owner_or_form_is_damaged() -> None:
    data = packed("owner", (1, 2))
    for wrong in (b"", b"\n", b"[]", data[:-1], data + b" ", data.replace(b"cache 1", b"cache 0"), b"[" * 100_000):
        with pytest.raises(Unusable, match="damaged"):
            Stored(wrong, "owner")
    with pytest.raises(Unusable, match="damaged"):
        Stored(data, "another")


@pytest.mark.parametrize("seed", range(40))
def test_a_byte_that_differs_is_noticed(seed: int) -> None:
    chosen = random.Random(seed)
    parts = ({"entries": {f"file{number}.py": [0, "text"] for number in range(20)}}, list(range(50)))
    data = bytearray(packed("owner", parts))
    data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
    try:
        stored = Stored(bytes(data), "owner")
        found = stored.part(0), stored.part(1)
    except Unusable:
        return
    assert found == parts


def test_another_program_has_another_fingerprint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from invocation_lint.cache import fingerprint as made_of

    before = fingerprint()
    assert fingerprint() == before
    for key, value in (("__version__", "0.0.0"), ("_PACKAGE", tmp_path), ("_BUILT_ON", ())):
        with monkeypatch.context() as patched:
            patched.setattr(made_of, key, value)
            assert fingerprint() != before
