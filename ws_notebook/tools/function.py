"""A Python function as a tool: still callable as the function it is, and callable by the model."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from types import FrameType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, Unpack, overload

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.approval import Approval
from ws_notebook.tools.bench.record import Bench
from ws_notebook.tools.bench.revision import succeed
from ws_notebook.tools.bench.workbench import Workbench
from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.options import ToolOptions, checked, checked_name
from ws_notebook.tools.schema.arguments import validated
from ws_notebook.tools.schema.docstring import describe
from ws_notebook.tools.schema.freeform import as_format, check_parameters, format_words, parsed_text
from ws_notebook.tools.schema.pretty import ShownSchema
from ws_notebook.tools.schema.signature import home, is_unbound_method, signature_text

if TYPE_CHECKING:
    from ws_notebook.tools.unsaid import Unsaid

__all__ = ["AnyTool", "Tool", "tool"]

P = ParamSpec("P")
R = TypeVar("R")


class Tool(Workbench, Generic[P, R]):
    """A function that the model can call.

    Made by `tool`. Called from Python it is the function itself: `population("Oslo")`. Everything is decided when it
    is made; a function that cannot be a tool raises `ToolError` then. For trying it out: `try_`, `last`, `form`,
    `mock`.
    """

    name: str
    """What the model calls it: letters, digits, `_` and `-`, at most 64."""
    description: str
    """What the model reads about it: the docstring without its sections, or what `tool` was given."""
    function: Callable[P, R]
    timeout: float | None = None
    """Seconds a call may take, or None."""
    approve: Approval | None = None
    """When its calls wait for the user's approval; None: never."""
    max_output: int
    """Characters of text that one call sends back at most."""
    format: dict[str, Any] | None = None
    """How the text is formed that the model writes to a free-form tool; None for a tool that takes JSON."""
    is_async: bool = False
    """Whether a call gives something to await: a coroutine function or an async generator function."""
    _run_in: str | Executor = "kernel"
    _unbound = False

    def __init__(
        self, function: Callable[P, R], *, names: dict[str, Any] | None = None, **options: Unpack[ToolOptions]
    ) -> None:
        """`names` are local names that string annotations may use."""
        from ws_notebook.tools.schema.function import function_schema

        docstring = _docstring(function)
        # `updated=()`: the attributes of a callable object stay its own.
        functools.update_wrapper(self, function, updated=())
        self.__doc__ = docstring
        self.function = function
        self.name = checked_name(function, options.get("name"))
        label = f"Tool {self.name!r}"
        given = checked(label, **options)
        self.description = given["description"] or describe(docstring).text
        self.approve, self.timeout, self.max_output = given["approve"], given["timeout"], given["max_output"]
        self._run_in = given["run_in"]
        self.is_async = _is_async(function)
        self._bench = Bench()
        self._unbound = is_unbound_method(function)
        self._schema = function_schema(function, label=label, docstring=docstring, strict=given["strict"], names=names)
        self.format = as_format(given.get("format"), label)
        if self.format is not None:
            check_parameters(self._schema, label)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the plain function, or its stand-in within a `with tool.mock(…)`."""
        if self._bench.mocks:
            answer: R = self._stand_in(args, kwargs)
            return answer
        return self.function(*args, **kwargs)

    @property
    def schema(self) -> ShownSchema:
        """The JSON schema of the parameters, as it is sent: a dict that shows itself as a table."""
        return ShownSchema(
            self._schema.wire, loose=self._schema.loose, reason=self.strict_reason, sent=self.format is None
        )

    @property
    def run_in(self) -> str | Executor:  # not RunIn: at a Literal here Jedi fails, and Tab offers nothing of the tool
        """Where calls run: "kernel", "thread" or an executor. A stand-in (`mock`) runs in this process in any case."""
        return "thread" if self._bench.mocks and isinstance(self._run_in, Executor) else self._run_in

    @property
    def strict(self) -> bool:
        """Whether the provider is asked to hold the model to the schema exactly."""
        return not self._schema.strict_reason and self.format is None

    @property
    def strict_reason(self) -> str:
        """Why the schema is not strict; empty when it is."""
        return self._schema.strict_reason if self.format is None else f"the model writes {format_words(self.format)}"

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as it goes into a request."""
        if self.format is not None:
            return {"type": "custom", "name": self.name, "description": self.description, "format": self.format}
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": self._schema.wire,
            "strict": self.strict,
        }

    def bind(self, arguments: str) -> BoundCall:
        """The call that the model asks for with these JSON arguments, ready to run. Raises as `parsed` does."""
        return BoundCall.of(self, self._schema, self.parsed(arguments))

    def parsed(self, arguments: str) -> dict[str, Any]:
        """The Python values by name of these JSON arguments; those left to their defaults are absent.

        Raises `ToolError` that tells the model what is wrong with them. Null for an optional parameter means its
        default.
        """
        if self._unbound:
            raise ToolError(
                f"Tool {self.name!r} is a method without its object. Add it through one: object.{self.name}."
            )
        if self.format is not None:
            return parsed_text(self._schema, arguments, self.format, name=self.name)
        return validated(self._schema, arguments, name=self.name)

    def unsaid(self, arguments: str) -> Unsaid:
        """What these JSON arguments do not tell whoever approves the call. Raises as `parsed` does."""
        from ws_notebook.tools.unsaid import unsaid

        return unsaid(self._schema.parameters, "" if self.format is not None else arguments, self.parsed(arguments))

    def __get__(self, instance: object, owner: type | None = None) -> Tool[..., R]:
        """A tool made of a method: through an object it is bound to that object."""
        if instance is None or not self._unbound:
            return self
        bound: Tool[..., R] = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.function = self.function.__get__(instance, owner)
        bound._unbound = False
        return bound

    def __repr__(self) -> str:
        return f"<Tool {self._headline()}>"

    def _repr_markdown_(self) -> str:
        state = "strict" if self.strict else f"not strict: {self.strict_reason}"
        if self.format is not None:
            state = self.strict_reason
        parts = [f"**`{self._headline()}`** ({state})", self.description, self.schema.table()]
        return "\n\n".join(part for part in parts if part)

    def _headline(self) -> str:
        return f"{'async ' if self.is_async else ''}{self.name}{signature_text(self.function)}"

    def __copy__(self) -> Tool[P, R]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tool[P, R]:
        return self

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickled by name where the name leads here, since the decorator took the function's place there.

        Any other tool arrives as its plain function. That of a notebook, whose names other processes do not have,
        goes by value when cloudpickle is in use (ipyparallel and Dask bring it).
        """
        module, qualname = getattr(self, "__module__", None), getattr(self, "__qualname__", "")
        named = _looked_up(module, qualname) is self
        cloudpickle = sys.modules.get("cloudpickle")
        if named and (module != "__main__" or cloudpickle is None):
            return str(qualname)
        if cloudpickle is not None:
            import pickle

            return pickle.loads, (cloudpickle.dumps(self.function),)
        return _itself, (self.function,)


AnyTool = Tool[..., Any]


@overload
def tool(function: Callable[P, R], /, **options: Unpack[ToolOptions]) -> Tool[P, R]: ...


@overload
def tool(**options: Unpack[ToolOptions]) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a function a tool: `@tool`, `@tool(timeout=5)` or `tool(obj.method, name="lookup")`.

    name         what the model calls it; default: the function's name
    description  default: the docstring without its sections
    strict       None: strict where the schema allows it; True: insist; False: never
    approve      when a call needs the user's approval: True (each time), "first time", or a function of the call that
                 returns True to ask, False to run it unasked or a reason to deny it; `Approval` adds a time limit
    timeout      seconds a call may take
    run_in       "kernel" (the kernel's main thread), "thread" (a pool) or a `concurrent.futures.Executor`
    max_output   characters of text that one call sends back at most; default 100,000
    format       for a free-form tool, to which the model writes text instead of JSON: "text", a Lark grammar, or a
                 compiled regular expression

    Parameters with a default are optional: the model sends null for them and the default is used, even where the type
    allows None. A tool given again with options is made anew from its function. Raises `ToolError` for a function
    that cannot be a tool and for an option that does not exist.
    """
    if function is not None:
        return _defined(function, options, sys._getframe(1))

    def decorate(decorated: Callable[..., Any]) -> AnyTool:
        return _defined(decorated, options, sys._getframe(1))

    return decorate


def _defined(function: Any, options: dict[str, Any], caller: FrameType) -> AnyTool:
    try:
        made = _made(function, options, caller)
        if inspect.isfunction(function):
            before = _looked_up(function.__module__, function.__qualname__)
            if isinstance(before, Tool):
                succeed(made, before, caller.f_globals)
        return made
    except ToolError as error:
        # The cell's line and the message are what helps; how the schema was read is not.
        raise error.with_traceback(None) from None


def _made(function: Any, options: dict[str, Any], caller: FrameType) -> AnyTool:
    if isinstance(function, Tool):
        return function if not options else _made(function.function, options, caller)
    if inspect.ismethod(function) and isinstance(function.__func__, Tool):
        return _made(function.__func__.__get__(function.__self__), options, caller)
    if isinstance(function, staticmethod):
        function = function.__func__
    _check_callable(function)
    return Tool(function, names=_surrounding(function, caller), **options)


def _surrounding(function: Callable[..., Any], caller: FrameType | None) -> dict[str, Any]:
    """The locals of the functions and class bodies that `function` is written in, as far as they are still running.

    Its string annotations may use them, and a closure holds only what the body uses.
    """
    qualname = getattr(home(function), "__qualname__", "")
    names: dict[str, Any] = {}
    while caller is not None and qualname.startswith(f"{caller.f_code.co_qualname}."):
        names = {**caller.f_locals, **names}
        caller = caller.f_back
    return names


def _check_callable(function: Any) -> None:
    if isinstance(function, classmethod):
        raise ToolError("Put @classmethod above @tool: the tool is made from the function.")
    if isinstance(function, str):
        raise ToolError(f"tool({function!r}): give the name by keyword, @tool(name={function!r}).")
    if inspect.isclass(function):
        raise ToolError(
            f"{function.__name__} is a class; a tool is a function. Decorate one of its methods, "
            "or a function that makes the object and returns what the model should read."
        )
    if _is_dispatched(function):
        name = getattr(function, "__name__", None) or getattr(getattr(function, "func", None), "__name__", "It")
        one = f", for example {name}.dispatch(int)" if hasattr(function, "dispatch") else ""
        raise ToolError(
            f"{name} chooses among implementations by the type of its argument (functools.singledispatch), and the "
            f"model sends JSON, which has no such types. Make a tool of one implementation{one}, or of a function "
            "whose annotations say what it takes."
        )
    if not callable(function):
        raise ToolError(f"A tool is made of a function, not of {type(function).__name__} {function!r:.80}.")


def _is_dispatched(function: Any) -> bool:
    """Whether it is a `singledispatch` function, or a method of that kind with or without its object."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, functools.singledispatchmethod | functools.partialmethod):
        return isinstance(function, functools.singledispatchmethod) or _is_dispatched(function.func)
    if not callable(getattr(function, "register", None)):
        return False
    code = getattr(inspect.unwrap(function, stop=lambda one: "register" not in vars(one)), "__code__", None)
    own = getattr(function, "__code__", code)
    made_by_functools = own is not None and own.co_filename == functools.singledispatch.__code__.co_filename
    return made_by_functools or type(function).__module__ == "functools"


def _looked_up(module: str | None, qualname: str) -> object:
    found: object = sys.modules.get(module or "")
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def _docstring(function: Callable[..., Any]) -> str | None:
    written = home(function).__doc__
    if written or inspect.isroutine(function) or isinstance(function, functools.partial):
        return written
    return type(function).__doc__


def _itself(function: Any) -> Any:
    return function


def _is_async(function: Callable[..., Any]) -> bool:
    if not (inspect.isroutine(function) or isinstance(function, functools.partial)):
        function = type(function).__call__
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
