"""WhatsApp chats, copied and saved credit reports."""

from harness import main, target

from notmyloan.read import credit_cn_html, credit_cn_text, whatsapp

SEEDS = (b"25/03/24, 21:05 - A: hi\n", "个人信用报告\n报告编号：1\n信贷记录\n".encode())
one_input = target(whatsapp.READER, credit_cn_text.READER, credit_cn_html.READER)

if __name__ == "__main__":
    main(one_input)
