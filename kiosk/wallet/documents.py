"""Every GraphQL document, each named by the root field it asks and kept below Blink's query cost.

Cost: a mutation counts 120 and every selected field 1; a request must stay below 200.
"""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from gql import GraphQLRequest, gql
from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    visit,
)

_ERRORS: Final = "errors { code message }"
_INVOICE: Final = "invoice { paymentHash paymentRequest }"
_ENTRY: Final = """
fragment Entry on Transaction {
  direction
  status
  initiationVia { ... on InitiationViaLn { paymentHash } }
}"""

# Fields that a sale in sats goes on without. Where Blink serves one of them no longer, it is left
# out of the next question (`without`), in the log and in the doctor's table.
OPTIONAL: Final = frozenset(
    {
        "authorization",
        "scopes",
        "windDown",
        "receiveDisabledAt",
        "finalDeadline",
        "limits",
        "internalSend",
        "remainingLimit",
        "nodesIds",
        "lightningAddressDomain",
        "lightningAddressDomainAliases",
        "currencyList",
        "symbol",
        "name",
        "username",
    }
)

# Query.me, Query.authorization, Query.globals, Query.windDown, Query.currencyList
ACCOUNT: Final = gql("""
query Visit {
  me { username defaultAccount {
    wallets { id walletCurrency }
    limits { internalSend { remainingLimit } }
  } }
  authorization { scopes }
  globals { network nodesIds }
  windDown { status receiveDisabledAt finalDeadline }
  currencyList { id symbol name fractionDigits }
}""")

# User.apiKeys, from a server of its own at Blink: asked for alone, as its failure would take `me`
# with it
API_KEYS: Final = gql("query ApiKeys { me { apiKeys { revoked expired lastUsedAt expiresAt } } }")

# Query.globals, which needs no key
NODES: Final = gql("query Nodes { globals { nodesIds } }")

# Query.me
WALLETS: Final = gql("""
query Wallets { me { username defaultAccount { wallets { id walletCurrency } } } }""")

# Query.accountDefaultWallet
DEFAULT_WALLET: Final = gql("""
query DefaultWallet($username: Username!) {
  accountDefaultWallet(username: $username, walletCurrency: BTC) { id currency }
}""")

# AccountLimits.internalSend
LIMIT: Final = gql("""
query Limit { me { defaultAccount {
  limits { internalSend { remainingLimit } }
} } }""")

# Query.realtimePrice, twice: the display currency, and US dollars for Blink's limits
PRICES: Final = gql("""
query Prices($currency: DisplayCurrency!) {
  shown: realtimePrice(currency: $currency) { ...Price }
  usd: realtimePrice(currency: "USD") { ...Price }
}
fragment Price on RealtimePrice {
  timestamp
  btcSatPrice { base offset }
  denominatorCurrencyDetails { id symbol name fractionDigits }
}""")

# Mutation.lnInvoiceCreate
CREATE_INVOICE: Final = gql(f"""
mutation CreateInvoice($input: LnInvoiceCreateInput!) {{
  lnInvoiceCreate(input: $input) {{ {_ERRORS} {_INVOICE} }}
}}""")

# Mutation.lnInvoiceCreateOnBehalfOfRecipient
CREATE_ON_BEHALF: Final = gql(f"""
mutation CreateOnBehalf($input: LnInvoiceCreateOnBehalfOfRecipientInput!) {{
  lnInvoiceCreateOnBehalfOfRecipient(input: $input) {{ {_ERRORS} {_INVOICE} }}
}}""")

# Account.invoices, newest first: finds an invoice whose answer was lost by its external id
RECENT_INVOICES: Final = gql("""
query RecentInvoices { me { defaultAccount { invoices(first: 50) {
  edges { node { externalId paymentHash paymentRequest } }
} } } }""")

# Account.invoices and Wallet.transactions, page by page: what a lost journal is rebuilt from
HISTORY_INVOICES: Final = gql("""
query PastInvoices($wallet: WalletId!, $after: String) {
  me { defaultAccount { invoices(first: 100, after: $after, walletIds: [$wallet]) {
    edges { node { externalId paymentHash paymentRequest paymentStatus createdAt } }
    pageInfo { hasNextPage endCursor }
  } } }
}""")
HISTORY_ENTRIES: Final = gql("""
query PastEntries($wallet: WalletId!, $after: String) {
  me { defaultAccount { walletById(walletId: $wallet) { transactions(first: 100, after: $after) {
    edges { node {
      externalId direction status settlementAmount createdAt
      initiationVia { ... on InitiationViaLn { paymentHash paymentRequest } }
    } }
    pageInfo { hasNextPage endCursor }
  } } } }
}""")

# Mutation.lnInvoiceCancel
CANCEL_INVOICE: Final = gql(f"""
mutation CancelInvoice($input: LnInvoiceCancelInput!) {{
  lnInvoiceCancel(input: $input) {{ {_ERRORS} success }}
}}""")

# Mutation.lnInvoicePaymentSend: the only way money leaves
PAY: Final = gql(f"""
mutation Pay($input: LnInvoicePaymentInput!) {{
  lnInvoicePaymentSend(input: $input) {{ {_ERRORS} status }}
}}""")

# Wallet.transactionsByPaymentHash: what our own ledger shows, the truth in every case
LEDGER: Final = gql(f"""
query Ledger($wallet: WalletId!, $hash: PaymentHash!) {{
  me {{ defaultAccount {{ walletById(walletId: $wallet) {{
    transactionsByPaymentHash(paymentHash: $hash) {{ ...Entry }}
  }} }} }}
}}
{_ENTRY}""")

# Query.lnInvoicePaymentStatusByHash, which needs no key: for an invoice of another wallet
STATUS_BY_HASH: Final = gql("""
query StatusByHash($input: LnInvoicePaymentStatusByHashInput!) {
  lnInvoicePaymentStatusByHash(input: $input) { paymentHash status }
}""")

# Subscription.lnInvoicePaymentStatusByHash
INVOICE_UPDATES: Final = gql("""
subscription InvoiceUpdates($input: LnInvoicePaymentStatusByHashInput!) {
  lnInvoicePaymentStatusByHash(input: $input) { errors { message } paymentHash status }
}""")

# What direct sales ask, all of it without a key: Query.globals, Query.currencyList
PUBLIC_FACTS: Final = gql("""
query PublicFacts {
  globals { network nodesIds lightningAddressDomain lightningAddressDomainAliases }
  currencyList { id symbol name fractionDigits }
}""")

# Query and Subscription lnInvoicePaymentStatusByHash, with the preimage that proves a payment
PROOF_BY_HASH: Final = gql("""
query ProofByHash($input: LnInvoicePaymentStatusByHashInput!) {
  lnInvoicePaymentStatusByHash(input: $input) { paymentHash status paymentPreimage }
}""")
PROOF_UPDATES: Final = gql("""
subscription ProofUpdates($input: LnInvoicePaymentStatusByHashInput!) {
  lnInvoicePaymentStatusByHash(input: $input) {
    errors { message } paymentHash status paymentPreimage
  }
}""")

# Subscription.myUpdates. Never `createdAt`: the server breaks it here.
MERCHANT_UPDATES: Final = gql("""
subscription MerchantUpdates {
  myUpdates { update {
    ... on LnUpdate { walletId transaction { ...Received } }
    ... on IntraLedgerUpdate { walletId transaction { ...Received } }
  } }
}
fragment Received on Transaction {
  id
  direction
  status
  settlementAmount
  initiationVia { ... on InitiationViaLn { paymentHash } }
}""")


def optional_in(request: GraphQLRequest) -> frozenset[str]:
    """The optional fields that a document asks for."""
    return OPTIONAL & set(_field_names(request.document))


def without(request: GraphQLRequest, names: Collection[str]) -> GraphQLRequest | None:
    """The same document without some fields; None if nothing is left to ask.

    What has no fields left goes with them, and so does a fragment that is used no more.
    """
    kept = visit(request.document, _Without(frozenset(names)))
    operations = [
        definition
        for definition in kept.definitions
        if isinstance(definition, OperationDefinitionNode)
    ]
    return GraphQLRequest(kept) if all(_has_fields(operation) for operation in operations) else None


def is_query(request: GraphQLRequest) -> bool:
    """Whether asking twice changes nothing."""
    definitions = request.document.definitions
    operations = [
        definition for definition in definitions if isinstance(definition, OperationDefinitionNode)
    ]
    return all(operation.operation is OperationType.QUERY for operation in operations)


@cache
def status_of(count: int) -> GraphQLRequest:
    """Ask ledger and status of `count` invoices of ours in one query (Query.me, about 12 each)."""
    names = "".join(f", $h{i}: PaymentHash!" for i in range(count))
    fields = "".join(
        f" t{i}: transactionsByPaymentHash(paymentHash: $h{i}) {{ ...Entry }}"
        f" i{i}: invoiceByPaymentHash(paymentHash: $h{i}) {{ paymentHash paymentStatus }}"
        for i in range(count)
    )
    return gql(f"""
query Status($wallet: WalletId!{names}) {{
  me {{ defaultAccount {{ walletById(walletId: $wallet) {{{fields} }} }} }}
}}
{_ENTRY}""")


def _field_names(document: DocumentNode) -> Iterator[str]:
    waiting: list[Node] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            yield node.name.value
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            waiting.extend(selections.selections)


def _has_fields(node: Node) -> bool:
    selections = getattr(node, "selection_set", None)
    return selections is None or bool(selections.selections)


class _Without(Visitor):
    """Takes fields of some names out, and on the way up what they leave empty."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def leave_field(self, node: FieldNode, *_: object) -> object:
        return REMOVE if node.name.value in self._names or not _has_fields(node) else None

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: object) -> object:
        return None if _has_fields(node) else REMOVE
