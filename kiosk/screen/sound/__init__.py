"""Short tones: what they are, and the thread that plays them."""
