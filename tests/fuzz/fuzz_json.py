"""SMS Import / Export and Fossify."""

from harness import main, target

from notmyloan.read import fossify, sms_ie

SEEDS = (b'[{"address":"1","date":"1761000000000","type":"1","body":"a","backupType":"sms"}]',)
one_input = target(sms_ie.READER, fossify.READER)

if __name__ == "__main__":
    main(one_input)
