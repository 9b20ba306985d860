import asyncio

from kiosk.simulate import ManualClock
from kiosk.simulate.clock import Clock, Timers


def test_a_manual_clock_runs_what_is_due_in_order_and_nothing_else() -> None:
    async def story() -> None:
        clock, ran = ManualClock(100.0), list[str]()
        timers = Timers(clock)
        clock.listen(timers.run_due)
        timers.call_at(130.0, lambda: ran.append("second"))
        timers.call_at(110.0, lambda: ran.append("first"))
        timers.attach(asyncio.get_running_loop())
        assert ran == []
        clock.advance(29)
        assert ran == ["first"]
        clock.advance(1)
        assert ran == ["first", "second"]
        timers.detach()

    asyncio.run(story())


def test_timers_follow_the_real_clock_by_themselves() -> None:
    async def story() -> None:
        clock, done = Clock(), asyncio.Event()
        timers = Timers(clock)
        timers.attach(asyncio.get_running_loop())
        timers.call_at(clock.now() + 0.01, done.set)
        async with asyncio.timeout(5):
            await done.wait()
        timers.detach()

    asyncio.run(story())
