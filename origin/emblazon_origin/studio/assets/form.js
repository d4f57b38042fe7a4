// The form of a template: one field for each parameter of its schema, then the card's own options.

import { el, prose, say } from "./dom.js";

const LANGUAGES = ["", "en", "de", "fr", "es", "pt-BR", "it", "nl", "pl", "tr", "ru", "uk", "el", "ar", "he", "fa", "hi", "th", "ja", "ko", "zh-Hans", "zh-Hant"];
const FORMATS = { "auto-safe": "What every platform shows", png: "PNG", jpg: "JPEG", webp: "WebP", avif: "AVIF" };

/** `onChange(card)` is called with every keystroke; `pickCase(query)` fills the form. */
export class Form {
  constructor(template, source, onChange, pickCase) {
    this.template = template;
    this.source = source;
    this.onChange = onChange;
    this.fields = {};
    const own = template.params.map((parameter) => this.#field(parameter));
    this.node = el("form", { className: "form", "aria-label": `Parameters of ${template.name}`, onsubmit: (event) => event.preventDefault() },
      this.#cases(pickCase),
      el("fieldset", {}, el("legend", {}, "Content"), own),
      el("fieldset", {}, el("legend", {}, "Card"), this.#options()));
  }

  /** Leave the choice of a case, and nothing else. */
  freeze() {
    for (const set of this.node.querySelectorAll("fieldset")) set.disabled = true;
  }

  /** Show a card in the fields. */
  fill(card) {
    this.card = card;
    for (const [name, field] of Object.entries(this.fields)) field.show(card.values[name]);
    for (const [name, input] of Object.entries(this.optionInputs)) input.value = this.#optionValue(name);
  }

  #optionValue(name) {
    if (name === "format") return this.card.extension;
    if (name !== "size") return this.card.options[name] ?? "";
    const { width, height } = this.card.options;
    const size = width || height ? `${width ?? ""}x${height ?? ""}` : "";
    const select = this.optionInputs.size;
    if (![...select.options].some((option) => option.value === size)) select.append(el("option", { value: size }, size.replace("x", " × ")));
    return size;
  }

  #cases(pickCase) {
    const { cases, worst } = this.template;
    const option = (kind) => (one) => el("option", { value: one.query, "data-name": one.name }, `${one.name}${kind}`);
    const select = el("select", { id: "case", onchange: () => { if (select.selectedIndex) pickCase(select.value); select.selectedIndex = 0; } },
      el("option", { value: "" }, "Fill the form from…"),
      el("optgroup", { label: "Examples" }, cases.map(option(""))),
      el("optgroup", { label: "Worst cases" }, worst.map(option(""))));
    return el("p", { className: "field" }, el("label", { for: "case" }, "Case"), select);
  }

  #field(parameter) {
    const id = `p-${parameter.name}`;
    const help = parameter.description ? el("small", { id: `${id}-help` }, prose(parameter.description)) : null;
    const kind = KINDS[parameter.type] ?? KINDS.string;
    const change = (text) => { this.card.values[parameter.name] = text; this.onChange(); };
    const made = kind({ parameter, id, change, source: this.source, describedBy: help?.id });
    this.fields[parameter.name] = made;
    const label = el("label", { for: id }, parameter.name.replaceAll("_", " "), parameter.required ? el("span", { className: "required" }, " required") : null);
    return el("div", { className: `field ${parameter.type}` }, label, made.node, help);
  }

  #options() {
    const { width, height, variants = [] } = this.template;
    const sizes = [["", `${width} × ${height}, its own`], ["1200x630", "1200 × 630"], ["1200x600", "1200 × 600, 2:1"], ["1080x1080", "1080 × 1080, square"], ["1080x1350", "1080 × 1350, 4:5"]];
    const select = (pairs) => el("select", {}, pairs.filter(([value]) => value !== `${width}x${height}`).map(([value, text]) => el("option", { value }, text)));
    this.optionInputs = {
      lang: el("input", { list: "languages", placeholder: "none", spellcheck: false, autocomplete: "off" }),
      variant: select([["", "none"], ...variants.map((name) => [name, name]), ["fallback", "fallback, without data"]]),
      size: select(sizes),
      dpr: select([["", "1×"], ["2", "2×"]]),
      format: select(Object.entries(FORMATS)),
    };
    const names = { lang: "Language", variant: "Variant", size: "Size", dpr: "Density", format: "Format" };
    const rows = Object.entries(this.optionInputs).map(([name, input]) => {
      input.id = `o-${name}`;
      input.addEventListener("input", () => { this.#setOption(name, input.value); this.onChange(); });
      return el("div", { className: "field option" }, el("label", { for: input.id }, names[name]), input);
    });
    return [...rows, el("datalist", { id: "languages" }, LANGUAGES.filter(Boolean).map((value) => el("option", { value })))];
  }

  #setOption(name, value) {
    if (name === "format") this.card.extension = value;
    else if (name !== "size") this.card.options[name] = value;
    else [this.card.options.width, this.card.options.height] = value ? value.split("x") : ["", ""];
  }
}

/** One input whose text is the value. */
function plain(input, change) {
  input.addEventListener("input", () => change(input.value));
  return { node: input, show: (text) => { if (input.value !== (text ?? "")) input.value = text ?? ""; } };
}

const base = ({ parameter, id, describedBy }) => ({ id, "aria-describedby": describedBy, required: parameter.required, placeholder: parameter.default === undefined ? "" : String(parameter.default), autocomplete: "off" });

const KINDS = {
  string: (given) => plain(el("input", { ...base(given), maxLength: given.parameter.max_length, dir: "auto" }), given.change),
  text: (given) => plain(el("textarea", { ...base(given), maxLength: given.parameter.max_length, rows: 3, dir: "auto" }), given.change),
  list: (given) => plain(el("textarea", { ...base(given), rows: 3, dir: "auto", placeholder: "one to a line" }), given.change),
  number: (given) => plain(el("input", { ...base(given), type: "number", step: "any", min: given.parameter.min, max: given.parameter.max }), given.change),
  integer: (given) => plain(el("input", { ...base(given), type: "number", step: 1, min: given.parameter.min, max: given.parameter.max }), given.change),
  date: (given) => plain(el("input", { ...base(given), type: "date" }), given.change),
  boolean: (given) => {
    const input = el("input", { ...base(given), type: "checkbox", required: false, onchange: () => given.change(String(input.checked)) });
    return { node: input, show: (text) => { input.checked = (text ?? String(given.parameter.default)) === "true"; } };
  },
  choice: (given) => {
    const first = given.parameter.default ?? "";
    const empty = given.parameter.required ? [] : [el("option", { value: "" }, first ? `${first}, the default` : "none")];
    return plain(el("select", base(given), empty, given.parameter.choices.map((value) => el("option", { value }, value))), given.change);
  },
  color: (given) => {
    const text = el("input", { ...base(given), spellcheck: false });
    const picker = el("input", { type: "color", "aria-label": `Pick ${given.parameter.name}`, oninput: () => { text.value = picker.value; given.change(picker.value); } });
    text.addEventListener("input", () => { show(text.value, false); given.change(text.value); });
    function show(value, both = true) {
      if (both && text.value !== (value ?? "")) text.value = value ?? "";
      const shown = value || given.parameter.default || "";
      if (/^#[0-9a-f]{6}/i.test(shown)) picker.value = shown.slice(0, 7);
    }
    return { node: el("span", { className: "pair" }, picker, text), show };
  },
  url: (given) => {
    const text = el("input", { ...base(given), type: "url", placeholder: "https://… or drop a picture" });
    const plainField = plain(text, given.change);
    const file = el("input", { type: "file", accept: "image/*", "aria-label": `Picture for ${given.parameter.name}`, onchange: () => take(file.files[0]) });
    const drop = el("span", { className: "pair drop" }, text, el("span", { className: "pick" }, file, el("span", { "aria-hidden": "true" }, "Choose…")));
    drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files[0]); });
    async function take(chosen) {
      if (!chosen) return;
      try {
        text.value = await given.source.keep(chosen);
        say(`${chosen.name} is in the card; it has not left this machine`);
        given.change(text.value);
      } catch (fault) { say(fault.message); }
      file.value = "";
    }
    return { node: drop, show: plainField.show };
  },
};
