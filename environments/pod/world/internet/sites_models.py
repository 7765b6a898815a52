"""A model API in the manner of OpenAI's, with answers given in advance."""

import hashlib
import json
import re

from .sites_answers import Answer, as_json, credentials, encoded, json_of, text_of

PATTERN_LIMIT = 16_384
DIMENSIONS = 64
"""Length of an embedding."""


class Models:
    """Answers ``/v1/...``."""

    def __init__(self, declared, place):
        self._declared, self._place = declared, place
        self._answers = [(re.compile(each["match"]), each["text"]) for each in declared["answers"]]

    def answer(self, request):
        """Return models, a completion or embeddings."""
        if not request.path.startswith("/v1/"):
            return None
        keys = self._declared["keys"]
        if keys and credentials(request)[1] not in keys:
            return problem("Incorrect API key provided.", "invalid_api_key", 401)
        what = request.path.removeprefix("/v1/").rstrip("/")
        if request.method in ("GET", "HEAD"):
            models = [{"id": name, "object": "model", "owned_by": "system"} for name in self._declared["names"]]
            if what == "models":
                return as_json({"object": "list", "data": models})
            found = [model for model in models if what == f"models/{model['id']}"]
            return as_json(found[0]) if found else problem("Not found.", "not_found", 404)
        asked = json_of(request)
        if not isinstance(asked, dict):
            return problem("The body is not a JSON object.", "invalid_request_error", 400)
        if asked.get("model") not in self._declared["names"]:
            return problem(f"The model {text_of(asked.get('model'), 100)!r} does not exist.", "model_not_found", 404)
        if what == "chat/completions":
            return self._complete(asked)
        if what == "embeddings":
            texts = asked.get("input")
            texts = texts[:100] if isinstance(texts, list) else [texts]
            data = [
                {"object": "embedding", "index": number, "embedding": embedding(text_of(text))}
                for number, text in enumerate(texts)
            ]
            return as_json({"object": "list", "model": asked["model"], "data": data})
        return problem("Not found.", "not_found", 404)

    def _complete(self, asked):
        messages = asked.get("messages")
        last = messages[-1] if isinstance(messages, list) and messages else None
        prompt = text_of(last.get("content")) if isinstance(last, dict) else ""
        if not prompt:
            return problem("messages is missing.", "invalid_request_error", 400)
        fitting = (text for pattern, text in self._answers if pattern.search(prompt[:PATTERN_LIMIT]))
        text = next(fitting, self._declared["otherwise"])
        self._place.note("completion", model=asked["model"], prompt=prompt)
        told = {"id": f"chatcmpl-{self._place.identify('completion', 24)}", "created": 0, "model": asked["model"]}
        did = f"asked the model {asked['model']}"
        if asked.get("stream"):
            return stream(told, text, did)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        sizes = {"prompt_tokens": len(prompt.split()), "completion_tokens": len(text.split())}
        usage = {**sizes, "total_tokens": sum(sizes.values())}
        return as_json({**told, "object": "chat.completion", "choices": [choice], "usage": usage}, did=did)


def stream(told, text, did):
    """Return a completion as server-sent events, one a word."""
    pieces = re.findall(r"\S+\s*|\s+", text)
    deltas = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    lines = [json.dumps({**told, "object": "chat.completion.chunk", "choices": [choice]}) for choice in choices]
    body = "".join(f"data: {line}\n\n" for line in [*lines, "[DONE]"])
    return Answer(200, (("Content-Type", "text/event-stream"),), encoded(body), did)


def problem(message, code, status):
    """Return an error as such APIs do."""
    return as_json({"error": {"message": message, "type": "invalid_request_error", "code": code}}, status)


def embedding(text):
    """Return a vector that is always the same for one text."""
    digest = b"".join(hashlib.sha256(encoded(text) + bytes([part])).digest() for part in range(DIMENSIONS // 32))
    return [round((value - 127.5) / 1020, 6) for value in digest]
