"""GraphQL itself: the schema, and documents parsed and validated once."""

from collections import OrderedDict
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from kiosk.simulate import mutations, queries  # noqa: F401  importing them binds their fields
from kiosk.simulate.account_fields import ACCOUNT, BTC_WALLET, USD_WALLET, USER
from kiosk.simulate.context import MUTATION, QUERY
from kiosk.simulate.scalars import SCALARS
from kiosk.simulate.subscriptions import SUBSCRIPTION

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
            each for each in self.document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        if name is None:
            return operations[0] if len(operations) == 1 else None
        return next((each for each in operations if each.name and each.name.value == name), None)

    def cost(self, operation: OperationDefinitionNode) -> int:
        """Return what the operation costs by Blink's counting."""
        heavy = MUTATION_COST if operation.operation is OperationType.MUTATION else 0
        roots = len(self._fields(operation.selection_set))
        return heavy * roots + self._count(operation.selection_set)

    def _fields(self, selections: SelectionSetNode) -> list[FieldNode]:
        found: list[FieldNode] = []
        for each in selections.selections:
            if isinstance(each, FieldNode):
                found.append(each)
            elif isinstance(each, FragmentSpreadNode):
                found += self._fields(self._fragment(each.name.value).selection_set)
            else:
                found += self._fields(each.selection_set)  # type: ignore[attr-defined]
        return found

    def _count(self, selections: SelectionSetNode | None) -> int:
        if selections is None:
            return 0
        return sum(1 + self._count(field.selection_set) for field in self._fields(selections))

    def _fragment(self, name: str) -> FragmentDefinitionNode:
        return next(
            each
            for each in self.document.definitions
            if isinstance(each, FragmentDefinitionNode) and each.name.value == name
        )


class Documents:
    """The documents seen lately, by their text."""

    def __init__(self) -> None:
        """Start with none."""
        self._prepared: OrderedDict[str, Prepared] = OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """Parse and validate `text`, once.

        Raises:
            GraphQLSyntaxError: it is not GraphQL.
        """
        known = self._prepared.get(text)
        if known is not None:
            self._prepared.move_to_end(text)
            return known
        document = parse(text)
        prepared = Prepared(document, tuple(validate(SCHEMA, document)))
        self._prepared[text] = prepared
        if len(self._prepared) > DOCUMENTS_KEPT:
            self._prepared.popitem(last=False)
        return prepared


def root_field(operation: OperationDefinitionNode) -> str:
    """Return the name of the first root field, by which faults and the record know it."""
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else ""


def without_extensions(error: GraphQLError) -> dict[str, Any]:
    """Return a top-level error as the HTTP API shows it: without a code."""
    shown = dict(error.formatted)
    shown.pop("extensions", None)
    return shown
