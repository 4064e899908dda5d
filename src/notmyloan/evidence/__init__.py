"""Evidence that a stranger can check: an append-only log, outside time stamps, packages that
open with `sha256sum` and `openssl` alone, and their verification to the first wrong byte.

`log` and `merkle` keep and prove the log, `timestamp` asks for and checks RFC 3161 stamps,
`package.write` makes a package, `verify.verify` checks one.
"""
