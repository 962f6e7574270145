"""What is wrong with the signature of a webhook."""

import hashlib
import hmac

VALID = "valid"
MISSING = "missing"
RAW_SECRET = "keyed with the secret itself"
TAMPERED = "of the event with the other status"
OTHER = "of another secret"


def _sign(key, body):
    return "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()


def _with_other_status(body):
    swapped = {b"delivered": b"failed", b"failed": b"delivered"}
    for status, other in swapped.items():
        if b'"status":"' + status in body:
            return (body.replace(b'"type":"otp.' + status, b'"type":"otp.' + other)
                    .replace(b'"status":"' + status, b'"status":"' + other))
    return body


def kind_of(webhook, secret):
    if "x-nexo-signature" not in webhook.headers:
        return MISSING
    if webhook.is_signed_with(secret):
        return VALID
    signature, digest = webhook.signature, hashlib.sha256(secret.encode()).digest()
    if signature == _sign(secret.encode(), webhook.body):
        return RAW_SECRET
    if signature == _sign(digest, _with_other_status(webhook.body)):
        return TAMPERED
    assert len(signature) == len(_sign(b"", b"")) and signature.startswith("sha256="), signature
    return OTHER
