"""SMS Backup & Restore and CAMT."""

from harness import main, target

from notmyloan.read import bill_camt, sms_backup_restore

SEEDS = (b'<smses count="1"><sms address="1" date="1" type="1" body="a&#55357;&#56832;"/></smses>',)
one_input = target(sms_backup_restore.READER, bill_camt.READER)

if __name__ == "__main__":
    main(one_input)
