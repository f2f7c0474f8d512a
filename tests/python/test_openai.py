"""PyPI openai, for OpenAI and for Azure."""

import asyncio
import unittest

import openai
from stage import ANSWER, MODELS, QUESTION, USAGE, Refusals, joined, on

CLASSES = {401: openai.AuthenticationError, 403: openai.PermissionDeniedError, 429: openai.RateLimitError}


def openai_at(place, client=openai.OpenAI, **options):
    return client(base_url=f"{place.root}/v1", api_key=place.key, default_headers=place.headers, **options)


def azure_at(place, client=openai.AzureOpenAI, **options):
    address = {"azure_endpoint": place.root, "api_version": "2024-10-21"}
    return client(**address, api_key=place.key, default_headers=place.headers, **options)


def messages(question=QUESTION):
    return [{"role": "user", "content": question}]


class Chat:
    """What both clients have."""

    def test_chat_completions(self):
        answer = self.client().chat.completions.create(model=self.model, messages=messages())
        self.assertEqual(answer.choices[0].message.content, ANSWER)
        self.assertEqual(answer.usage.total_tokens, USAGE["input"] + USAGE["output"])

    def test_chat_completions_streaming(self):
        stream = self.client().chat.completions.create(model=self.model, messages=messages(), stream=True)
        pieces = [choice.delta.content for event in stream for choice in event.choices]
        self.assertEqual(joined(self, pieces), ANSWER)

    def test_embeddings(self):
        answer = self.client().embeddings.create(model="text-embedding-3-small", input=QUESTION)
        self.assertGreater(len(answer.data[0].embedding), 1)


class Calls(Chat):
    model = MODELS["openai"]

    def client(self, *args):
        return openai_at(on(self.way, "openai"), *args)

    def test_chat_completions_streaming_without_blocking(self):
        async def collect():
            async with self.client(openai.AsyncOpenAI) as client:
                stream = await client.chat.completions.create(model=self.model, messages=messages(), stream=True)
                return [choice.delta.content async for event in stream for choice in event.choices]

        self.assertEqual(joined(self, asyncio.run(collect())), ANSWER)

    def test_responses(self):
        self.assertEqual(self.client().responses.create(model=self.model, input=QUESTION).output_text, ANSWER)

    def test_responses_streaming(self):
        stream = self.client().responses.create(model=self.model, input=QUESTION, stream=True)
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        self.assertEqual(joined(self, pieces), ANSWER)

    def test_models(self):
        self.assertTrue(any(model.id.startswith("gpt-") for model in self.client().models.list()))


class AzureCalls(Chat):
    model = MODELS["azure"]

    def client(self):
        return azure_at(on(self.way, "azure"))


class OpenAIStraight(Calls, unittest.TestCase):
    way = "straight"


class OpenAIThroughByo(Calls, unittest.TestCase):
    way = "through byo"


class AzureStraight(AzureCalls, unittest.TestCase):
    way = "straight"


class AzureThroughByo(AzureCalls, unittest.TestCase):
    way = "through byo"


class OpenAIRefused(Refusals, unittest.TestCase):
    provider = "openai"
    at = staticmethod(openai_at)

    def ask(self, place, model, question, retries):
        client = self.at(place, **({} if retries else {"max_retries": 0}))
        return client.chat.completions.create(model=model, messages=messages(question))

    def raised(self, error):
        self.assertIsInstance(error, openai.APIStatusError)
        self.assertIsInstance(error, CLASSES[error.status_code])
        self.assertNotEqual(error.type, "invalid_request_error", "that is what a 400 is")
        return error.status_code, error.message, error.response.headers


class AzureRefused(OpenAIRefused):
    provider = "azure"
    at = staticmethod(azure_at)
