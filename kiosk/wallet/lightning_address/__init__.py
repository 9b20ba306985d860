"""Any Lightning address as the merchant's wallet: LNURL-pay with a proof of payment (LUD-21).

Read `fetch` (how a stranger's server is asked), then `messages` (what it may answer), then
`client` (the three questions: who is it, an invoice, was it paid).
"""
