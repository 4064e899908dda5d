"""The report's faces: terminal, one self-contained page, PDF, JSON. Lays out, decides nothing."""
