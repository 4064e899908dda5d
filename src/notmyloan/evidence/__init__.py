"""Evidence that a stranger can check: an append-only log, outside time stamps, packages that
open with `sha256sum` and `openssl` alone, and their verification to the first wrong byte."""
