"""GraphQL itself: the schema, and documents parsed and validated once."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)

from kiosk.simulate.context import MUTATION, QUERY
from kiosk.simulate.operations import ACCOUNT, USER, WALLET
from kiosk.simulate.scalars import SCALARS
from kiosk.simulate.subscriptions import SUBSCRIPTION

DOCUMENTS_KEPT: Final = 500

SCHEMA: Final = make_executable_schema(
    files("kiosk.simulate").joinpath("schema.graphql").read_text(encoding="utf-8"),
    QUERY,
    MUTATION,
    SUBSCRIPTION,
    USER,
    ACCOUNT,
    WALLET,
    *SCALARS,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that may run; faults and the record know it by its first root field."""

    document: DocumentNode
    name: str | None
    root: str


class NotServed(Exception):
    """A document that can be read and is not answered here; `errors` say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def read_operation(text: str, name: str | None, *, subscription: bool) -> Operation:
    """Return the operation called `name`, or the only one, of a document.

    Raises:
        GraphQLSyntaxError: it is not GraphQL.
        NotServed: it does not fit the schema, or belongs on the other port.
    """
    document, errors = _prepare(text)
    if errors:
        raise NotServed(*errors)
    node = get_operation_ast(document, name)
    if node is None or (node.operation is OperationType.SUBSCRIPTION) is not subscription:
        kind = "subscription" if subscription else "query and mutation"
        raise NotServed(GraphQLError(f"Only {kind} operations are supported"))
    first = node.selection_set.selections[0]
    return Operation(document, name, first.name.value if isinstance(first, FieldNode) else "")


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _prepare(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(text)
    return document, tuple(validate(SCHEMA, document))
