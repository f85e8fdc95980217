// The editor of longer texts at the desk. What it needs to know and say stands in the page; the text itself is fetched.
import { dropCursor } from "prosemirror-dropcursor";
import { gapCursor } from "prosemirror-gapcursor";
import { history } from "prosemirror-history";
import { EditorState, TextSelection } from "prosemirror-state";
import { fixTables, tableEditing } from "prosemirror-tables";
import { EditorView } from "prosemirror-view";
import { beside, pairsOf, setPairs } from "./beside.js";
import { ask, Card, NoteMark, setAttrs } from "./cards.js";
import { basics, commands, currentBlock, insert, rules, shortcuts } from "./commands.js";
import { docOf } from "./convert.js";
import { keys } from "./keys.js";
import { Notes } from "./notes.js";
import { tidied } from "./paste.js";
import { picturesOf, preview } from "./pictures.js";
import { newKey, schema } from "./schema.js";
import { Sync } from "./sync.js";
import { Toolbar } from "./toolbar.js";

const { nodes, marks } = schema;

export async function start(root) {
  const { sync: url, token, sitting, author, clash, translated, upload, fileUpload, pick, language, source } = root.dataset;
  const words = Object.fromEntries([...root.querySelectorAll("[data-words] > *")].map((one) => [one.dataset.word, one.textContent]));
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    status(root, words.unreachable, "error");
    return;
  }
  const opening = await answer.json();
  const notes = new Notes(root.querySelector("[data-notes]"), words, author, (gone) => changed(gone), backToMark);
  notes.load(opening.notes);
  const pictures = new Map(Object.entries(opening.pictures)); // id → address of a small one
  const tools = { words, preview: (id) => pictures.get(id) ?? "", open: openCard, focusNote: (key) => notes.focus(key) };
  const isBeside = opening.pairs.length > 0;
  let prepared = ""; // pasted HTML whose pictures are taken in already
  const written = new Set(); // blocks that were translated in this sitting
  const toolbar = new Toolbar(root.querySelector("[role=toolbar]"), run);
  const more = {
    "Mod-k": () => (run("link"), true),
    "Mod-Alt-f": () => (run("footnote"), true),
    "Mod-Alt-m": () => (run("comment"), true),
    "Mod-s": () => (sync.soon(0), true),
    "Mod-/": () => (run("help"), true),
    "Alt-F10": () => (toolbar.focus(), true),
    Escape: () => (toolbar.focus(), true),
  };
  const plugins = [
    rules, shortcuts(more), basics, history(), keys, dropCursor({ class: "editor-drop", color: false }), gapCursor(), tableEditing(),
    ...(isBeside ? [beside(opening.pairs, { language: source, words, confirm: stillRight, add: addTranslation })] : []),
  ];
  let state = EditorState.create({ doc: docOf(opening.blocks), plugins });
  const fixed = fixTables(state);
  if (fixed) state = state.apply(fixed.setMeta("addToHistory", false));
  const place = root.querySelector("[data-editor]");
  place.replaceChildren();
  const card = (node, view, getPos) => new Card(node, view, getPos, tools);
  const view = new EditorView(place, {
    state,
    attributes: {
      class: "prose__text", role: "textbox", "aria-multiline": "true", "aria-label": words.text, lang: language, spellcheck: "true",
    },
    nodeViews: {
      image: card, gallery: card, file: card, link_card: card, video: card, note: (node) => new NoteMark(node, tools),
    },
    transformPastedHTML: (html) => (html === prepared ? html : tidied(html, addFootnote)),
    handleDrop: (_view, event) => dropped(event),
    handleDOMEvents: { paste: (_view, event) => pasted(event) },
    handleDoubleClickOn(_view, _pos, node, at) {
      if (!node.type.isInGroup("block") || !node.type.spec.draggable) return false;
      openCard(node, at);
      return true;
    },
    dispatchTransaction(tr) {
      view.updateState(view.state.apply(tr));
      toolbar.show(view.state);
      if (tr.docChanged) number();
      if (tr.docChanged && !tr.getMeta("theirs")) sync.soon();
    },
  });
  root.classList.toggle("editor--beside", isBeside);
  root.querySelector("[data-starting]")?.remove();
  const sync = new Sync({ url, token, sitting, view, notes, opening, onState: shown, onAnswer: told, translates });
  number();
  toolbar.show(view.state);
  clashes(opening.clashes);
  place.dataset.ready = "";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-takes]");
    if (button) settle(button);
  });
  addEventListener("beforeunload", (event) => {
    if (sync.isDirty()) event.preventDefault();
  });

  function number() {
    const numbers = notes.show(view.state.doc);
    for (const mark of view.dom.querySelectorAll("[data-note].note-mark")) {
      mark.textContent = numbers.get(mark.dataset.note) ?? "?";
      mark.setAttribute("aria-label", `${words.note} ${mark.textContent}`);
    }
  }

  function changed(gone) {
    if (gone) {
      const tr = view.state.tr;
      const places = [];
      view.state.doc.descendants((node, pos) => node.type === nodes.note && node.attrs.key === gone && places.push(pos));
      for (const pos of places.reverse()) tr.delete(pos, pos + 1);
      if (tr.docChanged) view.dispatch(tr);
      else number();
      view.focus();
    }
    sync.soon();
  }

  function backToMark(key) {
    let found = null;
    view.state.doc.descendants((node, pos) => {
      if (node.type === nodes.note && node.attrs.key === key) found = pos;
    });
    if (found !== null) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(found + 1))).scrollIntoView());
    view.focus();
  }

  // --- What the toolbar and the keyboard ask for

  async function run(name) {
    const block = currentBlock(view.state);
    if (name === "link") await linkMark();
    else if (name === "footnote" || name === "comment") addNote(name);
    else if (name === "help") document.querySelector('[data-dialog="help"]').showModal();
    else if (["image", "gallery", "file", "card", "video"].includes(name)) await addCard(name === "card" ? "link_card" : name);
    else if (name === "edit" && block?.node.type.spec.draggable) openCard(block.node, block.pos);
    else commands[name]?.(view.state, view.dispatch);
    if (!document.querySelector("dialog[open]") && !document.activeElement?.closest("[data-notes]")) view.focus();
  }

  async function linkMark() {
    const { from, to, empty, $from } = view.state.selection;
    const old = marks.link.isInSet($from.marks()) ?? marks.link.isInSet(view.state.doc.nodeAt(from)?.marks ?? []);
    const said = await ask("link", { href: old?.attrs.href ?? "" });
    if (!said) return view.focus();
    const range = empty && old ? around($from, old) : { from, to };
    const tr = view.state.tr.removeMark(range.from, range.to, marks.link);
    if (said.answer === "ok" && said.href) {
      const href = /^[\w-]+(\.[\w-]+)+/.test(said.href) && !/^\w+:/.test(said.href) ? `https://${said.href}` : said.href;
      if (range.from === range.to) tr.insert(range.from, schema.text(said.href, [marks.link.create({ href })]));
      else tr.addMark(range.from, range.to, marks.link.create({ href }));
    }
    view.dispatch(tr);
    return view.focus();
  }

  function addNote(kind) {
    const key = notes.add(kind);
    const end = view.state.selection.to;
    view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(end), -1)).insert(end, nodes.note.create({ key })));
    notes.focus(key);
  }

  async function addCard(type, file) {
    const said = await cardDialog(type, {}, file);
    if (said) insert(nodes[type].create({ ...said, key: newKey() }))(view.state, view.dispatch);
    view.focus();
  }

  async function openCard(node, pos) {
    const said = await cardDialog(node.type.name, node.attrs);
    if (said) setAttrs(view, pos, said);
    view.focus();
  }

  async function cardDialog(type, attrs, file) {
    const input = document.querySelector(`[data-dialog="card-${type}"] input[type=file]`);
    const asked = ask(`card-${type}`, { lang: language, ...attrs });
    preview(document.querySelector(`[data-dialog="card-${type}"]`), file);
    offerPictures();
    if (input && file) {
      const kept = new DataTransfer();
      kept.items.add(file);
      input.files = kept.files;
    }
    const said = await asked;
    if (said?.answer !== "ok") return null;
    const { answer: _answer, upload: chosen, lang, ...values } = said;
    if (chosen?.size) {
      const id = type === "file" ? await sendDocument(chosen, values.title, lang) : await sendPicture(chosen, values.alt);
      if (!id) return null;
      values[type === "file" ? "file" : "picture"] = id;
    }
    return Object.fromEntries(Object.entries(values).filter(([name]) => name in nodes[type].spec.attrs));
  }

  // Pictures that are here already are suggested by their titles.
  async function offerPictures() {
    const list = document.getElementById("pictures-here");
    if (!list || !pick || list.options.length) return;
    const answer = await fetch(pick, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { pictures: found } = await answer.json();
    for (const one of found) pictures.set(one.id, one.url);
    list.replaceChildren(...found.map((one) => new Option(one.title || one.alt, one.id)));
  }

  async function sendPicture(file, alt) {
    const said = await send(upload, { file, alt, lang: language });
    if (said) pictures.set(said.id, said.url);
    return said?.id;
  }

  async function sendDocument(file, title, lang) {
    const said = await send(fileUpload, { file, title, lang });
    if (said?.is_new) document.querySelector('[data-dialog="card-file"] select[name=file]').add(new Option(said.title, said.id));
    return said?.id;
  }

  async function send(where, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    status(root, words.uploading);
    try {
      const answer = await fetch(where, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" }, body });
      const said = await answer.json();
      status(root, answer.ok ? words.dirty : said.error ?? words.refused, answer.ok ? "" : "error");
      if (answer.ok) return said;
    } catch {
      status(root, words.offline, "error");
    }
    return null;
  }

  function dropped(event) {
    const files = [...((event.dataTransfer ?? event.clipboardData)?.files ?? [])];
    if (!files.length) return false;
    event.preventDefault();
    const at = event.dataTransfer && view.posAtCoords({ left: event.clientX, top: event.clientY });
    if (at) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(at.pos))));
    addAll(files);
    return true;
  }

  async function addAll(files) {
    for (const file of files) await addCard(file.type.startsWith("image/") ? "image" : "file", file);
  }

  const addFootnote = (said) => notes.add("footnote", escaped(said));

  // Pictures among what is pasted are asked about one after the other; what the clipboard does not hold is told.
  function pasted(event) {
    const { html, found, isOnlyPictures } = picturesOf(event.clipboardData, words.image);
    tell("");
    if (isOnlyPictures) return dropped(event);
    if (!found.length) return !html && dropped(event);
    event.preventDefault();
    takeIn(html, found);
    return true;
  }

  async function takeIn(html, found) {
    const taken = [];
    for (const { file, alt } of found) taken.push(file ? await cardDialog("image", { alt }, file) : null);
    prepared = tidied(html, addFootnote, taken);
    view.pasteHTML(prepared);
    view.focus();
    const lost = found.filter((one) => !one.file).length;
    tell(lost ? words.picturesLost.replace("NUMBER", lost) : "");
  }

  function tell(text) {
    const line = root.querySelector("[data-told]");
    line.hidden = !text;
    line.textContent = text;
  }

  // --- The translator's view

  function translates(key, node, known) {
    const pair = pairsOf(view.state).find((one) => one.key === key);
    if (!pair || !node.textContent || (known && known.eq(node))) return undefined;
    written.add(key);
    return `${pair.source}:${pair.mark}`;
  }

  async function stillRight(pair) {
    const body = new URLSearchParams({ key: pair.key, source: pair.source, mark: pair.mark });
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(translated, { method: "POST", headers, body });
    if (answer.ok) setPairs(view, (await answer.json()).pairs);
  }

  function addTranslation(pair) {
    const list = pairsOf(view.state);
    const before = list.slice(0, list.indexOf(pair)).map((one) => one.key);
    let at = 0;
    view.state.doc.forEach((node, pos) => {
      if (before.includes(node.attrs.key)) at = pos + node.nodeSize;
    });
    const key = newKey();
    const tr = view.state.tr.insert(at, nodes.paragraph.create({ key }));
    view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
    setPairs(view, list.map((one) => (one === pair ? { ...one, key } : one)));
    view.focus();
  }

  // --- What the server says

  function shown(name, said = {}) {
    const isRefused = name === "refused";
    const text = isRefused && said.message ? `${words.refused} ${said.message}` : words[name];
    status(root, text, isRefused || name === "offline" ? "error" : "");
    root.dataset.state = name;
    if (name === "saved" && isBeside) {
      const said = new Map();
      view.state.doc.forEach((node) => said.set(node.attrs.key, node));
      const pairs = pairsOf(view.state);
      const fresh = pairs.map((pair) =>
        pair.fit !== "current" && pair.key && written.has(pair.key) && said.get(pair.key)?.textContent ? { ...pair, fit: "current" } : pair,
      );
      if (fresh.some((pair, index) => pair !== pairs[index])) setPairs(view, fresh);
    }
  }

  function told(said) {
    const names = [...new Set(said.others.map((other) => other.name))];
    const line = root.querySelector("[data-others]");
    line.hidden = !names.length;
    line.textContent = names.length ? words.others.replace("NAMES", names.join(", ")) : "";
    const at = new Set(said.others.map((other) => other.block).filter(Boolean));
    view.dom.querySelectorAll(".editor-other").forEach((one) => one.classList.remove("editor-other"));
    view.state.doc.forEach((node, pos) => at.has(node.attrs.key) && view.nodeDOM(pos)?.classList?.add("editor-other"));
    clashes(said.clashes);
  }

  function clashes(found) {
    const box = root.querySelector("[data-clashes]");
    const known = box.dataset.shown ?? "";
    const now = JSON.stringify(found);
    if (known === now) return;
    box.dataset.shown = now;
    box.hidden = !found.length;
    const template = box.querySelector("template");
    const rows = found.map((one) => {
      const row = template.content.firstElementChild.cloneNode(true);
      row.dataset.clash = one.id;
      row.querySelector("[data-by]").textContent = one.by;
      row.querySelector("[data-theirs]").textContent = blockText(one.key);
      row.querySelector("[data-mine]").textContent = one.is_removal ? words.removed : one.words;
      return row;
    });
    box.querySelector("[data-rows]").replaceChildren(...rows);
  }

  function blockText(key) {
    let found = "";
    view.state.doc.forEach((node) => node.attrs.key === key && (found = node.textBetween(0, node.content.size, "\n")));
    return found;
  }

  async function settle(button) {
    const body = new URLSearchParams({ clash: button.closest("[data-clash]").dataset.clash, takes: button.dataset.takes });
    const answer = await fetch(clash, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" }, body });
    if (answer.ok) clashes((await answer.json()).clashes);
    sync.soon(0);
    view.focus();
  }
}

function around($pos, mark) {
  let from = $pos.pos;
  let to = $pos.pos;
  $pos.parent.forEach((node, offset) => {
    const start = $pos.start() + offset;
    if (mark.isInSet(node.marks) && start <= $pos.pos && start + node.nodeSize >= $pos.pos) {
      from = start;
      to = start + node.nodeSize;
    }
  });
  return { from, to };
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function status(root, text, tone = "") {
  const line = root.querySelector("[data-status]");
  line.textContent = text;
  line.classList.toggle("editor__status--error", tone === "error");
}
