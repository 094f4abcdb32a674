"""Files by parts: what arrived stays, what is wrong goes, and a full disk is said."""

from __future__ import annotations

import errno
import hashlib
import sys
from pathlib import Path

import pytest
from support.index import running_index

from ws_notebook.shelf.download import FetchFailed, check_digest, check_room, download, no_room

__all__: list[str] = []

DATA = bytes(range(256)) * 4000


def test_a_transfer_that_breaks_off_goes_on_from_there(tmp_path: Path) -> None:
    target, told = tmp_path / "a.part", list[tuple[int, int]]()
    with running_index(DATA) as index:
        index.breaks = 1
        url = index.url.replace("/simple", "/files/a.whl")
        with pytest.raises(FetchFailed, match="goes on from there"):
            download(url, target, len(DATA), lambda *each: told.append(each))
        there = target.stat().st_size
        assert 0 < there < len(DATA)
        download(url, target, len(DATA), lambda *each: told.append(each))
        assert index.ranges == [0, there]
        download(url, target, len(DATA), lambda *each: told.append(each))
        assert len(index.ranges) == 2
    assert target.read_bytes() == DATA
    assert told[-1] == (len(DATA), len(DATA))


def test_no_network_is_said(tmp_path: Path) -> None:
    with running_index(DATA) as index:
        url = index.url
    with pytest.raises(FetchFailed, match=r"connection to 127\.0\.0\.1 failed"):
        download(f"{url}/a.whl", tmp_path / "a", 1, lambda *_: None)


def test_a_file_of_this_machine_is_copied(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(DATA)
    download((tmp_path / "a").as_uri(), tmp_path / "b", len(DATA), lambda *_: None)
    assert (tmp_path / "b").read_bytes() == DATA


def test_a_wrong_digest_deletes_the_file_and_says_both(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(DATA)
    right = hashlib.sha256(DATA).hexdigest()
    check_digest(path, right, "It")
    with pytest.raises(FetchFailed, match=f"It is not what it should be.*{right}, not {'0' * 64}"):
        check_digest(path, "0" * 64, "It")
    assert not path.exists()


def test_no_room_is_said_before_anything_is_got(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="There is no room: 1,000,"):
        check_room(tmp_path, 10**15)


@pytest.mark.skipif(sys.platform != "linux", reason="not on this platform: no /dev/full")
def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/dev/full")
    with running_index(DATA) as index, pytest.raises(FetchFailed, match=r"The disk of .* is full"):
        download(index.url.replace("/simple", "/files/a.whl"), tmp_path / "a", len(DATA), lambda *_: None)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    assert "cannot be written to" in str(no_room(tmp_path, OSError(errno.EACCES, "Permission denied")))
