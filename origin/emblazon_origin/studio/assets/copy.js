// What an author pastes: addresses, meta elements, code; each with a button.

import { el, say } from "./dom.js";

export class CopyPanel {
  constructor(source) {
    this.source = source;
    this.list = el("div", {});
    this.note = el("p", { className: "notice", hidden: true }, "A dropped picture is known to this studio alone. Put it on your site, and write its address into the form, before you publish the card.");
    this.node = el("div", { className: "panel copy" }, this.note, this.list);
  }

  async show(card) {
    this.asking?.abort();
    this.asking = new AbortController();
    this.note.hidden = !card.query.includes("studio.invalid");
    try {
      const found = await this.source.snippets(card.asked, this.asking.signal);
      this.#fill(found);
    } catch (error) {
      if (error.name !== "AbortError" && !error.data) throw error;
      if (error.data) this.list.replaceChildren(el("p", { className: "empty" }, error.message));
    }
  }

  #fill(found) {
    this.list.replaceChildren(...found.map(({ name, text, note }) => {
      const code = el("pre", { tabIndex: 0, "aria-label": name }, el("code", {}, text));
      const button = el("button", { type: "button", "aria-label": `Copy ${name}`, onclick: () => copy(name, text, button) }, "Copy");
      return el("section", { className: "snippet" },
        el("header", {}, el("h2", {}, name), text ? button : null),
        text ? code : null, note ? el("p", { className: "notice" }, note) : null);
    }));
  }
}

async function copy(name, text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange(); // without the right to write: select it, for Ctrl C
    range.selectNodeContents(button.closest("section").querySelector("code"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    say(`${name} is selected; copy it with Ctrl C`);
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
  say(`${name} copied`);
}
