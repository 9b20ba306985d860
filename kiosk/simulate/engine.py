"""GraphQL itself: the schema, and documents parsed and validated once."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from kiosk.simulate import mutations  # noqa: F401  importing it binds its fields
from kiosk.simulate.context import MUTATION, QUERY
from kiosk.simulate.queries import ACCOUNT, BTC_WALLET, USD_WALLET, USER
from kiosk.simulate.scalars import SCALARS
from kiosk.simulate.subscriptions import SUBSCRIPTION

# Source: blinkbitcoin/blink, core/api/src/servers/graphql-server.ts.
LARGEST_COST: Final = 200
MUTATION_COST: Final = 120
DOCUMENTS_KEPT: Final = 500

SCHEMA: Final = make_executable_schema(
    files("kiosk.simulate").joinpath("schema.graphql").read_text(encoding="utf-8"),
    QUERY,
    MUTATION,
    SUBSCRIPTION,
    USER,
    ACCOUNT,
    BTC_WALLET,
    USD_WALLET,
    *SCALARS,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that was read: what is wrong with it, or what it asks for."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation called `name`, or the only one."""
        operations = [
            node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        if name is None:
            return operations[0] if len(operations) == 1 else None
        return next((node for node in operations if node.name and node.name.value == name), None)

    def cost(self, operation: OperationDefinitionNode) -> int:
        """Return what the operation costs by Blink's counting."""
        heavy = MUTATION_COST if operation.operation is OperationType.MUTATION else 0
        roots = len(self._fields(operation.selection_set))
        return heavy * roots + self._count(operation.selection_set)

    def _fields(self, selections: SelectionSetNode) -> list[FieldNode]:
        """Return the fields selected here, those of fragments included."""
        fields: list[FieldNode] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                fields.append(selection)
            elif isinstance(selection, FragmentSpreadNode):
                fields += self._fields(self._fragment(selection.name.value).selection_set)
            elif isinstance(selection, InlineFragmentNode):
                fields += self._fields(selection.selection_set)
        return fields

    def _count(self, selections: SelectionSetNode | None) -> int:
        if selections is None:
            return 0
        return sum(1 + self._count(field.selection_set) for field in self._fields(selections))

    def _fragment(self, name: str) -> FragmentDefinitionNode:
        return next(
            node
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode) and node.name.value == name
        )


@lru_cache(maxsize=DOCUMENTS_KEPT)
def prepare(text: str) -> Prepared:
    """Parse and validate `text`, once.

    Raises:
        GraphQLSyntaxError: it is not GraphQL.
    """
    document = parse(text)
    return Prepared(document, tuple(validate(SCHEMA, document)))


def root_field(operation: OperationDefinitionNode) -> str:
    """Return the name of the first root field, by which faults and the record know it."""
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else ""


def without_extensions(error: GraphQLError) -> dict[str, Any]:
    """Return a top-level error as the HTTP API shows it: without a code."""
    shown = dict(error.formatted)
    shown.pop("extensions", None)
    return shown
