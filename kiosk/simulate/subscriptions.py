"""The subscriptions: what is sent at once, what is sent later, and that nothing ever completes."""

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
from kiosk.simulate.scalars import first_refused
from kiosk.simulate.settlement import account_channel, invoice_channel
from kiosk.simulate.views import error_view, price_updates, price_view, status_view
from kiosk.simulate.world import World

SUBSCRIPTION: Final = SubscriptionType()
FIRST_STATUS_AFTER_S: Final = 0.01
EXPIRED_AFTER_S: Final = 1.0
PRICE_EVERY_S: Final = 30.0
PRICE_CHANNEL: Final = "price "


@SUBSCRIPTION.source("myUpdates")
def _my_updates(_: None, info: Info) -> AsyncGenerator[Payload, None]:
    context: Context = info.context
    spurious = context.world.faults.take(Fault.NOT_AUTHENTICATED, "myUpdates")
    if context.key is None or spurious:
        raise GraphQLError(
            "Not Authenticated for subscription", extensions={"code": "NOT_AUTHENTICATED"}
        )
    return _account_events(context)


@SUBSCRIPTION.source("lnInvoicePaymentStatusByHash")
def _status_by_hash(_: None, info: Info, **arguments: Any) -> AsyncGenerator[Payload, None]:
    if refused := first_refused(arguments):
        return _only(error_view(ApplicationError(refused.message)))
    return _invoice_events(info, arguments["input"]["paymentHash"])


@SUBSCRIPTION.source("lnInvoicePaymentStatus")
@SUBSCRIPTION.source("lnInvoicePaymentStatusByPaymentRequest")
def _status_by_request(_: None, info: Info, **arguments: Any) -> AsyncGenerator[Payload, None]:
    if refused := first_refused(arguments):
        return _only(error_view(ApplicationError(refused.message)))
    context: Context = info.context
    try:
        decoded = context.world.invoices.read(arguments["input"]["paymentRequest"])
    except ApplicationError as error:
        return _only(error_view(error))
    return _invoice_events(info, decoded.payment_hash)


@SUBSCRIPTION.source("realtimePrice")
def _realtime_price(_: None, info: Info, **arguments: Any) -> AsyncGenerator[Payload, None]:
    if refused := first_refused(arguments):
        return _only(error_view(ApplicationError(refused.message)))
    return _price_events(info.context.world, arguments["input"]["currency"])


def _as_published(payload: Payload, _: Info, **__: Any) -> Payload:
    return payload


for _name in (
    "myUpdates",
    "realtimePrice",
    "lnInvoicePaymentStatus",
    "lnInvoicePaymentStatusByHash",
    "lnInvoicePaymentStatusByPaymentRequest",
):
    SUBSCRIPTION.set_field(_name, _as_published)


def start_price_ticks(world: World) -> None:
    """Publish the price to everyone who listens, now and every half minute from now on."""
    for name in world.channels.names():
        if name.startswith(PRICE_CHANNEL):
            _publish_price(world, name.removeprefix(PRICE_CHANNEL))
    for account in world.accounts:
        if account_channel(account) in world.channels.names():
            _publish_account_price(world, account)
    world.timers.call_at(world.clock.now() + PRICE_EVERY_S, lambda: start_price_ticks(world))


async def _account_events(context: Context) -> AsyncGenerator[Payload, None]:
    channel = account_channel(context.account)
    async with context.world.channels.listen(channel, "myUpdates") as queue:
        # Through the channel, so every other subscription of the account gets them too.
        _publish_account_price(context.world, context.account)
        while True:
            yield await queue.get()


async def _invoice_events(info: Info, payment_hash: str) -> AsyncGenerator[Payload, None]:
    world: World = info.context.world
    async with world.channels.listen(invoice_channel(payment_hash), info.field_name) as queue:
        loop = asyncio.get_running_loop()
        loop.call_later(FIRST_STATUS_AFTER_S, _publish_first_status, world, payment_hash)
        while True:
            yield await queue.get()


async def _price_events(world: World, currency: str) -> AsyncGenerator[Payload, None]:
    async with world.channels.listen(PRICE_CHANNEL + currency, "realtimePrice") as queue:
        _publish_price(world, currency)
        while True:
            yield await queue.get()


async def _only(payload: Payload) -> AsyncGenerator[Payload, None]:
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


def _publish_account_price(world: World, account: Account) -> None:
    try:
        updates = price_updates(world, account)
    except ApplicationError:
        return  # a dead feed ticks for nobody
    for update in updates:
        world.channels.publish(account_channel(account), update)


def _publish_price(world: World, currency: str) -> None:
    try:
        price = price_view(world.prices.quote(currency, "realtimePrice"))
        payload: Payload = {"errors": [], "realtimePrice": price}
    except ApplicationError as error:
        payload = error_view(error)
    world.channels.publish(PRICE_CHANNEL + currency, payload)


def _status(world: World, payment_hash: str) -> Payload:
    try:
        return status_view(world, payment_hash)
    except ApplicationError as error:
        return error_view(error)
