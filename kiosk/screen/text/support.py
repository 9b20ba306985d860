"""What a helper has to know of a till, as a short text in English: for a code, without secrets."""

from kiosk.sale.till import Till


def support_text(till: Till) -> str:
    """Which till it is, how it stands, and what is wrong; no key, no wallet, no name of a network.

    Amounts and sales are left out too: the code may be photographed.
    """
    facts = till.device
    trouble = till.out_of_service
    alarms = sorted({str(alarm.trouble.kind) for alarm in till.alarms})
    lines = [
        f"kiosk {facts.version if facts is not None else 'unknown'}",
        f"id {till.rules.kiosk_id} installation {till.rules.installation or 'none'}",
        f"way {'direct' if till.rules.direct else 'forward'}",
        f"units {' '.join(till.rules.units)}",
        f"service {trouble.kind if trouble is not None else 'ready'}",
        f"waiting {till.unsettled} watched {len(till.watched_invoices)}",
        f"alarms {' '.join(alarms) or 'none'}",
    ]
    if facts is not None:
        lines += [
            f"network {facts.internet} address {'yes' if facts.address else 'no'}",
            f"journal {facts.journal_bytes} bytes",
            f"up {facts.uptime_s} s, installed {facts.updated_at}",
        ]
    return "\n".join(lines)
