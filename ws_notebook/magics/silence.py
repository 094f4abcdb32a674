"""An error of which the run's view has told already, so that IPython need not."""

from __future__ import annotations

from types import TracebackType
from typing import Any

__all__ = ["silence"]


def silence(shell: Any, error: BaseException) -> None:
    """Have the running cell end with `error`, and fail by it, with nothing written below it.

    Of any other error the shell tells as it did, and of this one in any later cell. A handler of the user's own for
    errors of its kind does not hear of it.
    """
    before = shell.custom_exceptions, shell.CustomTB

    def handle(
        shell: Any, kind: type[BaseException], value: BaseException, trace: TracebackType, tb_offset: int | None = None
    ) -> list[str]:
        if value is not error:
            shell.showtraceback((kind, value, trace), tb_offset=tb_offset)
        return []

    def restore(_: Any = None) -> None:
        shell.events.unregister("post_run_cell", restore)
        shell.custom_exceptions, shell.CustomTB = before

    shell.set_custom_exc((type(error),), handle)
    shell.events.register("post_run_cell", restore)
