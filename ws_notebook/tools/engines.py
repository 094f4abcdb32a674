"""Calls in other places than our own threads: any `concurrent.futures.Executor`, that of ipyparallel or Dask too."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import inspect
import uuid
from collections.abc import Awaitable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.context import Context

__all__ = ["submitted", "withdrawn"]


def submitted(executor: Executor, bound: BoundCall, inside: Context, context: contextvars.Context) -> Future[Any]:
    """The call in that executor. Raises what the executor raises, and what cannot be pickled does.

    In threads the function knows its call (`inside`) and runs in `context`; elsewhere only the arguments travel. With
    cloudpickle installed they go by value, with the function, so that engines need not know a notebook's functions and
    classes.
    """
    if isinstance(executor, ThreadPoolExecutor):
        return executor.submit(context.run, _call, bound, inside)
    # Dask takes equal calls of a function for one and the same, and hands out the first one's result.
    once = uuid.uuid4().hex
    cloudpickle = _cloudpickle()
    return executor.submit(_call_elsewhere, bound if cloudpickle is None else cloudpickle.dumps(bound), once)


def withdrawn(future: Future[Any], executor: Executor | None) -> bool:
    """Take a call back. False: it runs on, or may.

    Python's own pools tell by `cancel` whether it had begun; the futures of engines are cancelled either way.
    """
    from concurrent.futures import ProcessPoolExecutor  # brings multiprocessing

    return future.cancel() and isinstance(executor, ThreadPoolExecutor | ProcessPoolExecutor)


def _call_elsewhere(parcel: BoundCall | bytes, once: str) -> Any:
    if not isinstance(parcel, bytes):
        return _call(parcel, None)
    import pickle

    return _call(pickle.loads(parcel), None)  # noqa: S301 - made by `submitted`


def _call(bound: BoundCall, inside: Context | None) -> Any:
    value = bound.run(inside)
    return asyncio.run(_awaited(value)) if inspect.isawaitable(value) else value


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


def _cloudpickle() -> Any:
    """The module, or None where it is not installed."""
    try:
        return importlib.import_module("cloudpickle")
    except ImportError:
        return None
