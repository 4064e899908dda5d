"""Which recipient leaked: a probability for each, with reasons."""
