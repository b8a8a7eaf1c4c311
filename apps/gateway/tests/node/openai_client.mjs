// Drives a gateway with the unmodified `openai` package: models, chat, completions, vectors, a picture, and errors.
//
// Arguments: a folder with the package in its node_modules, the gateway's address, and the hotkey of a miner that breaks off
// its answers; the address of a public gateway, and a key of it that has one answer left. The best miner answers
// "miner 1: <question>", counts 3 and 5 tokens, and another one makes vectors that point where the first letter says.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, address, broken, publicAddress, key] = process.argv.slice(2);
const { OpenAI } = createRequire(join(folder, "package.json"))("openai");

const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: "none", maxRetries: 0, timeout: 120_000 });
const messages = [{ role: "user", content: "hello" }];

/** The error of this kind that `call` must end with. */
const rejected = async (kind, call) => {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof kind, `${error}`);
    return error;
  }
  return assert.fail(`no ${kind.name}`);
};

const names = [];
for await (const model of await client.models.list()) names.push(model.id);
for (const name of ["text", "text:best", "text:consensus", "embed", "image"]) assert.ok(names.includes(name), name);
assert.equal((await client.models.retrieve("text")).id, "text");

const { data: answer, response } = await client.chat.completions.create({ model: "text", messages }).withResponse();
assert.equal(answer.choices[0].message.content, "miner 1: hello");
assert.equal(answer.usage.total_tokens, 8);
assert.ok(answer._request_id.startsWith("req_"), answer._request_id);
for (const name of ["miner", "uid", "incentive", "attempts", "latency-ms"]) {
  assert.ok(response.headers.get(`x-ganglion-${name}`), name);
}

let said = "";
let counted;
const stream = await client.chat.completions.create({
  model: "text",
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const piece of stream) {
  said += piece.choices[0]?.delta?.content ?? "";
  counted = piece.usage ?? counted;
}
assert.equal(said, "miner 1: hello");
assert.equal(counted.total_tokens, 8);

const completion = await client.completions.create({ model: "text", prompt: "Once upon" });
assert.equal(completion.choices[0].text, "miner 1: Once upon");
let completed = "";
for await (const piece of await client.completions.create({ model: "text", prompt: "Once upon", stream: true })) {
  completed += piece.choices[0]?.text ?? "";
}
assert.equal(completed, "miner 1: Once upon");

// The package asks for base64 unless it is told otherwise.
for (const options of [{}, { encoding_format: "float" }]) {
  const made = await client.embeddings.create({ model: "embed", input: ["north", "east"], ...options });
  assert.deepEqual(made.data.map((one) => Array.from(one.embedding)), [[0, 1], [1, 0]]);
}

const drawn = await client.images.generate({ model: "image", prompt: "two red stars", size: "64x48" });
assert.equal(Buffer.from(drawn.data[0].b64_json, "base64").subarray(1, 4).toString(), "PNG");

const missing = await rejected(OpenAI.NotFoundError, () => client.chat.completions.create({ model: "gpt-4o", messages }));
assert.deepEqual([missing.status, missing.code, missing.param], [404, "model_not_found", "model"]);
assert.ok(missing.requestID.startsWith("req_"), missing.requestID);
for (const [name, wish] of [
  ["n", 2],
  ["logprobs", true],
  ["response_format", { type: "json_object" }],
  ["tools", [{ type: "function", function: { name: "f" } }]],
]) {
  const refused = await rejected(OpenAI.BadRequestError, () =>
    client.chat.completions.create({ model: "text", messages, [name]: wish }),
  );
  assert.equal(refused.param, name);
}
const hot = await rejected(OpenAI.BadRequestError, () =>
  client.chat.completions.create({ model: "text", messages, temperature: 3 }),
);
assert.deepEqual([hot.param, hot.type], ["temperature", "invalid_request_error"]);
await rejected(OpenAI.NotFoundError, () => client.embeddings.create({ model: "text-embedding-3-small", input: "north" }));
const failed = await rejected(OpenAI.InternalServerError, () =>
  client.chat.completions.create({ model: `text:${broken}`, messages }),
);
assert.equal(failed.status, 502);

let half = "";
const cut = await rejected(OpenAI.APIError, async () => {
  const pieces = await client.chat.completions.create({ model: `text:${broken}`, messages, stream: true });
  for await (const piece of pieces) half += piece.choices[0]?.delta?.content ?? "";
});
assert.ok(`${cut}`.includes("broke off"), `${cut}`);
assert.equal(half, "half of it");

const publicly = (apiKey, maxRetries = 0) => {
  const other = new OpenAI({ baseURL: `${publicAddress}/v1`, apiKey, maxRetries, timeout: 120_000 });
  return other.chat.completions.create({ model: "text", messages });
};
const unknown = await rejected(OpenAI.AuthenticationError, () => publicly("gk_none"));
assert.deepEqual([unknown.status, unknown.code, unknown.type], [401, "invalid_api_key", "invalid_request_error"]);
assert.equal((await publicly(key)).choices[0].message.content, "miner 1: hello");
// Retries would wait until midnight: the gateway says that there is no sense in them.
const over = await rejected(OpenAI.RateLimitError, () => publicly(key, 2));
assert.deepEqual([over.code, over.type], ["rate_limit_exceeded", "rate_limit_error"]);
assert.ok(Number(over.headers.get("retry-after")) > 0);

console.log("all is well");
