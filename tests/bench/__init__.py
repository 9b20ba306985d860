"""`python -m tests.bench`: what the kiosk reaches, each figure beside its limit."""
