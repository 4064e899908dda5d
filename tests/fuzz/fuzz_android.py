"""adb backups and databases."""

from harness import main, target

from notmyloan.read import android_backup, android_db

SEEDS = (b"1\n0\nnone\n" + b"\0" * 1024,)
one_input = target(android_backup.READER, android_db.READER, before=b"ANDROID BACKUP\n")

if __name__ == "__main__":
    main(one_input)
