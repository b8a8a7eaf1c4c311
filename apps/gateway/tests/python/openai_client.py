"""Drives a gateway with the unmodified `openai` package: models, chat, completions, vectors, a picture, and errors.

Arguments: the gateway's address, and the hotkey of a miner that breaks off its answers; the address of a public gateway, and
a key of it that has one answer left. The best miner answers "miner 1: <question>", counts 3 and 5 tokens, and another one
makes vectors that point where the first letter says.
"""

import base64
import sys

import openai

QUESTION = [{"role": "user", "content": "hello"}]


def raised(kind, call):
    """The error of this kind that `call` must raise."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def models(client):
    names = [model.id for model in client.models.list()]
    for name in ("text", "text:best", "text:consensus", "embed", "image"):
        assert name in names, (name, names)
    assert client.models.retrieve("text").id == "text"
    assert raised(openai.NotFoundError, lambda: client.models.retrieve("gpt-4o")).code == "model_not_found"


def chat(client):
    answer = client.chat.completions.create(model="text", messages=QUESTION, temperature=0.5, max_tokens=20)
    assert answer.choices[0].message.content == "miner 1: hello", answer
    assert answer.choices[0].finish_reason == "stop", answer
    assert answer.usage.total_tokens == 8, answer
    assert answer._request_id.startswith("req_"), answer
    raw = client.chat.completions.with_raw_response.create(model="text", messages=QUESTION)
    for name in ("miner", "uid", "incentive", "attempts", "latency-ms"):
        assert raw.headers.get(f"x-ganglion-{name}"), (name, raw.headers)
    pieces = list(
        client.chat.completions.create(
            model="text", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    said = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
    assert said == "miner 1: hello", pieces
    assert pieces[-1].usage.total_tokens == 8, pieces[-1]
    agreed = client.chat.completions.with_raw_response.create(model="text:consensus", messages=QUESTION)
    assert int(agreed.headers["x-ganglion-agreed"]) >= 1, agreed.headers


def completions(client):
    answer = client.completions.create(model="text", prompt="Once upon")
    assert answer.choices[0].text == "miner 1: Once upon", answer
    pieces = client.completions.create(model="text", prompt="Once upon", stream=True)
    assert "".join(piece.choices[0].text for piece in pieces if piece.choices) == "miner 1: Once upon"


def embeddings(client):
    # The package asks for base64 unless it is told otherwise.
    for options in ({}, {"encoding_format": "float"}):
        answer = client.embeddings.create(model="embed", input=["north", "east"], **options)
        vectors = [list(one.embedding) for one in answer.data]
        assert vectors == [[0.0, 1.0], [1.0, 0.0]], vectors
    assert answer.model == "all-minilm-l6-v2", answer
    unknown = raised(
        openai.NotFoundError, lambda: client.embeddings.create(model="text-embedding-3-small", input="north")
    )
    assert unknown.param == "model", unknown


def pictures(client):
    answer = client.images.generate(model="image", prompt="two red stars", size="64x48", response_format="b64_json")
    assert base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG"), answer


def errors(client, broken):
    missing = raised(
        openai.NotFoundError, lambda: client.chat.completions.create(model="gpt-4o", messages=QUESTION)
    )
    assert (missing.status_code, missing.code, missing.param) == (404, "model_not_found", "model"), missing.body
    assert missing.request_id.startswith("req_"), missing.request_id
    for name, wish in (
        ("n", 2),
        ("logprobs", True),
        ("response_format", {"type": "json_object"}),
        ("tools", [{"type": "function", "function": {"name": "f"}}]),
    ):
        refused = raised(
            openai.BadRequestError,
            lambda: client.chat.completions.create(model="text", messages=QUESTION, **{name: wish}),
        )
        assert refused.param == name, refused.body
    hot = raised(
        openai.BadRequestError,
        lambda: client.chat.completions.create(model="text", messages=QUESTION, temperature=3),
    )
    assert (hot.param, hot.type) == ("temperature", "invalid_request_error"), hot.body
    empty = raised(openai.BadRequestError, lambda: client.completions.create(model="text", prompt=""))
    assert empty.param == "prompt", empty.body
    failed = raised(
        openai.InternalServerError,
        lambda: client.chat.completions.create(model=f"text:{broken}", messages=QUESTION),
    )
    assert failed.status_code == 502, failed
    said = []

    def listen():
        for piece in client.chat.completions.create(model=f"text:{broken}", messages=QUESTION, stream=True):
            said.append(piece.choices[0].delta.content or "")

    cut = raised(openai.APIError, listen)
    assert "broke off" in str(cut) and "".join(said) == "half of it", (cut, said)


def public(address, key):
    def ask(key, retries=0):
        client = openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=retries, timeout=120)
        return client.chat.completions.create(model="text", messages=QUESTION)

    unknown = raised(openai.AuthenticationError, lambda: ask("gk_none"))
    assert (unknown.status_code, unknown.code, unknown.type) == (401, "invalid_api_key", "invalid_request_error")
    assert ask(key).choices[0].message.content == "miner 1: hello"
    # Retries would wait until midnight: the gateway says that there is no sense in them.
    over = raised(openai.RateLimitError, lambda: ask(key, retries=2))
    assert (over.code, over.type) == ("rate_limit_exceeded", "rate_limit_error"), over.body
    assert int(over.response.headers["retry-after"]) > 0, over.response.headers


def main(address, broken, public_address, key):
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=120)
    models(client)
    chat(client)
    completions(client)
    embeddings(client)
    pictures(client)
    errors(client, broken)
    public(public_address, key)
    print("all is well")


if __name__ == "__main__":
    main(*sys.argv[1:5])
