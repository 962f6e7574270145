"""Holds the books of all sides against each other: the clients', the receiver's, and those the
emulator shows in its control API and its metrics."""

from plan import ACCOUNTS, BY_HAND, DEFAULT_PRICE, micros

NOTHING = {"webhooks": 0, "deliveries": 0, "delivered": 0, "failed": 0, "cost_micros": 0,
           "acknowledged": 0, "refused": 0, "late": 0, "altered": 0}


class Claims:
    """What has to hold every time it is looked at. A claim that failed once has failed."""

    def __init__(self):
        self._all = {}

    def equal(self, claim, place, found, wanted):
        troubles = self._all.setdefault(claim, [])
        if found != wanted:
            troubles.append(f"{place}: {found}, and not {wanted}")

    def holds(self, claim, is_so, why):
        troubles = self._all.setdefault(claim, [])
        if not is_so:
            troubles.append(why)

    def report(self):
        """Prints a line for each; how many held, and how many did not."""
        failed = 0
        for claim, troubles in self._all.items():
            print(f"{'FAILED ' if troubles else 'ok     '} {claim}")
            for each in troubles[:10]:
                print(f"        {each[:500]}")
            failed += 1 if troubles else 0
        return len(self._all) - failed, failed


class View:
    """All books at a moment when nothing is under way."""

    def __init__(self, calls, receiver):
        self.received = receiver.json("/")
        told = {each["seq"]: each for each in calls.json("/_mock/accounts?limit=100")["accounts"]}
        self.metrics = calls.metrics()
        self.accounts = {}
        self.balances = {}
        for account in ACCOUNTS:
            shown = calls.json("/_mock/account", account.key)["account"]
            self.accounts[account.name] = told[shown["seq"]]
            self.balances[account.name] = calls.json("/api/v1/balance", account.key)

    def receiver_of(self, account):
        return self.received.get(account.name, NOTHING)

    def sum_of(self, what, field):
        return sum(each[what][field] for each in self.accounts.values())


def check(claims, place, view, counted, looks):
    """`looks` is how many balances this program asked for itself, of all accounts together."""
    for account in ACCOUNTS:
        where = f"{place}, {account.name}"
        _check_deliveries(claims, where, account, view, counted)
        _check_webhooks(claims, where, account, view)
        _check_money(claims, where, account, view)
    _check_metrics(claims, place, view)
    _check_requests(claims, place, view, counted, looks)


def _check_deliveries(claims, where, account, view, counted):
    told = view.accounts[account.name]["deliveries"]
    claims.equal("each account has accepted and refused what its clients counted", where,
                 (told["accepted"], told["refused"]),
                 (counted.accepted(account.name), counted.refused(account.name)))
    claims.equal("what was accepted is delivered, failed or pending", where,
                 told["delivered"] + told["failed"] + told["pending"], told["accepted"])
    claims.equal("nothing is pending once all has settled", where, told["pending"], 0)


def _check_webhooks(claims, where, account, view):
    told = view.accounts[account.name]
    webhooks, deliveries, came = told["webhooks"], told["deliveries"], view.receiver_of(account)
    ended = deliveries["delivered"] + deliveries["failed"] if account.hears else 0
    claims.equal("each delivery that ended has one webhook, acknowledged or given up", where,
                 (webhooks["acknowledged"] + webhooks["given_up"], webhooks["waiting"]), (ended, 0))
    claims.equal("the receiver was told once of each delivery, as the account has it", where,
                 (came["deliveries"], came["delivered"], came["failed"]),
                 (ended, *((deliveries["delivered"], deliveries["failed"]) if account.hears
                           else (0, 0))))
    if account is BY_HAND:
        return  # what is sent again by hand, the ladder knows nothing of
    claims.equal("what was acknowledged and given up is what the receiver took and refused", where,
                 (webhooks["acknowledged"], webhooks["given_up"]),
                 (came["acknowledged"], came["refused"]))
    claims.equal("there are as many attempts in the books as reached the receiver", where,
                 webhooks["attempts"], came["webhooks"])
    claims.equal("no attempt came after its webhook's end, and none told another story", where,
                 (came["late"], came["altered"]), (0, 0))


def _check_money(claims, where, account, view):
    told, shown = view.balances[account.name], view.accounts[account.name]
    # Who hears of no delivery pays one price.
    delivered = shown["deliveries"]["delivered"]
    charged = (view.receiver_of(account)["cost_micros"] if account.hears
               else delivered * DEFAULT_PRICE)
    if account is not BY_HAND:  # whose balance is set again and again; the meddler adds up
        claims.equal("an account has what it began with, less what its webhooks say was charged, to "
                     "the micro-dollar", where, micros(told["balance"]), account.opening - charged)
    claims.equal("the buckets add up to the balance, in both APIs", where,
                 (sum(map(micros, told["buckets"].values())), micros(shown["balance"])),
                 (micros(told["balance"]),) * 2)


def _check_metrics(claims, place, view):
    metrics = view.metrics
    for what, name, field in (
            ("deliveries", 'deliveries_total{status="delivered"}', "delivered"),
            ("deliveries", 'deliveries_total{status="failed"}', "failed"),
            ("deliveries", "deliveries_pending", "pending"),
            ("deliveries", 'evictions_total{what="delivery"}', "evicted"),
            ("webhooks", 'webhooks{state="acknowledged"}', "acknowledged"),
            ("webhooks", 'webhooks{state="given_up"}', "given_up"),
            ("webhooks", 'webhooks{state="waiting"}', "waiting"),
            ("webhooks", "webhook_attempts_total", "attempts")):
        claims.equal("GET /metrics and GET /_mock/accounts agree", f"{place}, {name}",
                     metrics[name], view.sum_of(what, field))
    claims.equal("each delivery that was accepted is stored or was evicted", place,
                 metrics["deliveries_stored"] + metrics['evictions_total{what="delivery"}'],
                 view.sum_of("deliveries", "accepted"))
    claims.equal("nothing is due, in flight or followed once all has settled", place,
                 [metrics[name] for name in ("due_queue_depth", "webhook_attempts_in_flight",
                                             "waiters", "event_followers")], [0] * 4)
    money = {name: micros(metrics[f'money_dollars{{what="{name}"}}'])
             for name in ("deposited", "left", "held", "charged")}
    claims.equal("the wallets' books balance: deposited is left, held or charged", place,
                 money["deposited"], money["left"] + money["held"] + money["charged"])
    claims.equal("and they are what the accounts say", place,
                 (money["left"], money["held"]),
                 (sum(micros(each["balance"]) for each in view.balances.values()), 0))


def _check_requests(claims, place, view, counted, looks):
    found = {}
    for name, value in view.metrics.items():
        if name.startswith("requests_total{") and "control" not in name:
            endpoint, code = (part.split('"')[1] for part in name.split(","))
            found[endpoint, int(code)] = int(value)
    wanted = {}
    for (_, endpoint, status), count in counted.by_call.items():
        wanted[endpoint, status] = wanted.get((endpoint, status), 0) + count
    # Metrics are read before this look's own balances are asked for.
    wanted["balance", 200] = wanted.get(("balance", 200), 0) + looks
    claims.equal("GET /metrics has the requests that clients counted, by endpoint and status",
                 place, found, wanted)
