"""PyPI anthropic."""

import asyncio
import unittest

import anthropic
from stage import ANSWER, MODELS, QUESTION, USAGE, Refusals, joined, on

CLASSES = {
    401: anthropic.AuthenticationError,
    403: anthropic.PermissionDeniedError,
    429: anthropic.RateLimitError,
}


def client_at(place, client=anthropic.Anthropic, **options):
    return client(base_url=place.root, api_key=place.key, default_headers=place.headers, **options)


def asked(question=QUESTION, model=MODELS["anthropic"]):
    return {"model": model, "max_tokens": 256, "messages": [{"role": "user", "content": question}]}


class Calls:
    def client(self, *args):
        return client_at(on(self.way, "anthropic"), *args)

    def test_messages(self):
        answer = self.client().messages.create(**asked())
        self.assertEqual([block.text for block in answer.content], [ANSWER])
        self.assertEqual(answer.usage.output_tokens, USAGE["output"])

    def test_messages_streaming(self):
        stream = self.client().messages.create(**asked(), stream=True)
        pieces = [event.delta.text for event in stream if event.type == "content_block_delta"]
        self.assertEqual(joined(self, pieces), ANSWER)

    def test_the_stream_helper_puts_the_message_together(self):
        with self.client().messages.stream(**asked()) as stream:
            self.assertEqual(stream.get_final_text(), ANSWER)

    def test_messages_streaming_without_blocking(self):
        async def collect():
            async with self.client(anthropic.AsyncAnthropic) as client:
                async with client.messages.stream(**asked()) as stream:
                    return [piece async for piece in stream.text_stream]

        self.assertEqual(joined(self, asyncio.run(collect())), ANSWER)

    def test_models(self):
        self.assertTrue(list(self.client().models.list().data))


class AnthropicStraight(Calls, unittest.TestCase):
    way = "straight"


class AnthropicThroughByo(Calls, unittest.TestCase):
    way = "through byo"


class AnthropicRefused(Refusals, unittest.TestCase):
    provider = "anthropic"

    def ask(self, place, model, question, retries):
        client = client_at(place, **({} if retries else {"max_retries": 0}))
        return client.messages.create(**asked(question, model))

    def raised(self, error):
        self.assertIsInstance(error, anthropic.APIStatusError)
        self.assertIsInstance(error, CLASSES[error.status_code])
        # Its own message holds the whole body.
        return error.status_code, error.body["error"]["message"], error.response.headers
