"use strict";

const byId = (id) => document.getElementById(id);
const NAMES = ["chat", "picture", "forecast"];

/* Small helpers. Whatever comes from miners goes through textContent. */

const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};

const show = (place, error) => {
  place.textContent = error;
  place.hidden = !error;
};

/** The sentence in an answer that isn't a good one. */
const reason = async (answer) => {
  let told;
  try {
    told = (await answer.json()).error;
  } catch {
    told = undefined;
  }
  const later = answer.headers.get("retry-after");
  const when = later ? ` Try again in ${later} s.` : "";
  const what = told && typeof told.message === "string" ? told.message : "The gateway gave no reason.";
  return `${what} (${answer.status}${told && told.code ? `, ${told.code}` : ""})${when}`;
};

const broken = (error) =>
  error && error.name === "AbortError" ? "Stopped." : "The gateway can't be reached: is it still running?";

const signature = (told) => {
  if (!told) return "The gateway doesn't say who answered.";
  const share = Number(told.incentive).toFixed(4);
  const parts = [`miner uid ${told.uid}`, `hotkey ${String(told.hotkey).slice(0, 8)}…`, `incentive ${share}`, `${told.latency_ms} ms`];
  if (told.consensus) parts.push(`${told.consensus.agreed} of ${told.consensus.answered} agree`);
  return parts.join(" · ");
};

/* The API key of a public gateway, and what is left to it. The key stays in this page: nothing keeps it. */

let key = "";
let offer = "";

const authorised = (headers) => (key ? { ...headers, authorization: `Bearer ${key}` } : headers);

const post = (path, body, signal) => {
  const headers = authorised({ "content-type": "application/json" });
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
};

const tao = (rao) => `${(Number(rao) / 1e9).toFixed(9).replace(/\.?0+$/, "")} TAO`;

const whatIsLeft = (usage) => {
  const parts = [];
  if (usage.free_per_day > 0) parts.push(`${usage.free_left_today} of ${usage.free_per_day} free answers left today`);
  parts.push(`credit ${tao(usage.credit_rao)} at ${tao(usage.price_rao)} an answer`);
  parts.push(`used by this key: ${usage.key.requests} answers, ${tao(usage.key.spent_rao)}`);
  return parts.join(" · ");
};

const showUsage = async () => {
  if (byId("access-form").hidden) return;
  const place = byId("usage");
  if (!key) {
    place.textContent = offer;
    return;
  }
  try {
    const answer = await fetch("/v1/usage", { headers: authorised({}) });
    place.textContent = answer.ok ? whatIsLeft(await answer.json()) : await reason(answer);
  } catch (error) {
    place.textContent = broken(error);
  }
};

/** Asks for a key, once it is known that the gateway wants one. */
const askForKey = async () => {
  if (offer) return;
  const answer = await fetch("/v1/keys");
  if (!answer.ok || offer) return;
  const terms = await answer.json();
  const free = terms.free_per_tao > 0 ? ` Free are ${terms.free_per_tao} a day for each TAO staked.` : "";
  offer =
    `This gateway answers who shows an API key: “ganglion gateway key create --gateway ${location.origin}” makes one. ` +
    `An answer costs ${tao(terms.price_rao)}.${free}`;
  byId("access-form").hidden = false;
  await showUsage();
};

byId("access-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = byId("key").value.trim();
  showUsage();
});

/* Tabs. */

const choose = (name) => {
  for (const other of NAMES) {
    const tab = document.getElementById(`tab-${other}`);
    const chosen = other === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(other).hidden = !chosen;
  }
};

const offered = (name) => !byId(`tab-${name}`).hidden;

/** Shows the tabs of what this gateway serves beside chats. A subnet may come later, and go. */
const showTabs = (serves) => {
  for (const [name, kind] of [["picture", "images"], ["forecast", "market"]]) {
    const tab = byId(`tab-${name}`);
    const focused = document.activeElement === tab;
    tab.hidden = !serves.includes(kind);
    if (!tab.hidden) continue;
    if (!byId(name).hidden) choose("chat");
    if (focused) byId("tab-chat").focus();
  }
};

NAMES.forEach((name) => {
  const tab = document.getElementById(`tab-${name}`);
  tab.addEventListener("click", () => choose(name));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const open = NAMES.filter(offered);
    const next = open[(open.indexOf(name) + step + open.length) % open.length];
    choose(next);
    document.getElementById(`tab-${next}`).focus();
    event.preventDefault();
  });
});

/* The state of the network, now and then. */

const look = async () => {
  const place = byId("state");
  try {
    const answer = await fetch("/health");
    const told = await answer.json();
    place.textContent = told.ready
      ? `${told.alive} of ${told.miners} miners of subnet ${told.netuid} alive, block ${told.block}`
      : "No miner is known yet: the chain is being read.";
    showTabs(told.serves);
    if (told.public) await askForKey();
  } catch (error) {
    place.textContent = broken(error);
  }
};

look();
setInterval(() => {
  if (!document.hidden) look();
}, 5000);

/* Chat. */

let messages = [];
let stopper = null;

const said = (role, text) => {
  const box = make("div", undefined, `said ${role}`);
  const words = make("p", text);
  box.append(words);
  byId("talk").append(box);
  box.scrollIntoView({ block: "nearest" });
  return { box, words };
};

/** Reads a stream of events; `take` gets the JSON of each. */
const events = async (answer, take) => {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const data = line.slice(6).trim();
      if (data === "[DONE]") return true;
      take(JSON.parse(data));
    }
    if (done) return false;
  }
};

const converse = async (question) => {
  const trouble = byId("chat-error");
  show(trouble, "");
  said("user", question);
  const asked = [...messages, { role: "user", content: question }];
  const { box, words } = said("assistant", "…");
  let text = "";
  let told;
  let failed = "";
  stopper = new AbortController();
  try {
    const body = { model: byId("model").value, messages: asked, max_tokens: Number(byId("tokens").value) || 256, stream: true };
    const answer = await post("/v1/chat/completions", body, stopper.signal);
    if (!answer.ok) {
      failed = await reason(answer);
    } else {
      const whole = await events(answer, (piece) => {
        if (piece.error) failed = piece.error.message;
        told = piece.ganglion || told;
        const choice = piece.choices && piece.choices[0];
        if (choice && choice.delta && choice.delta.content) {
          text += choice.delta.content;
          words.textContent = text;
          box.scrollIntoView({ block: "nearest" });
        }
      });
      if (!whole && !failed) failed = "The answer broke off.";
    }
  } catch (error) {
    failed = broken(error);
  }
  stopper = null;
  showUsage();
  show(trouble, failed);
  if (text) {
    messages = [...asked, { role: "assistant", content: text }];
    box.append(make("small", failed ? "This answer has no end." : signature(told)));
  } else {
    box.remove();
    byId("question").value = byId("question").value || question;
  }
};

byId("chat-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = byId("question");
  const question = field.value.trim();
  if (!question || stopper) return;
  field.value = "";
  byId("send").disabled = true;
  byId("stop").hidden = false;
  await converse(question);
  byId("send").disabled = false;
  byId("stop").hidden = true;
  field.focus();
});

byId("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("chat-form").requestSubmit();
  }
});

byId("stop").addEventListener("click", () => stopper && stopper.abort());

byId("clear").addEventListener("click", () => {
  if (stopper) stopper.abort();
  messages = [];
  byId("talk").replaceChildren();
  show(byId("chat-error"), "");
  byId("question").focus();
});

/** Miners to choose from, beside the best. */
const listMiners = async () => {
  try {
    const told = await (await fetch("/v1/network")).json();
    for (const miner of told.miners.slice(0, 64)) {
      const option = make("option", `miner uid ${miner.uid} (incentive ${Number(miner.incentive).toFixed(3)})`);
      option.value = `text:${miner.hotkey}`;
      byId("model").append(option);
    }
  } catch {
    /* The two choices that are there always work. */
  }
};

listMiners();

/* Pictures. */

const busy = async (button, work) => {
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
  }
};

const draw = async () => {
  const trouble = byId("picture-error");
  const place = byId("pictures");
  show(trouble, "");
  try {
    const prompt = byId("prompt").value;
    const body = { prompt, n: Number(byId("count").value) || 1, size: byId("size").value, response_format: "b64_json" };
    const answer = await post("/v1/images/generations", body);
    if (!answer.ok) {
      show(trouble, answer.status === 404 ? "This gateway has no image subnet, or nobody draws there." : await reason(answer));
      return;
    }
    const told = await answer.json();
    place.replaceChildren(
      ...told.data.map((one) => {
        const figure = make("figure");
        const image = make("img");
        image.alt = prompt;
        image.src = `data:image/png;base64,${one.b64_json}`;
        figure.append(image, make("figcaption", signature(one.ganglion)));
        return figure;
      }),
    );
  } catch (error) {
    show(trouble, broken(error));
  } finally {
    showUsage();
  }
};

byId("picture-form").addEventListener("submit", (event) => {
  event.preventDefault();
  busy(byId("draw"), draw);
});

/* Forecasts. */

const SHOWN = [0.05, 0.25, 0.5, 0.75, 0.95];
let address = "";

const percent = (bp) => ((Math.exp(bp * 1e-4) - 1) * 100).toFixed(3);

const row = (levels, one) => {
  const line = make("tr");
  const head = make("th", one.horizon);
  head.scope = "row";
  line.append(head);
  for (const level of SHOWN) {
    const index = levels.findIndex((other) => Math.abs(other - level) < 1e-9);
    line.append(make("td", index < 0 ? "–" : percent(one.quantiles_bp[index])));
  }
  return line;
};

const foretell = async () => {
  const trouble = byId("forecast-error");
  show(trouble, "");
  try {
    // One request for both: each asks miners, and may cost something.
    const query = new URLSearchParams({ asset: byId("asset").value.trim(), format: "both" });
    const horizon = byId("horizon").value.replaceAll(" ", "");
    if (horizon) query.set("horizon", horizon);
    const answer = await fetch(`/v1/forecasts?${query}`, { headers: authorised({}) });
    if (!answer.ok) {
      show(trouble, await reason(answer));
      return;
    }
    const told = await answer.json();
    byId("rows").replaceChildren(...told.forecasts.map((one) => row(told.levels, one)));
    byId("quantiles").hidden = false;
    URL.revokeObjectURL(address);
    address = "";
    if (!told.svg) {
      byId("fan").replaceChildren();
      return;
    }
    address = URL.createObjectURL(new Blob([told.svg], { type: "image/svg+xml" }));
    const image = make("img");
    image.alt = `The forecast for ${told.asset} as a fan; the table below has its numbers.`;
    image.src = address;
    byId("fan").replaceChildren(image);
  } catch (error) {
    show(trouble, broken(error));
  } finally {
    showUsage();
  }
};

byId("forecast-form").addEventListener("submit", (event) => {
  event.preventDefault();
  busy(byId("foretell"), foretell);
});
