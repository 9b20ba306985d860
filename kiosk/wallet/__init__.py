"""The Blink account: makes invoices, watches them, forwards what was paid.

The only importer of gql. `worker` is the asyncio thread that everything here runs in; it imports
the rest itself when it starts, since gql and aiohttp would hold up the first picture.
"""
