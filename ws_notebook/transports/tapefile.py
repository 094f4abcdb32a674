"""The file of a recording: one writer at a time, and whole lines only, also where the disk is full."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import weakref
from pathlib import Path

__all__ = ["FileTaken", "TapeFile"]


class FileTaken(OSError):
    """Raised where somebody else is writing the file."""


class TapeFile:
    """A file that is written from its beginning, `head` first. Raises OSError where it cannot be, and FileTaken.

    It is taken by a lock of the operating system, so another path to the same file, another session or another
    process is noticed too. What another writer has written is not touched then.
    """

    def __init__(self, path: Path, head: bytes = b"") -> None:
        # Without a buffer: what could not be written is known at once, and nothing is left to be written at the end.
        self._file = path.open("ab", buffering=0)
        # One that nobody closes ends with its owner.
        weakref.finalize(self, self._file.close)
        self._length = 0
        try:
            if stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                _lock(self._file.fileno())
                self._file.truncate(0)
            self.append(head)
        except OSError:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Write all of it, or raise OSError and leave nothing of it."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(self._length)
            raise
        self._length += len(data)

    def close(self) -> None:
        """End it; the file may be taken again. Never raises."""
        with contextlib.suppress(OSError):
            self._file.close()


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        import msvcrt

        # Far behind the end: a lock of Windows also keeps readers out.
        os.lseek(descriptor, 1 << 40, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise FileTaken(errno.EACCES, "it is being written by another recording") from None
        finally:
            os.lseek(descriptor, 0, os.SEEK_END)

else:

    def _lock(descriptor: int) -> None:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileTaken(errno.EACCES, "it is being written by another recording") from None
        except OSError:
            # Some network file systems know no locks; such a file is written without one.
            return
