"""Checks of what becomes of a send, for tests of scenario files."""

import re
import unittest

PRICE = 0.022
CARRIER_STATUS = {
    "no_answer": "no_answer", "busy": "user_busy", "rejected": "call_rejected",
    "unreachable": "subscriber_absent", "invalid_number": "unallocated",
    "suspended": "service_suspended", "barred": "incoming_barred",
    "carrier_blocked": "operator_block", "early_hangup": "hangup_early",
    "voicemail": "answered_machine", "network_error": "network_failure", "timeout": "no_report"}
HTTP_STATUS = {
    "unauthorized": 401, "ip_not_allowed": 403, "invalid_phone": 400, "invalid_code": 400,
    "no_route": 422, "insufficient_balance": 402, "rate_limited": 429, "internal_error": 500,
    "service_unavailable": 503}


def milliseconds(duration):
    number, unit = re.fullmatch(r"([0-9.]+) ?(ms|s|m|h)", duration).groups()
    return round(float(number) * {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}[unit])


class OutcomeCase(unittest.TestCase):
    """The account's clock is manual. It is moved to either side of a moment that is named."""

    def check_refused(self, account, phone, error, **headers):
        """Refused at the door: nothing is created, nothing is charged."""
        before = account.balance().body, account.deliveries()
        reply = account.send(phone)
        self.assertEqual((reply.status, reply.json["ok"], reply.error),
                         (HTTP_STATUS[error], False, error))
        for name, value in headers.items():
            self.assertEqual(reply.headers[name.replace("_", "-")], value)
        self.assertEqual("deposit_url" in reply.json, error == "insufficient_balance")
        self.assertEqual((account.balance().body, account.deliveries()), before)

    def check_stays_sent(self, account, delivery_id):
        account.advance(by="24h")
        told = account.delivery(delivery_id).json
        self.assertEqual((told["status"], told["completed_at"]), ("sent", None))
        self.assertEqual(account.inspect(delivery_id)["settlement"], "held")

    def check_end(self, account, delivery_id, error_code=None, price=PRICE):
        """Delivered and paid, or failed in that way and refunded."""
        told = account.delivery(delivery_id).json
        carrier_status = CARRIER_STATUS[error_code] if error_code else "success"
        self.assertEqual((told["status"], told["error_code"], told["carrier_status"]),
                         ("failed" if error_code else "delivered", error_code, carrier_status))
        self.assertEqual(told["cost"], 0 if error_code else price)
        self.assertEqual(account.inspect(delivery_id)["settlement"],
                         "refunded" if error_code else "charged")

    def check_ends_within(self, account, delivery_id, window, error_code=None, price=PRICE):
        """`window` is a time or two with ".." between; nothing happens before the earliest."""
        ends = [milliseconds(each) for each in window.split("..")]
        account.advance(by=f"{ends[0] - 1}ms")
        self.assertEqual(account.delivery(delivery_id).json["status"], "sent")
        account.advance(by=f"{ends[-1] - ends[0] + 1}ms")
        self.check_end(account, delivery_id, error_code, price)

    def check_course(self, account, phone, window, error_code=None, price=PRICE):
        """A send that is accepted, and ends so; answers the delivery's id."""
        opening = account.balance().json["balance"]
        delivery_id = account.send_id(phone)
        self.assertAlmostEqual(account.balance().json["balance"], opening - price, places=9)
        self.check_ends_within(account, delivery_id, window, error_code, price)
        spent = 0 if error_code else price
        self.assertAlmostEqual(account.balance().json["balance"], opening - spent, places=9)
        return delivery_id
