"""What tests of the scenarios in scenarios/ have in common."""

from emulator import Emulator
from outcomes import OutcomeCase
from receiver import Receiver

VIETTEL, MOBIFONE, VINAPHONE = "+84981234567", "+84901234567", "+84911234567"
SECRET = "whsec_library"
KEY = "sk_live_library"
START = "2026-05-26T10:00:00Z"


class LibraryCase(OutcomeCase):
    """The clock is manual and begins at START; seed and keys are fixed, so each run draws alike."""

    def start(self, scenario, *options):
        return self.enterContext(Emulator("--scenario", scenario, "--clock", f"manual@{START}",
                                          "--seed", "7", *options))

    def start_with_receiver(self, scenario, *answers):
        """The emulator, and the receiver of its webhooks."""
        receiver = self.enterContext(Receiver(*answers))
        return self.start(scenario, "--webhook-url", receiver.url(),
                          "--webhook-secret", SECRET), receiver

    def check_told(self, webhook, delivery_id, error_code=None):
        """A genuine webhook of this end of the delivery; answers its bytes."""
        self.assertTrue(webhook.is_signed_with(SECRET))
        for part in (f'"id":"{delivery_id}"',
                     f'"status":"{"failed" if error_code else "delivered"}"',
                     f'"error_code":"{error_code}"' if error_code else '"error_code":null'):
            self.assertIn(part.encode(), webhook.body)
        return webhook.body
