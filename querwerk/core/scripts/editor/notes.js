// Footnotes and comments: their marks stand in the text, their words in a list below it.
import { baseKeymap, toggleMark } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { EditorState } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { noteDoc, noteHtml } from "./convert.js";
import { newKey, noteSchema } from "./schema.js";

export class Notes {
  constructor(root, words, author, onChange, onLeave) {
    Object.assign(this, { root, words, author, onChange, onLeave });
    this.notes = new Map();
    this.views = new Map();
    this.dirty = new Set();
    this.removed = new Set();
  }

  load(notes) {
    for (const note of notes) this.notes.set(note.key, note);
  }

  add(kind, html = "") {
    const at = kind === "comment" ? new Date().toISOString().slice(0, 19) + "Z" : "";
    const note = { key: newKey(), kind, html, author: kind === "comment" ? this.author : "", at };
    this.notes.set(note.key, note);
    this.dirty.add(note.key);
    return note.key;
  }

  changes() {
    const put = [...this.dirty].map((key) => this.notes.get(key)).filter(Boolean);
    return { put, remove: [...this.removed] };
  }

  arrived({ put, remove }) {
    for (const note of put) if (this.notes.get(note.key) === note) this.dirty.delete(note.key);
    for (const key of remove) this.removed.delete(key);
  }

  merge(notes) {
    for (const note of notes) {
      if (this.dirty.has(note.key)) continue;
      this.notes.set(note.key, note);
      this.views.get(note.key)?.view.destroy();
      this.views.get(note.key)?.row.remove();
      this.views.delete(note.key);
    }
  }

  // Show the notes in the order of their marks, those without a mark last.
  show(doc) {
    const order = [];
    doc.descendants((node) => {
      if (node.type.name === "note" && !order.includes(node.attrs.key)) order.push(node.attrs.key);
    });
    const known = order.filter((key) => this.notes.has(key));
    const lost = [...this.notes.keys()].filter((key) => !known.includes(key));
    let number = 0;
    const rows = [...known, ...lost].map((key) => {
      const note = this.notes.get(key);
      const isFootnote = note.kind === "footnote";
      if (isFootnote && known.includes(key)) number += 1;
      return this.row(note, isFootnote ? (known.includes(key) ? String(number) : "–") : "✎", lost.includes(key));
    });
    const list = this.root.querySelector("[data-note-list]");
    if (rows.length !== list.children.length || rows.some((row, index) => list.children[index] !== row)) list.replaceChildren(...rows);
    this.root.hidden = !rows.length;
    return new Map(known.map((key) => [key, this.views.get(key).mark]));
  }

  row(note, mark, isLost) {
    let found = this.views.get(note.key);
    if (!found) {
      found = this.make(note);
      this.views.set(note.key, found);
    }
    found.mark = mark;
    found.label.textContent = note.kind === "comment" ? `${mark} ${note.author}` : mark;
    found.row.classList.toggle("note-row--lost", isLost);
    return found.row;
  }

  make(note) {
    const row = document.createElement("li");
    row.className = `note-row note-row--${note.kind}`;
    const label = document.createElement("span");
    label.className = "note-row__mark";
    const place = document.createElement("div");
    place.className = "note-row__words";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button button--small button--quiet";
    remove.textContent = this.words.removeNote;
    remove.addEventListener("click", () => this.remove(note.key));
    row.append(label, place, remove);
    const view = new EditorView(place, {
      state: EditorState.create({
        doc: noteDoc(note.html),
        plugins: [
          history(),
          keymap({
            Enter: (state, dispatch) => (dispatch?.(state.tr.replaceSelectionWith(noteSchema.nodes.hard_break.create())), true),
            "Mod-b": toggleMark(noteSchema.marks.strong),
            "Mod-i": toggleMark(noteSchema.marks.em),
            "Mod-z": undo,
            "Mod-y": redo,
            Escape: () => (this.onLeave(note.key), true),
          }),
          keymap(baseKeymap),
        ],
      }),
      attributes: { role: "textbox", "aria-multiline": "true", "aria-label": this.words[note.kind] },
      dispatchTransaction: (tr) => {
        view.updateState(view.state.apply(tr));
        if (!tr.docChanged) return;
        this.notes.set(note.key, { ...this.notes.get(note.key), html: noteHtml(view.state.doc) });
        this.dirty.add(note.key);
        this.onChange();
      },
    });
    return { row, label, view, mark: "" };
  }

  focus(key) {
    this.views.get(key)?.view.focus();
  }

  remove(key) {
    this.notes.delete(key);
    this.dirty.delete(key);
    this.removed.add(key);
    this.views.get(key)?.view.destroy();
    this.views.delete(key);
    this.onChange(key);
  }
}
