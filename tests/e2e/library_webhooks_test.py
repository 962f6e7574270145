"""The scenarios in scenarios/ that are about webhooks: each does what it says to a receiver that
verifies signatures."""

import threading

import signatures
from library import KEY, MOBIFONE, SECRET, VIETTEL, LibraryCase
from receiver import HANG


class Webhooks(LibraryCase):
    def test_webhook_duplicates_come_three_times_equal_to_the_byte(self):
        emulator, receiver = self.start_with_receiver("webhook-duplicates", 200)
        account = emulator.account(KEY)
        for phone, error_code in (VIETTEL, None), ("+84980000001", "no_answer"):
            sent = self.check_course(account, phone, "2s", error_code)
            copies = [receiver.get() for _ in range(3)]
            bodies = {self.check_told(each, sent, error_code) for each in copies}
            self.assertEqual(len(bodies), 1)
            account.advance(to="idle")
            receiver.get_nothing()

    def test_webhook_late_comes_minutes_after_the_end_and_out_of_order(self):
        emulator, receiver = self.start_with_receiver("webhook-late", 200)
        account = emulator.account(KEY)
        sent = [account.send_id() for _ in range(5)]
        account.advance(by="5s")
        for each in sent:
            self.check_end(account, each)
        account.advance(by="59999ms")
        receiver.get_nothing()
        account.advance(by="4m")
        account.advance(by="1ms")
        told = [receiver.get().body.decode() for _ in sent]
        order = [next(each for each in sent if each in body) for body in told]
        self.assertEqual(sorted(order), sorted(sent))
        self.assertNotEqual(order, sent)

    def test_webhook_before_reply_holds_the_reply_back(self):
        emulator, receiver = self.start_with_receiver("webhook-before-reply", HANG)
        account = emulator.account(KEY)
        for phone, error_code in (VIETTEL, None), ("+84980000001", "no_answer"):
            replies = []
            sending = threading.Thread(target=lambda: replies.append(account.send(phone)))
            sending.start()
            webhook = receiver.get()
            self.assertEqual(replies, [])  # nor can one come before the receiver has answered
            receiver.release()
            sending.join()
            self.assertEqual(replies[0].status, 202)
            self.check_told(webhook, replies[0].json["id"], error_code)
            account.advance(to="idle")
            receiver.get_nothing()

    def test_webhook_bad_signatures_are_refused_by_a_receiver_that_verifies(self):
        def verify(webhook):
            return 204 if webhook.is_signed_with(SECRET) else 401

        emulator, receiver = self.start_with_receiver("webhook-bad-signatures", verify)
        for digit, kind in enumerate([signatures.VALID, signatures.MISSING, signatures.OTHER,
                                      signatures.RAW_SECRET, signatures.TAMPERED,
                                      *[signatures.VALID] * 5]):
            with self.subTest(digit=digit):
                account = emulator.account(f"{KEY}_{digit}")
                sent = self.check_course(account, f"+8498123456{digit}", "2s")
                account.advance(to="idle")
                is_good = kind == signatures.VALID
                tries = [receiver.get() for _ in range(1 if is_good else 6)]
                self.assertEqual({signatures.kind_of(each, SECRET) for each in tries}, {kind})
                receiver.get_nothing()
                self.assertEqual(account.inspect(sent)["webhooks"][0]["state"],
                                 "acknowledged" if is_good else "given_up")

    def test_webhook_receiver_down_is_tried_four_times_and_given_up(self):
        account = self.start("webhook-receiver-down").account(KEY)
        sent = self.check_course(account, VIETTEL, "2s")

        def state_and_attempts():
            webhook = account.inspect(sent)["webhooks"][0]
            ended = [each for each in webhook["attempts"] if each["ended_at"]]
            return webhook["state"], len(ended)

        self.assertEqual(state_and_attempts(), ("waiting", 1))
        for wait, attempts in (("1s", 2), ("5s", 3)):
            account.advance(by=wait)
            self.assertEqual(state_and_attempts(), ("waiting", attempts))
        account.advance(by="14999ms")
        self.assertEqual(state_and_attempts(), ("waiting", 3))
        account.advance(by="1ms")
        self.assertEqual(state_and_attempts(), ("given_up", 4))
        account.advance(to="idle")
        for attempt in account.attempts(sent):
            self.assertEqual((attempt["status"], attempt["error"] is None), (None, False))
        self.check_end(account, sent)  # which is all an application learns

    def test_webhook_receiver_down_is_no_more_with_a_url_on_the_command_line(self):
        emulator, receiver = self.start_with_receiver("webhook-receiver-down", 200)
        account = emulator.account(KEY)
        sent = self.check_course(account, VIETTEL, "2s")
        self.check_told(receiver.get(), sent)

    def test_contradicting_webhooks_tell_two_ends_and_the_first_one_decides_about_the_money(self):
        emulator, receiver = self.start_with_receiver("contradicting-webhooks", 200)
        account = emulator.account(KEY)

        sent = self.check_course(account, MOBIFONE, "5s")
        self.check_told(receiver.get(), sent)
        left = account.balance().body
        account.advance(by="2999ms")
        receiver.get_nothing()
        account.advance(by="1ms")
        self.check_told(receiver.get(), sent, "early_hangup")
        self.assertEqual(account.delivery(sent).json["status"], "failed")
        self.assertEqual(account.balance().body, left)

        sent = self.check_course(account, "+84981234561", "5s", "timeout")
        self.check_told(receiver.get(), sent, "timeout")
        account.advance(by="14999ms")
        receiver.get_nothing()
        account.advance(by="1ms")
        self.check_told(receiver.get(), sent)
        self.assertEqual(account.delivery(sent).json["status"], "delivered")
        self.assertEqual(account.balance().body, left)
        self.assertEqual(account.inspect(sent)["settlement"], "refunded")
        account.advance(to="idle")
        receiver.get_nothing()
