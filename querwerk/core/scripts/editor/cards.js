// Pictures, galleries, files, link cards and films: shown as cards, changed in a dialog; and the marks of notes.
import { NodeSelection } from "prosemirror-state";

export class Card {
  constructor(node, view, getPos, tools) {
    Object.assign(this, { node, view, getPos, tools });
    this.dom = document.createElement("figure");
    this.dom.className = `editor-card editor-card--${node.type.name}`;
    this.head = document.createElement("div");
    this.head.className = "editor-card__head";
    this.head.contentEditable = "false";
    this.dom.append(this.head);
    if (!node.isAtom) {
      this.contentDOM = document.createElement("figcaption");
      this.contentDOM.dataset.hint = tools.words[node.type.name === "video" ? "transcript" : "caption"];
      this.dom.append(this.contentDOM);
    }
    this.show();
  }

  show() {
    const { attrs, type } = this.node;
    const { words, preview } = this.tools;
    const label = element("strong", words[type.name]);
    const about = element("span", attrs.title || attrs.alt || titleOf(type.name, attrs.file) || attrs.url || attrs.picture || attrs.pictures || "");
    const edit = element("button", words.edit);
    edit.type = "button";
    edit.className = "button button--small";
    edit.addEventListener("click", () => this.tools.open(this.node, this.getPos()));
    const ids = type.name === "image" ? [attrs.picture] : type.name === "gallery" ? attrs.pictures.split(/\s+/) : [attrs.poster];
    const pictures = ids.filter((id) => preview(id)).slice(0, 6).map((id) => {
      const image = new Image();
      image.src = preview(id);
      image.alt = "";
      image.addEventListener("error", () => image.remove());
      return image;
    });
    this.head.replaceChildren(...pictures, label, about, edit);
    const lacks = { image: !attrs.alt, file: !attrs.file, video: !attrs.file && !attrs.url }[type.name];
    this.dom.classList.toggle("editor-card--lacking", Boolean(lacks));
  }

  update(node) {
    if (node.type !== this.node.type) return false;
    const isOther = JSON.stringify(node.attrs) !== JSON.stringify(this.node.attrs);
    this.node = node;
    if (isOther) this.show();
    return true;
  }

  selectNode() {
    this.dom.classList.add("editor-card--selected");
  }

  deselectNode() {
    this.dom.classList.remove("editor-card--selected");
  }

  stopEvent(event) {
    return this.head.contains(event.target) && event.target.localName === "button";
  }

  ignoreMutation(mutation) {
    return !this.contentDOM?.contains(mutation.target);
  }
}

export class NoteMark {
  constructor(node, tools) {
    this.tools = tools;
    this.dom = document.createElement("button");
    this.dom.type = "button";
    this.dom.className = "note-mark";
    this.dom.contentEditable = "false";
    this.dom.dataset.note = node.attrs.key;
    this.dom.addEventListener("click", () => this.tools.focusNote(this.dom.dataset.note));
  }

  update(node) {
    if (node.type.name !== "note") return false;
    this.dom.dataset.note = node.attrs.key;
    return true;
  }

  stopEvent() {
    return false;
  }

  ignoreMutation() {
    return true;
  }
}

// Dialogs stand ready in the page; this fills them, and answers with what was entered, or nothing.
export function ask(name, values = {}) {
  const dialog = document.querySelector(`[data-dialog="${name}"]`);
  const form = dialog.querySelector("form");
  form.reset();
  for (const input of form.elements) {
    if (!input.name || input.type === "file") continue;
    const value = values[input.name] ?? "";
    // What is gone or hidden from the author stays chosen until they choose something else.
    if (input.options && ![...input.options].some((option) => option.value === value)) input.add(new Option(value, value));
    input.value = value;
  }
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => resolve(dialog.returnValue ? { answer: dialog.returnValue, ...Object.fromEntries(new FormData(form)) } : null),
      { once: true },
    );
  });
}

export function setAttrs(view, pos, attrs) {
  const node = view.state.doc.nodeAt(pos);
  if (!node) return;
  const tr = view.state.tr.setNodeMarkup(pos, null, { ...node.attrs, ...attrs });
  view.dispatch(node.isAtom ? tr.setSelection(NodeSelection.create(tr.doc, pos)) : tr);
}

// The drop-down of the dialog knows the titles of files and films.
export function titleOf(card, id) {
  const options = id ? document.querySelector(`[data-dialog="card-${card}"] select[name=file]`)?.options : null;
  return [...(options ?? [])].find((option) => option.value === id)?.text ?? id ?? "";
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
