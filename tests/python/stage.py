"""What `run.mjs` set up, and the refusals that every SDK must raise as its own exceptions."""

import json
import os

STAGE = json.loads(os.environ["BYO_STAGE"])
KEYS, MODELS, FORBIDDEN = STAGE["KEYS"], STAGE["MODELS"], STAGE["FORBIDDEN"]
QUESTION, ANSWER, USAGE = STAGE["QUESTION"], STAGE["ANSWER"], STAGE["USAGE"]
TOO_OFTEN, RATE_LIMIT = STAGE["TOO_OFTEN"], STAGE["RATE_LIMIT"]


class Place:
    """Where an SDK is sent: the three things that change from a provider to byo."""

    def __init__(self, root, key, headers):
        self.root = root
        self.key = key
        self.headers = headers


def on(way, provider):
    """A provider on one of the two ways."""
    return Place(**STAGE["on"][way][provider])


class Refusals:
    """Tests of one SDK through byo, and of the stand-in where it refuses by itself.

    `ask(place, model, question, retries)` makes one call, with the SDK's own number of retries or with none.
    `raised(error)` sees that the class is the one for the status, and gives status, message and headers.
    """

    provider = None

    def refused(self, place, model=None, question=QUESTION, retries=True):
        with self.assertLogs("httpx2", "INFO") as log, self.assertRaises(Exception) as raised:
            self.ask(Place(**place), model or MODELS[self.provider], question, retries)
        requests = [line for line in log.output if "HTTP Request" in line]
        return *self.raised(raised.exception), len(requests)

    def test_a_wrong_token_is_an_authentication_error(self):
        for way in STAGE["strangerOn"]:
            with self.subTest(way):
                status, message, _, requests = self.refused(STAGE["strangerOn"][way][self.provider])
                self.assertEqual((status, requests), (401, 1))
                # The stand-in refuses in OpenAI's shape, whoever asks.
                if way != "straight":
                    self.assert_readable(message)

    def test_a_rate_limit_of_the_provider_is_one_that_says_when_to_come_again(self):
        for way in STAGE["on"]:
            with self.subTest(way):
                place = STAGE["on"][way][self.provider]
                status, message, headers, _ = self.refused(place, question=TOO_OFTEN, retries=False)
                self.assertEqual((status, headers.get("retry-after")), (429, str(RATE_LIMIT["retryAfter"])))
                self.assertIn(RATE_LIMIT["message"], message)

    def test_a_revoked_key_is_refused_for_good_with_one_request(self):
        self.assert_for_good("key", *self.refused(STAGE["afterRevoke"][self.provider]))

    def test_a_forbidden_model_is_refused_for_good_with_one_request(self):
        place, model = STAGE["withForbidden"][self.provider], FORBIDDEN[self.provider]
        self.assert_for_good("model", *self.refused(place, model=model))

    def assert_for_good(self, word, status, message, headers, requests):
        self.assertEqual((status, requests), (403, 1))
        self.assertEqual(headers.get("x-should-retry"), "false")
        self.assert_readable(message)
        self.assertIn(word, message.lower())

    def assert_readable(self, message):
        """Words for people, and not what SDKs make up when they find none, such as the body."""
        self.assertRegex(message, r"[^\W\d_]{3,} [^\W\d_]{2,}")
        self.assertNotRegex(message, r"[][{}]|Error code: \d+$|None")


def joined(test, pieces):
    """The text of a stream, which must come in more than one piece."""
    pieces = [piece for piece in pieces if piece]
    test.assertGreater(len(pieces), 1, pieces)
    return "".join(pieces)
