"""Who listens to what: Blink's event channels, and how an event can go astray on the way."""

import asyncio
import copy
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from kiosk.simulate.errors import Refusal
from kiosk.simulate.faults import Fault, Faults, Switch

Payload = dict[str, Any]
ANOTHER_HASH: Final = "0" * 63 + "1"


class Occasion(Enum):
    """Why an event is sent; faults strike by occasion."""

    SUBSCRIBED = auto()
    PAYMENT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One subscription: the root field it came by, and what waits to be sent to it."""

    operation: str
    queue: asyncio.Queue[Payload]


class Channels:
    """Named channels. Lives in the simulator's loop; events published there reach all listeners."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._subscribers: defaultdict[str, list[Subscriber]] = defaultdict(list)

    @asynccontextmanager
    async def listen(self, name: str, operation: str) -> AsyncIterator[asyncio.Queue[Payload]]:
        """Listen to the channel called `name` for as long as the context lasts."""
        subscriber = Subscriber(operation, asyncio.Queue())
        self._subscribers[name].append(subscriber)
        try:
            yield subscriber.queue
        finally:
            self._subscribers[name].remove(subscriber)
            if not self._subscribers[name]:
                del self._subscribers[name]

    def names(self) -> tuple[str, ...]:
        """Return the channels somebody listens to."""
        return tuple(self._subscribers)

    def publish(self, name: str, payload: Payload, occasion: Occasion = Occasion.OTHER) -> None:
        """Send `payload` to everyone who listens to `name`."""
        for subscriber in tuple(self._subscribers.get(name, ())):
            if occasion is Occasion.PAYMENT:
                self._deliver_payment(subscriber, payload)
            elif occasion is Occasion.OTHER or not self._faults.take(
                Fault.FIRST_EVENT_LOST, subscriber.operation
            ):
                subscriber.queue.put_nowait(payload)

    def _deliver_payment(self, subscriber: Subscriber, payload: Payload) -> None:
        put = subscriber.queue.put_nowait

        def take(fault: Fault) -> Switch | None:
            return self._faults.take(fault, subscriber.operation)

        if take(Fault.PAID_EVENT_OTHER_HASH):
            put(_about_another(payload))
        if take(Fault.EXPIRED_BEFORE_PAID):
            put(_with_status(payload, "EXPIRED"))
        if take(Fault.ERROR_EVENT):
            put(_as_error(payload))
            return
        if take(Fault.PAID_EVENT_LOST):
            return
        if late := take(Fault.PAID_EVENT_LATE):
            asyncio.get_running_loop().call_later(late.seconds or 0.0, put, payload)
        else:
            put(payload)
        if take(Fault.PAID_EVENT_DOUBLED):
            put(payload)
        if take(Fault.PENDING_AFTER_PAID):
            put(_with_status(payload, "PENDING"))


def _facts(payload: Payload) -> Payload:
    # A status event carries its facts itself, an account's update one level down.
    facts: Payload = payload.get("update") or payload
    return facts


def _with_status(payload: Payload, status: str) -> Payload:
    changed = copy.deepcopy(payload)
    _facts(changed)["status"] = status
    return changed


def _about_another(payload: Payload) -> Payload:
    changed = copy.deepcopy(payload)
    facts = _facts(changed)
    facts["paymentHash"] = ANOTHER_HASH
    if "transaction" in facts:
        facts["transaction"]["initiationVia"]["paymentHash"] = ANOTHER_HASH
    return changed


def _as_error(payload: Payload) -> Payload:
    nothing: Payload = dict.fromkeys(payload)
    return {**nothing, "errors": [Refusal.EVENT.error().as_payload()]}
