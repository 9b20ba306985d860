"""Blink's own nodes, asked for again when somebody is to be paid who is none of those known."""

import logging
from typing import Any, Final

from kiosk.sale.events import NodesResult
from kiosk.wallet import documents
from kiosk.wallet.answer_bounds import entries, text
from kiosk.wallet.errors import UNREADABLE, unexpected_answer
from kiosk.wallet.http import Http

log: Final = logging.getLogger("kiosk.wallet")


async def fetch_nodes(http: Http) -> NodesResult:
    """Ask which nodes are Blink's now; needs no key.

    Raises:
        KioskError: nobody can say.
    """
    data = await http.ask(documents.NODES, side=http.public_side)
    try:
        result = NodesResult(nodes_of(data["globals"]["nodesIds"]))
    except UNREADABLE:
        raise unexpected_answer("no list of nodes") from None
    log.info("nodes asked count=%d", len(result.nodes))
    return result


def nodes_of(served: Any) -> frozenset[str]:
    """Blink's own nodes; an empty list means unknown, not none.

    Raises:
        OddValue: it is no list of them.
    """
    return frozenset(text(node) for node in entries(served))
