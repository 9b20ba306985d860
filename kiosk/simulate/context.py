"""Who asks, and what every root field does before its own work: keys, scopes, faults, refusals.

Scopes: blinkbitcoin/blink, core/api/src/servers/middlewares/scope.ts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ariadne import MutationType, ObjectType, QueryType
from graphql import GraphQLError, GraphQLResolveInfo

from kiosk.simulate.accounts import Account, ApiKey, Scope, Wallet
from kiosk.simulate.channels import Payload
from kiosk.simulate.errors import (
    ApplicationError,
    InputRefused,
    Refusal,
    unexpected,
)
from kiosk.simulate.faults import Fault
from kiosk.simulate.scalars import first_refused
from kiosk.simulate.world import World

if TYPE_CHECKING:
    Info = GraphQLResolveInfo[Any]
else:
    Info = GraphQLResolveInfo  # not generic in every version we run with

Answer = Callable[["Context", Mapping[str, Any]], Any]
FieldAnswer = Callable[["Context", Any, Mapping[str, Any]], Any]  # gets its parent's view too

QUERY: Final = QueryType()
MUTATION: Final = MutationType()

NOT_AUTHORIZED: Final = "Not authorized"
# The refusal each fault makes, and in which mutations when a switch names none: those whose name
# has one of the words.
REFUSALS: Final[Mapping[Fault, tuple[ApplicationError, tuple[str, ...]]]] = {
    Fault.LIMIT_REACHED: (Refusal.LIMIT_REACHED.error(dollars=2000), ("Send",)),
    Fault.INSUFFICIENT_BALANCE: (
        Refusal.INSUFFICIENT_BALANCE.error(amount_sat=1000, balance_sat=10),
        ("Send",),
    ),
    Fault.RECEIVE_DISABLED: (Refusal.RECEIVE_DISABLED.error(), ("Create", "Send")),
    Fault.INVOICE_BLOCK: (Refusal.TOO_MANY_INVOICES.error(), ("Create",)),
    Fault.DUPLICATE_EXTERNAL_ID: (Refusal.DUPLICATE_EXTERNAL_ID.error(), ("Create",)),
    Fault.LND_OFFLINE: (Refusal.LND_OFFLINE.error(), ("",)),
    Fault.DB_ERROR: (Refusal.DB_ERROR.error(), ("",)),
    Fault.UNEXPECTED_CLIENT_ERROR: (unexpected("ResourceAttemptsRedlockServiceError"), ("",)),
}


@dataclass(frozen=True, slots=True)
class Context:
    """One request: the world it is about and the key it came with (None is anonymous)."""

    world: World
    key: ApiKey | None

    @property
    def account(self) -> Account:
        """Return the caller's account.

        Raises:
            GraphQLError: the caller is anonymous.
        """
        if self.key is None:
            raise GraphQLError(NOT_AUTHORIZED)
        return self.key.account

    def authorize(self, scope: Scope | None) -> None:
        """Check that the key may do what needs `scope`.

        Raises:
            GraphQLError: in Blink's words, which differ between no key and too small a key.
        """
        if scope is None:
            return
        if self.key is None:
            raise GraphQLError(NOT_AUTHORIZED)
        if not self.key.may(scope):
            what = "read data" if scope is Scope.READ else "execute mutations"
            refusal = unexpected(f"AuthorizationError: not authorized to {what}")
            raise GraphQLError(refusal.message)

    def own_wallet(self, wallet_id: str) -> Wallet:
        """Return a wallet of the caller.

        Raises:
            InputRefused: it is not the caller's.
        """
        wallet = self.account.wallet(wallet_id)
        if wallet is None:
            raise InputRefused(unexpected("InvalidWalletForAccountError").message)
        return wallet

    def apply_refusal_faults(self, operation: str) -> None:
        """Refuse if a switch says so.

        Raises:
            ApplicationError: the refusal that is switched on.
        """
        for fault, (refusal, words) in REFUSALS.items():
            applies = any(word in operation for word in words)
            if applies and self.world.faults.take(fault, operation):
                raise ApplicationError(refusal.message, refusal.code)


def field(parent: ObjectType, name: str) -> Callable[[FieldAnswer], FieldAnswer]:
    """Answer the field `name` of `parent`; refusals are top-level errors, without a code."""

    def bind(answer: FieldAnswer) -> FieldAnswer:
        @parent.field(name)
        def resolve(view: Any, info: Info, **arguments: Any) -> Any:
            try:
                _refuse_bad_values(arguments)
                return answer(info.context, view, arguments)
            except ApplicationError as error:
                raise GraphQLError(error.message) from error

        return answer

    return bind


def query(name: str, needs: Scope | None = None) -> Callable[[Answer], Answer]:
    """Answer the root query `name` with the function, for keys that may do what needs `needs`."""

    def bind(answer: Answer) -> Answer:
        @field(QUERY, name)
        def resolve(context: Context, _: None, arguments: Mapping[str, Any]) -> Any:
            context.authorize(needs)
            context.apply_refusal_faults(name)
            return answer(context, arguments)

        return answer

    return bind


def mutation(
    name: str, needs: Scope | None, *, failed: Payload | None = None
) -> Callable[[Answer], Answer]:
    """Answer the mutation `name`; refusals are payload errors beside the fields of `failed`."""

    def bind(answer: Answer) -> Answer:
        @MUTATION.field(name)
        def resolve(_: None, info: Info, **arguments: Any) -> Payload:
            context: Context = info.context
            context.authorize(needs)
            values = arguments["input"]
            try:
                _refuse_bad_values(values)
                context.apply_refusal_faults(name)
                return {"errors": [], **answer(context, values)}
            except InputRefused as error:
                return {"errors": [error.as_payload()]}
            except ApplicationError as error:
                return {**(failed or {}), "errors": [error.as_payload()]}

        return answer

    return bind


def _refuse_bad_values(arguments: Mapping[str, Any]) -> None:
    if refused := first_refused(arguments):
        raise InputRefused(refused.message)
