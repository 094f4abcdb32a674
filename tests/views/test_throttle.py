from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ws_notebook.views.throttle import Throttle

__all__: list[str] = []


class Timers:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        self.waiting.append((self.now + delay, callback))

    def move(self, seconds: float) -> None:
        """Let this much time pass, and have called what becomes due, in order."""
        end = self.now + seconds
        while due := sorted((each for each in self.waiting if each[0] <= end), key=lambda each: each[0]):
            self.waiting.remove(due[0])
            self.now, callback = due[0]
            callback()
        self.now = end


class Painter:
    def __init__(self, timers: Timers) -> None:
        self.timers = timers
        self.times: list[float] = []

    def __call__(self) -> None:
        self.times.append(round(self.timers.now, 3))


@pytest.fixture
def timers() -> Timers:
    return Timers()


def test_the_first_picture_comes_at_once(timers: Timers) -> None:
    painter = Painter(timers)
    Throttle(painter, timers.call_later, interval=1).request()
    timers.move(0)
    assert painter.times == [0]


def test_pictures_are_an_interval_apart_and_none_is_made_for_nothing(timers: Timers) -> None:
    painter = Painter(timers)
    throttle = Throttle(painter, timers.call_later, interval=1)
    for _ in range(35):
        throttle.request()
        timers.move(0.1)
    assert painter.times == [0, 1, 2, 3]
    timers.move(10)
    assert painter.times == [0, 1, 2, 3, 4]
    assert timers.waiting == []
    throttle.request()
    timers.move(0)
    assert painter.times[-1] == 13.5


def test_only_one_timer_waits(timers: Timers) -> None:
    throttle = Throttle(Painter(timers), timers.call_later, interval=1)
    for _ in range(100):
        throttle.request()
        assert len(timers.waiting) == 1


def test_the_last_picture_is_always_made_and_nothing_after_it(timers: Timers) -> None:
    painter = Painter(timers)
    throttle = Throttle(painter, timers.call_later, interval=1)
    throttle.request()
    throttle.finish()
    throttle.request()
    timers.move(5)
    assert painter.times == [0]
    assert timers.waiting == []


def test_the_last_picture_may_be_another_one(timers: Timers) -> None:
    painted: list[str] = []
    throttle = Throttle(lambda: painted.append("usual"), timers.call_later, interval=1)
    throttle.finish(lambda: painted.append("last"))
    assert painted == ["last"]


def test_an_error_is_kept_and_the_next_picture_made(timers: Timers) -> None:
    painted: list[int] = []

    def paint() -> None:
        painted.append(len(painted))
        if len(painted) <= 2:
            raise OSError(f"number {len(painted)}")

    throttle = Throttle(paint, timers.call_later, interval=1)
    for _ in range(3):
        throttle.request()
        timers.move(1)
    assert painted == [0, 1, 2]
    assert str(throttle.error) == "number 1"


def test_a_loop_that_is_closed_does_no_harm() -> None:
    def call_later(_delay: float, _callback: Callable[[], None]) -> None:
        raise RuntimeError("Event loop is closed")

    throttle = Throttle(lambda: None, call_later)
    throttle.request()
    assert isinstance(throttle.error, RuntimeError)


def test_the_end_waits_for_the_picture_that_is_being_made(timers: Timers) -> None:
    begun, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def paint() -> None:
        begun.set()
        assert go_on.wait(20)
        order.append("usual")

    throttle = Throttle(paint, timers.call_later, interval=1)
    throttle.request()
    painting = threading.Thread(target=timers.move, args=(0,))
    painting.start()
    assert begun.wait(20)
    ending = threading.Thread(target=throttle.finish, args=(lambda: order.append("last"),))
    ending.start()
    go_on.set()
    for thread in (painting, ending):
        thread.join(20)
    assert order == ["usual", "last"]


def test_pictures_of_throttles_with_one_clock_come_together() -> None:
    timers = Timers()
    painters = [Painter(timers), Painter(timers)]
    throttles = [Throttle(painter, timers.call_later, 0.1, lambda: timers.now) for painter in painters]
    for _ in range(50):
        timers.move(0.011)
        throttles[0].request()
        if timers.now > 0.13:
            throttles[1].request()
    first, second = (painter.times for painter in painters)
    assert first[:4] == [0.011, 0.1, 0.2, 0.3]
    assert second[0] == 0.132
    assert set(second[1:]) <= set(first)
    assert len(second) > 3
