"""Files appear whole or not at all; those of others are opened only where they are files."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from charmlp.errors import CharmlpError, DataError
from charmlp.system import files
from charmlp.system.files import (
    cache_folder,
    check_writable,
    is_file,
    is_folder,
    open_regular,
    sweep,
    write_whole,
)
from charmlp.system.growing import GrowingFile
from charmlp.text import shown_path
from tests.torture.faults import faults

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="this system has other rights and names")
not_for_root = pytest.mark.skipif(getattr(os, "getuid", int)() == 0, reason="this system: root may write all")


def refusal(path: Path, content: bytes = b"new") -> str:
    """What is said; nothing may be left behind."""
    before = sorted(path.parent.iterdir()) if is_folder(path.parent) else None
    with pytest.raises(CharmlpError) as caught:
        write_whole(path, content)
    assert before is None or sorted(path.parent.iterdir()) == before
    message = str(caught.value)
    assert message.startswith(shown_path(path)) and message.isprintable()
    return message


class TestWriteWhole:
    def test_new_and_old(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b" / "c.txt"
        for content in (b"one", b"", b"two" * 10**6):
            write_whole(path, content)
            assert path.read_bytes() == content and list(path.parent.iterdir()) == [path]

    def test_the_name_itself_may_be_as_long_as_the_disk_takes(self, tmp_path: Path) -> None:
        path = tmp_path / ("ü" * 120 + ".txt")
        write_whole(path, b"x")
        assert path.read_bytes() == b"x"

    def test_a_relative_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        check_writable(Path("a.txt"))
        write_whole(Path("a.txt"), b"x")
        assert Path("a.txt").read_bytes() == b"x"

    @needs_posix
    def test_the_bytes_are_on_the_disk_before_they_have_the_name(self, tmp_path: Path) -> None:
        """And the name, too, when it returns: a power cut takes nothing of it."""
        with faults() as found:
            write_whole(tmp_path / "a", b"one", b"two")
        done = [what for what in found.done if what in ("open", "write", "fsync", "replace")]
        assert done == ["open", "write", "write", "fsync", "replace", "fsync"]

    def test_what_was_left_half_is_swept(self, tmp_path: Path) -> None:
        (tmp_path / "figures").mkdir()
        for name in (".0123456789abcdef.part", "figures/.0123456789abcdef.part", ".mine.part", "a.part"):
            (tmp_path / name).touch()
        sweep(tmp_path)
        sweep(tmp_path / "nothing")
        assert {path.name for path in tmp_path.iterdir()} == {".mine.part", "a.part", "figures"}
        assert not any((tmp_path / "figures").iterdir())

    @needs_posix
    def test_rights_are_those_of_any_new_file_and_an_old_file_keeps_its_own(self, tmp_path: Path) -> None:
        plain, path = tmp_path / "plain", tmp_path / "a.txt"
        plain.write_bytes(b"")
        write_whole(path, b"x")
        assert path.stat().st_mode == plain.stat().st_mode
        path.chmod(0o640)
        write_whole(path, b"y")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    @needs_posix
    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        link, target = tmp_path / "link.txt", tmp_path / "folder" / "target.txt"
        link.symlink_to(target)
        for content in (b"one", b"two"):
            write_whole(link, content)
            assert link.is_symlink() and target.read_bytes() == content
        assert len(list(tmp_path.rglob("*"))) == 3

    def test_interrupted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.txt"
        write_whole(path, b"old")

        def interrupt(_: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, b"new")
        assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


class TestGrowing:
    def test_lines_are_there_when_they_are_written(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")
        file = GrowingFile(path)
        file.add("epoch")
        assert path.read_text() == "old"
        file.write()
        assert path.read_text() == "epoch\n"
        file.add("ä")
        file.add("2")
        file.write()
        file.write()
        assert path.read_text("utf-8") == "epoch\nä\n2\n"
        file.close()

    def test_it_goes_on_behind_the_whole_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"one\ntwo\ncut off, and longer than what follows")
        file = GrowingFile(path)
        file.go_on()
        file.add("three")
        file.write()
        file.close()
        assert path.read_bytes() == b"one\ntwo\nthree\n"

    def test_what_it_holds_is_replaced_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_bytes(b"old lines\n" * 9)
        file = GrowingFile(path)
        file.hold(["one", "two"])
        assert path.read_bytes() == b"one\ntwo\n"
        file.add("three")
        file.write()
        file.close()
        assert path.read_bytes() == b"one\ntwo\nthree\n"

    def test_what_was_interrupted_is_written_again_at_its_place(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        file = GrowingFile(path)
        file.add("first")
        file.write()
        file.add("second")
        assert file.file is not None
        file.file.write(file.waiting[:4])  # and then Ctrl-C, before it was counted
        file.add("third")
        file.write()
        assert path.read_text() == "first\nsecond\nthird\n"
        file.close()

    @needs_posix
    def test_a_full_disk_gets_whole_lines_only(self, tmp_path: Path) -> None:
        """A limit on the size of files stands for it; when there is room again, nothing is missing."""
        code = (
            "import resource, signal, sys; from pathlib import Path\n"
            "from charmlp.system.growing import GrowingFile; from charmlp.errors import CharmlpError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (25, resource.RLIM_INFINITY))\n"
            "file = GrowingFile(Path(sys.argv[1]))\n"
            "for line in ('0123456789', '0123456789', '0123456789', 'last'):\n"
            "    file.add(line)\n"
            "    if line == 'last':\n"
            "        print(Path(sys.argv[1]).read_text(), end='')\n"
            "        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
            "    try: file.write()\n"
            "    except CharmlpError as error: print(error)\n"
        )
        path = tmp_path / "a.txt"
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        whole = "0123456789\n" * 2
        assert done.stdout == f"{path}: cannot be written: {os.strerror(errno.EFBIG)}\n{whole}"
        assert path.read_text() == "0123456789\n" * 3 + "last\n"


class TestRefused:
    @pytest.mark.parametrize("step", ["fsync", "replace"])
    @pytest.mark.parametrize(
        "number", [errno.ENOSPC, errno.EIO, errno.EDQUOT if hasattr(errno, "EDQUOT") else 5]
    )
    def test_a_full_or_broken_disk(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
    ) -> None:
        path = tmp_path / "a.txt"
        write_whole(path, b"old")

        def fail(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fail) if step == "fsync" else monkeypatch.setattr(
            Path, "replace", fail
        )
        assert refusal(path).endswith(f"cannot be written: {os.strerror(number)}")
        assert path.read_bytes() == b"old"

    @needs_posix
    def test_the_system_s_own_refusal_in_the_middle_of_a_file(self, tmp_path: Path) -> None:
        """A limit on the size of files stands for a full disk: half of the content is written already."""
        code = (
            "import resource, signal, sys; from pathlib import Path\n"
            "from charmlp.system.files import write_whole; from charmlp.errors import CharmlpError\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (10**5, 10**5))\n"
            "try: write_whole(Path(sys.argv[1]), bytes(10**6))\n"
            "except CharmlpError as error: print(error)\n"
        )
        path = tmp_path / "a.txt"
        path.write_bytes(b"old")
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        assert done.stdout == f"{path}: cannot be written: {os.strerror(errno.EFBIG)}\n" and not done.stderr
        assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]

    @pytest.mark.skipif(sys.platform != "linux", reason="this system has no tmpfs")
    def test_a_small_disk_that_is_full(self, tmp_path: Path) -> None:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("this system lets nobody mount a disk here")
        try:
            write_whole(tmp_path / "a.txt", b"old")
            assert refusal(tmp_path / "a.txt", bytes(10**6)).endswith(os.strerror(errno.ENOSPC))
            assert (tmp_path / "a.txt").read_bytes() == b"old"
        finally:
            subprocess.run(["umount", str(tmp_path)], check=True)

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "a folder; a file is to be written there" in refusal(tmp_path)

    def test_a_file_where_a_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"")
        assert "is not a folder" in refusal(tmp_path / "a" / "b" / "c.txt")

    @pytest.mark.parametrize("name", ["n" * 300, "a\0b", "d" * 5000 + "/x"])
    def test_names_that_no_system_takes(self, tmp_path: Path, name: str) -> None:
        assert "cannot be written" in refusal(tmp_path / name)

    def test_a_folder_that_vanishes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between the look and the writing."""
        folder = tmp_path / "folder"
        folder.mkdir()
        monkeypatch.setattr(Path, "mkdir", lambda *_, **__: folder.rmdir())
        with pytest.raises(CharmlpError, match=r"a\.txt: cannot be written: "):
            write_whole(folder / "a.txt", b"x")

    @needs_posix
    def test_pipes_and_devices(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        for path in (tmp_path / "pipe", Path("/dev/null")):
            with pytest.raises(CharmlpError, match="a pipe or a device; a file is to be written there"):
                write_whole(path, b"x")
        (tmp_path / "loop").symlink_to("loop")
        with pytest.raises(CharmlpError, match="cannot be written"):
            write_whole(tmp_path / "loop", b"x")

    @needs_posix
    @not_for_root
    def test_read_only(self, tmp_path: Path) -> None:
        old = tmp_path / "old.txt"
        old.write_bytes(b"old")
        old.chmod(0o444)
        assert "the file there is read-only" in refusal(old)
        tmp_path.chmod(0o555)
        assert "is read-only" in refusal(tmp_path / "new.txt")
        tmp_path.chmod(0o755)
        assert old.read_bytes() == b"old"

    def test_read_only_as_the_system_says_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "old.txt").write_bytes(b"old")
        monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)
        assert f"the folder {tmp_path} is read-only" in refusal(tmp_path / "new.txt")
        monkeypatch.setattr(os, "access", lambda path, _: Path(path) == tmp_path)
        assert "the file there is read-only" in refusal(tmp_path / "old.txt")


class TestCheckWritable:
    def test_it_makes_nothing(self, tmp_path: Path) -> None:
        check_writable(tmp_path / "a" / "b" / "c.txt")
        assert list(tmp_path.iterdir()) == []


class TestOpenRegular:
    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes(b"\r\n\x1a")
        with open_regular(tmp_path / "a.txt", "a list", DataError) as file:
            assert file.read() == b"\r\n\x1a"
        assert is_file(tmp_path / "a.txt") and is_folder(tmp_path)

    @pytest.mark.parametrize("name", ["none", "n" * 5000, "a\0b", "", "\ud800"])
    def test_no_file(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(DataError) as caught:
            open_regular(tmp_path / name, "a list", DataError)
        assert "a list is expected" in str(caught.value) or "cannot be read" in str(caught.value)
        assert str(caught.value).isprintable() and len(str(caught.value)) < 500
        assert not is_file(tmp_path / name)

    def test_a_long_name_is_shortened_in_its_middle(self) -> None:
        assert shown_path("a" * 150 + "b" * 150) == "a" * 100 + "…" + "b" * 100
        assert shown_path("a\x1b[2J") == "a\\x1b[2J"


def test_whoever_writes_a_file_writes_it_whole() -> None:
    """Nothing is opened for writing but here, in what is moved when it is whole, and in scratch copies."""
    package = Path(files.__file__).parents[1]
    moved = {"rendering/writing.py", "data/archives.py", "course/skeleton/writing.py"}
    scratch = {
        f"course/{name}.py"
        for name in ("checking/worker", "checking/supervisor", "grading/grader", "grading/walls")
    }
    elsewhere = {"system/files.py", *moved, *scratch}
    for source in package.rglob("*.py"):
        name = source.relative_to(package).as_posix()
        text = source.read_text("utf-8")
        for words in (".write_bytes(", ".write_text(", '.open("w', '.open("x', "savefig(", "np.save("):
            if words in text and name not in elsewhere:
                assert "write_whole" in text or "BytesIO" in text or "mkstemp" in text, f"{name}: {words}"


def test_what_can_be_made_again_is_kept_for_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHARMLP_CACHE", "here")
    assert cache_folder() == Path("here")
    monkeypatch.delenv("CHARMLP_CACHE")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, **_: tmp_path / name)
    assert cache_folder() == tmp_path / "charmlp"


def no_home(name: str, **_: object) -> Path:
    raise RuntimeError("could not determine the home directory")


@needs_posix
@pytest.mark.parametrize("answer", [no_home, lambda name, **_: Path("~") / ".cache" / name])
def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Path]) -> None:
    """No folder of the name "~" comes to lie in the current one."""
    monkeypatch.delenv("CHARMLP_CACHE")
    monkeypatch.setattr(platformdirs, "user_cache_path", answer)
    assert cache_folder().is_absolute() and str(os.getuid()) in cache_folder().name
