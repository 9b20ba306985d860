"""Pages of a list, as GraphQL connections cut them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from kiosk.simulate.channels import Payload
from kiosk.simulate.errors import invalid_input

Item = TypeVar("Item")
LARGEST_PAGE: Final = 100


def page(
    items: Sequence[Item],
    arguments: Mapping[str, Any],
    name: Callable[[Item], str],
    view: Callable[[Item], Payload],
) -> Payload:
    """Cut a page out of `items`, which are newest first; `name` is the cursor of an item.

    Raises:
        ApplicationError: the page was asked for in a way Blink refuses.
    """
    size = _size(arguments)
    names = [name(item) for item in items]
    start, end = 0, len(items)
    if (after := arguments.get("after")) in names:
        start = names.index(after) + 1
    if (before := arguments.get("before")) in names:
        end = names.index(before)
    from_, to = (
        (start, min(end, start + size))
        if arguments.get("last") is None
        else (max(start, end - size), end)
    )
    edges = [{"cursor": names[place], "node": view(items[place])} for place in range(from_, to)]
    return {
        "edges": edges,
        "pageInfo": {
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
            "hasNextPage": to < len(items),
            "hasPreviousPage": from_ > 0,
        },
    }


def _size(arguments: Mapping[str, Any]) -> int:
    first, last = arguments.get("first"), arguments.get("last")
    size = first if last is None else last
    if size is None:
        return LARGEST_PAGE
    if (first is not None and last is not None) or size < 1:
        raise invalid_input("Invalid pagination arguments")
    if size > LARGEST_PAGE:
        raise invalid_input(
            f"Requested page size ({size}) is greater than max allowed page size {LARGEST_PAGE}."
        )
    return int(size)
