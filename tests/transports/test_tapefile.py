"""The file of a recording has one writer, and whole lines only."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ws_notebook.transports.tapefile import FileTaken, TapeFile

__all__: list[str] = []

posix = pytest.mark.skipif(sys.platform == "win32", reason="not on this platform: Windows has no limit of this kind")


@contextmanager
def full_from(size: int) -> Iterator[None]:
    """Files grow no further than this, as on a disk that is full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_it_is_written_from_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("what was there before")
    file = TapeFile(tmp_path / "c")
    file.append(b"one\n")
    file.append(b"two\n")
    assert (tmp_path / "c").read_bytes() == b"one\ntwo\n"
    file.close()
    file.close()


def test_a_second_writer_is_refused_by_whatever_path_and_nothing_is_lost(tmp_path: Path) -> None:
    file = TapeFile(tmp_path / "c")
    file.append(b"one\n")
    os.link(tmp_path / "c", tmp_path / "hard")
    (tmp_path / "soft").symlink_to(tmp_path / "c")
    for path in (tmp_path / "c", tmp_path / "hard", tmp_path / "soft", tmp_path / "." / "c"):
        with pytest.raises(FileTaken):
            TapeFile(path)
    file.append(b"two\n")
    assert (tmp_path / "c").read_bytes() == b"one\ntwo\n"
    file.close()
    TapeFile(tmp_path / "hard").close()


def test_another_process_is_refused_too(tmp_path: Path) -> None:
    file = TapeFile(tmp_path / "c")
    program = (
        "import sys, pathlib\n"
        "from ws_notebook.transports.tapefile import FileTaken, TapeFile\n"
        "try:\n    TapeFile(pathlib.Path(sys.argv[1]))\nexcept FileTaken as taken:\n    print(taken.strerror)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "c")], capture_output=True, text=True, check=True
    )
    assert said.stdout == "it is being written by another recording\n"
    file.close()


def test_a_file_whose_owner_is_gone_can_be_taken_again(tmp_path: Path) -> None:
    import gc

    file = TapeFile(tmp_path / "c")
    del file
    gc.collect()
    TapeFile(tmp_path / "c").close()


@posix
def test_where_there_is_no_room_nothing_of_a_line_is_left(tmp_path: Path) -> None:
    file = TapeFile(tmp_path / "c")
    file.append(b"one\n")
    with full_from(100), pytest.raises(OSError, match="too large"):
        file.append(b"x" * 200)
    assert (tmp_path / "c").read_bytes() == b"one\n"
    file.append(b"two\n")
    assert (tmp_path / "c").read_bytes() == b"one\ntwo\n"
    file.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not on this platform: there is no /dev/full")
def test_a_device_is_written_without_a_lock() -> None:
    first, second = TapeFile(Path("/dev/full")), TapeFile(Path("/dev/full"))
    for file in (first, second):
        with pytest.raises(OSError, match="No space left"):
            file.append(b"x")
        file.close()
