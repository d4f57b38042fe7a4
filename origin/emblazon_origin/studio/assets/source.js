// Where cards come from: the local server, or files that were drawn ahead for a static page.

/** What the server says is wrong with a card or its template. */
export class Fault extends Error {
  constructor(data) {
    super(data.message);
    this.data = data;
  }
}

const RETRY = 2000; // milliseconds until a refused stream is asked for again

async function checked(answer) {
  if (answer.ok) return answer;
  let body = {};
  try { body = await answer.json(); } catch { /* not ours: the status says it */ }
  throw new Fault(body.fault ?? { message: body.detail ?? `The server answered ${answer.status}.`, file: "", line: 0, lines: [] });
}

const at = (kind, card) => `api/${kind}/${card.template}.${card.extension}?${card.query}`;

/** Files that were drawn ahead: the examples of the catalogue, and no other card. */
export class StaticSource {
  live = false;
  #cases = new Map();

  async catalogue() {
    const known = await (await checked(await fetch("catalogue.json"))).json();
    for (const { name, cases, worst } of known.templates) {
      for (const one of [...cases, ...worst]) this.#cases.set(keyOf(name, one.query), one);
    }
    return known;
  }

  has(card) {
    return this.#cases.has(keyOf(card.template, card.query));
  }

  pictureOf(card) {
    return this.#cases.get(keyOf(card.template, card.query)).picture;
  }

  async draw(card, signal) {
    const { facts } = await this.#told(card, signal);
    const picture = await checked(await fetch(this.pictureOf(card), { signal }));
    return { facts, blob: await picture.blob() };
  }

  async explain(card, signal) {
    return (await this.#told(card, signal)).explanation;
  }

  async snippets(card, signal) {
    return (await this.#told(card, signal)).snippets;
  }

  async #told(card, signal) {
    const one = this.#cases.get(keyOf(card.template, card.query));
    if (!one) throw new Fault({ message: "This page has the examples alone.", file: "", line: 0, lines: [] });
    return (await checked(await fetch(`${one.file}.json`, { signal }))).json();
  }

  listen() { /* nothing is saved here */ }
}

/** A card's name, however its query is spelled. */
function keyOf(template, query) {
  return `${template} ${JSON.stringify([...new URLSearchParams(query)].sort())}`;
}

/** The server that this page came from. */
export class LiveSource {
  live = true;

  has() {
    return true;
  }

  async catalogue() {
    return (await checked(await fetch("api/catalogue"))).json();
  }

  /** Where a picture of a card is, for an img element; `version` keeps an old one from being shown. */
  pictureOf(card, version) {
    return `${at("draw", card)}${card.query ? "&" : ""}_tv=${version.slice(0, 12)}`;
  }

  async draw(card, signal) {
    const answer = await checked(await fetch(at("draw", card), { signal }));
    return { facts: JSON.parse(answer.headers.get("X-Studio-Card")), blob: await answer.blob() };
  }

  async explain(card, signal) {
    return (await checked(await fetch(at("explain", card), { signal }))).json();
  }

  async snippets(card, signal) {
    return (await (await checked(await fetch(at("snippets", card), { signal }))).json()).snippets;
  }

  async stats(days) {
    return (await checked(await fetch(`api/stats?days=${days}`))).json();
  }

  async keep(file) {
    const answer = await checked(await fetch("api/pictures", { method: "POST", body: file, headers: { "Content-Type": file.type || "image/unknown" } }));
    return (await answer.json()).address;
  }

  /** Call back with what was saved, and with whether the server is there. */
  listen(onSaved, onConnection) {
    const stream = new EventSource("api/events");
    stream.onopen = () => onConnection(true);
    stream.onerror = () => {
      onConnection(false);
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.listen(onSaved, onConnection), RETRY);
    };
    stream.onmessage = (event) => onSaved(JSON.parse(event.data));
  }
}
