"""PyPI google-genai."""

import asyncio
import unittest

from google import genai
from google.genai import errors
from stage import ANSWER, MODELS, QUESTION, USAGE, Refusals, joined, on

MODEL = MODELS["google"]


def client_at(place):
    # To be held for as long as it is used: it closes when it is forgotten.
    return genai.Client(api_key=place.key, http_options={"base_url": place.root, "headers": place.headers})


class Calls:
    def client(self):
        return client_at(on(self.way, "google"))

    def test_generate_content(self):
        with self.client() as client:
            answer = client.models.generate_content(model=MODEL, contents=QUESTION)
        self.assertEqual(answer.text, ANSWER)
        self.assertEqual(answer.usage_metadata.total_token_count, USAGE["input"] + USAGE["output"])

    def test_generate_content_stream(self):
        with self.client() as client:
            stream = client.models.generate_content_stream(model=MODEL, contents=QUESTION)
            pieces = [chunk.text for chunk in stream]
        self.assertEqual(joined(self, pieces), ANSWER)

    def test_generate_content_stream_without_blocking(self):
        async def collect():
            async with self.client().aio as client:
                stream = await client.models.generate_content_stream(model=MODEL, contents=QUESTION)
                return [chunk.text async for chunk in stream]

        self.assertEqual(joined(self, asyncio.run(collect())), ANSWER)

    def test_models(self):
        with self.client() as client:
            self.assertIn(f"models/{MODEL}", [model.name for model in client.models.list()])


class GoogleStraight(Calls, unittest.TestCase):
    way = "straight"


class GoogleThroughByo(Calls, unittest.TestCase):
    way = "through byo"


class GoogleRefused(Refusals, unittest.TestCase):
    provider = "google"

    def ask(self, place, model, question, retries):
        with client_at(place) as client:
            return client.models.generate_content(model=model, contents=question)

    def raised(self, error):
        self.assertIsInstance(error, errors.ClientError)  # one class for every 4xx
        return error.code, error.message, error.response.headers
