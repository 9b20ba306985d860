"""The subscriptions: what is sent at once, what is sent later, and that nothing ever completes.

Source: blinkbitcoin/blink, core/api/src/graphql/public/root/subscription.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

from ariadne import SubscriptionType
from graphql import GraphQLError

from kiosk.simulate.accounts import Account
from kiosk.simulate.channels import Occasion, Payload
from kiosk.simulate.context import Context, Info
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault
from kiosk.simulate.payments import account_channel, invoice_channel
from kiosk.simulate.scalars import first_refused
from kiosk.simulate.views import error_view, price_update, status_view
from kiosk.simulate.world import World

SUBSCRIPTION: Final = SubscriptionType()
MY_UPDATES: Final = "myUpdates"
STATUS_BY_HASH: Final = "lnInvoicePaymentStatusByHash"
FIRST_STATUS_AFTER_S: Final = 0.01
EXPIRED_AFTER_S: Final = 1.0
PRICE_EVERY_S: Final = 30.0


@SUBSCRIPTION.source(MY_UPDATES)
def _my_updates(_: None, info: Info) -> AsyncGenerator[Payload, None]:
    context: Context = info.context
    spurious = context.world.faults.take(Fault.NOT_AUTHENTICATED, MY_UPDATES)
    if context.key is None or spurious:
        raise GraphQLError(
            "Not Authenticated for subscription", extensions={"code": "NOT_AUTHENTICATED"}
        )
    return _account_events(context)


@SUBSCRIPTION.source(STATUS_BY_HASH)
def _status_by_hash(_: None, info: Info, **arguments: Any) -> AsyncGenerator[Payload, None]:
    if refused := first_refused(arguments):
        return _one_event(error_view(ApplicationError(refused.message)))
    return _invoice_events(info.context.world, arguments["input"]["paymentHash"])


@SUBSCRIPTION.field(MY_UPDATES)
@SUBSCRIPTION.field(STATUS_BY_HASH)
def _as_published(payload: Payload, _: Info, **__: Any) -> Payload:
    return payload


def start_price_ticks(world: World) -> None:
    """Publish the price to every account that listens, now and every half minute from now on."""
    for account in world.accounts:
        if account_channel(account) in world.channels.names():
            _publish_price(world, account)
    world.timers.call_at(world.clock.now() + PRICE_EVERY_S, lambda: start_price_ticks(world))


async def _account_events(context: Context) -> AsyncGenerator[Payload, None]:
    channel = account_channel(context.account)
    async with context.world.channels.listen(channel, MY_UPDATES) as queue:
        # Through the channel, so every other subscription of the account gets it too.
        _publish_price(context.world, context.account)
        while True:
            yield await queue.get()


async def _invoice_events(world: World, payment_hash: str) -> AsyncGenerator[Payload, None]:
    async with world.channels.listen(invoice_channel(payment_hash), STATUS_BY_HASH) as queue:
        loop = asyncio.get_running_loop()
        loop.call_later(FIRST_STATUS_AFTER_S, _publish_first_status, world, payment_hash)
        while True:
            yield await queue.get()


async def _one_event(payload: Payload) -> AsyncGenerator[Payload, None]:
    """Send one event and then nothing, for ever: a subscription never completes by itself."""
    yield payload
    await asyncio.get_running_loop().create_future()


def _publish_first_status(world: World, payment_hash: str) -> None:
    status = _status(world, payment_hash)
    world.channels.publish(invoice_channel(payment_hash), status, Occasion.SUBSCRIBED)
    invoice = world.invoices.by_hash(payment_hash)
    if invoice is not None and status.get("status") == "PENDING":
        # Every subscriber sets a timer, and it outlives the subscription.
        expired_at_s = invoice.expires_at_s + EXPIRED_AFTER_S
        world.timers.call_at(expired_at_s, lambda: _publish_expiry(world, payment_hash))


def _publish_expiry(world: World, payment_hash: str) -> None:
    status = _status(world, payment_hash)
    if status.get("status") == "EXPIRED":
        world.channels.publish(invoice_channel(payment_hash), status)


def _status(world: World, payment_hash: str) -> Payload:
    try:
        return status_view(world, payment_hash)
    except ApplicationError as error:
        return error_view(error)


def _publish_price(world: World, account: Account) -> None:
    try:
        update = price_update(world, account)
    except ApplicationError:
        return  # a dead feed ticks for nobody
    world.channels.publish(account_channel(account), update)
