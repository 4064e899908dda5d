"""CSV of messages and bills, and the person's own lists."""

from harness import main, target

from notmyloan.read import bill_alipay, bill_bank, bill_ofx, bill_wechat, csv_messages, lists

SEEDS = (
    "时间,号码,短信内容\n2026-03-01 12:30:00,10690001,您好\n".encode(),
    b"[mine]\nphones=['1']\n",
)
one_input = target(
    csv_messages.READER, bill_alipay.READER, bill_wechat.READER, bill_bank.READER,
    bill_ofx.READER, lists.READER,
)  # fmt: skip

if __name__ == "__main__":
    main(one_input)
