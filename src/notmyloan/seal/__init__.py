"""Sealed copies of papers: an endorsement that limits the purpose, and hidden marks that
tell the copies apart."""
