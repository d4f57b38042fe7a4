// A card as the form has it, and as the query of its address.

const OPTIONS = { _lang: "lang", _v: "variant", _w: "width", _h: "height", _dpr: "dpr", _q: "quality", _max: "max" };
const BREAK = "\u2028"; // a line break in an address

/** Values are texts by parameter; lists have one item to a line. */
export class CardState {
  constructor(template, extension = "auto-safe") {
    this.template = template;
    this.extension = extension;
    this.values = {};
    this.options = {};
  }

  static fromQuery(template, query, extension) {
    const card = new CardState(template, extension);
    for (const [name, text] of new URLSearchParams(query)) {
      if (name in OPTIONS) card.options[OPTIONS[name]] = text;
      else if (name === "_format") card.extension = text;
      else card.values[name] = written(template, name, text);
    }
    return card;
  }

  /** The card for the server: template's name, extension, query. */
  get asked() {
    return { template: this.template.name, extension: this.extension, query: this.query };
  }

  get query() {
    const pairs = new URLSearchParams();
    for (const parameter of this.template.params) {
      const value = this.values[parameter.name];
      if (value !== undefined && !(value === "" && !parameter.default)) pairs.append(parameter.name, read(parameter, value));
    }
    for (const [name, option] of Object.entries(OPTIONS)) if (this.options[option]) pairs.append(name, this.options[option]);
    return pairs.toString();
  }

  /** The page's own address of this card. */
  get address() {
    const format = this.extension === "auto-safe" ? "" : `&_format=${this.extension}`;
    return `#/${this.template.name}?${this.query}${format}`;
  }

  with(changes) {
    const card = new CardState(this.template, this.extension);
    card.values = { ...this.values, ...changes.values };
    card.options = { ...this.options, ...changes.options };
    return card;
  }
}

function typeOf(template, name) {
  return template.params.find((parameter) => parameter.name === name)?.type;
}

function written(template, name, text) {
  if (typeOf(template, name) !== "list") return text.replaceAll(BREAK, "\n");
  return text.split(/(?<!\\),/).map((item) => item.replace(/\\([,\\])/g, "$1")).join("\n");
}

function read(parameter, value) {
  if (parameter.type !== "list") return value.replaceAll("\n", BREAK);
  return value.split("\n").filter(Boolean).map((item) => item.replace(/[\\,]/g, "\\$&")).join(",");
}
