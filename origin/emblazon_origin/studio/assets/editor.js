// One template: the form, the views of the card, and what its drawing has to say.

import { CardState } from "./card_state.js";
import { el, later, say, tabs } from "./dom.js";
import { Compare } from "./compare.js";
import { CopyPanel } from "./copy.js";
import { Form } from "./form.js";
import { Frames } from "./frames.js";
import { Inspector } from "./inspector.js";
import { Preview } from "./preview.js";
import { Stage } from "./stage.js";

const EXPLAIN_AFTER = 180; // milliseconds without a keystroke

export class Editor {
  constructor(known, template, source) {
    this.source = source;
    this.template = template;
    this.stage = new Stage(source, (query) => this.#pick(query), () => this.tabs.show("platforms", true));
    this.frames = new Frames(known.platforms);
    this.compare = new Compare(source, (query) => this.#pick(query));
    this.copy = new CopyPanel(source);
    this.inspector = new Inspector();
    this.preview = new Preview(source, {
      drawn: (drawn) => this.#drawn(drawn),
      failed: (fault) => this.#failed(fault),
    });
    this.explain = later(() => this.#explain(), EXPLAIN_AFTER);
    this.remember = later(() => history.replaceState(null, "", this.card.address), 250);
    this.tabs = tabs("Views of the card", [
      { id: "card", label: "Card", panel: this.stage.node },
      { id: "platforms", label: "Platforms", panel: this.frames.node },
      { id: "compare", label: "Side by side", panel: this.compare.node },
      { id: "copy", label: "Copy", panel: this.copy.node },
    ], (id) => this.#shown(id));
    this.formSide = el("section", { className: "side form-side", "aria-label": "Form" });
    const views = el("section", { className: "views", "aria-label": "Card" },
      el("div", { className: "views-head" }, this.tabs.bar, this.stage.tools),
      this.stage.node, this.frames.node, this.compare.node, this.copy.node);
    this.parts = [this.formSide, views, this.inspector.node];
    this.#fillSide();
    this.tabs.show("card");
  }

  #fillSide() {
    const { name, description, folder } = this.template;
    this.form = new Form(this.template, this.source, () => this.#changed(), (query) => this.#pick(query));
    this.stage.showCases(this.template);
    this.formSide.replaceChildren(
      el("header", {}, el("h1", {}, name), el("p", {}, description ?? ""), this.template.own ? el("p", { className: "path" }, folder) : ""),
      this.source.live ? "" : el("p", { className: "notice static-note" }, "These cards were drawn ahead. Your own studio draws as you type: ", el("code", {}, "emblazon serve --dev")),
      this.form.node);
    if (!this.source.live) this.form.freeze();
  }

  /** Whether an address is this card's own, which the form has set. */
  isOwn(hash) {
    return this.card !== undefined && hash === this.card.address;
  }

  open(card) {
    this.card = card;
    this.form.fill(card);
    this.#changed();
  }

  /** Go on with the template as it is now on disk. */
  reload(known, template) {
    const focused = document.activeElement?.id;
    this.template = template;
    this.#fillSide();
    const card = CardState.fromQuery(template, this.card.query, this.card.extension);
    this.open(card);
    if (focused) document.getElementById(focused)?.focus();
    if (this.view === "compare") this.compare.show(this.card, template);
  }

  /** Show what is wrong with the template on disk, or that nothing is any more. */
  showSaved(fault) {
    this.savedFault = fault ?? null;
    this.#showFault();
  }

  #pick(query) {
    this.open(CardState.fromQuery(this.template, query, this.card.extension));
    say("The form is filled in");
  }

  #changed() {
    this.preview.ask(this.card.asked);
    this.stage.outdate();
    this.explain();
    this.remember();
    if (this.view === "copy") this.copy.show(this.card);
  }

  #shown(id) {
    this.view = id;
    this.stage.tools.hidden = id !== "card";
    if (!this.card) return;
    if (id === "compare") this.compare.show(this.card, this.template);
    if (id === "copy") this.copy.show(this.card);
  }

  #drawn(drawn) {
    this.drawFault = null;
    this.#showFault();
    this.stage.show(drawn);
    this.frames.show(drawn, this.card);
    this.inspector.showFacts(drawn.facts);
  }

  #failed(fault) {
    this.drawFault = fault;
    this.#showFault();
  }

  #showFault() {
    this.stage.showFault(this.savedFault ?? this.drawFault ?? null);
  }

  async #explain() {
    this.explaining?.abort();
    this.explaining = new AbortController();
    try {
      const explanation = await this.source.explain(this.card.asked, this.explaining.signal);
      this.stage.explain(explanation);
      this.inspector.explain(explanation);
      this.frames.explain(explanation);
    } catch (error) {
      if (error.name !== "AbortError" && !error.data) throw error; // what is wrong, the drawing has said
    }
  }
}
