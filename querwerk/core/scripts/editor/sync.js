// Saves while somebody types: changed blocks only, again and again until they have arrived, and brings what others wrote.
import { blockOf, nodeOf } from "./convert.js";

const PAUSE = 900;
const POLL = 8000;
const MOST_AT_ONCE = 200;
const RETRY = [2000, 5000, 10000, 30000];

export class Sync {
  constructor({ url, token, sitting, view, notes, opening, onState, onAnswer, translates }) {
    Object.assign(this, { url, token, sitting, view, notes, onState, onAnswer, translates });
    this.revision = opening.revision;
    this.synced = new Map();
    this.order = [];
    this.behind = new Map(); // blocks that others changed while they were being changed here: key → our base revision
    this.theirs = new Map();
    this.failures = 0;
    this.isBusy = false;
    this.remember(view.state.doc);
    this.poll();
    addEventListener("online", () => this.soon(0));
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.soon(0));
  }

  // Also the empty paragraph with which a text without blocks is shown: it is no change of anybody's.
  remember(doc) {
    doc.forEach((node) => {
      this.synced.set(node.attrs.key, node);
      this.order.push(node.attrs.key);
    });
  }

  isDirty() {
    return !isEmpty(this.changes(1)) || this.notes.dirty.size > 0;
  }

  changes(most = MOST_AT_ONCE) {
    const put = [];
    const doc = this.view.state.doc;
    const now = [];
    doc.forEach((node) => now.push(node.attrs.key));
    const moved = movedKeys(this.order, now);
    const sent = [];
    let after = "";
    doc.forEach((node) => {
      const { key } = node.attrs;
      const known = this.synced.get(key);
      const isMoved = moved.has(key);
      if (put.length < most && (!known || isMoved || (known !== node && !known.eq(node)))) {
        put.push({ block: blockOf(node), after, moved: isMoved, base: this.behind.get(key), translates: this.translates(key, node, known) });
        sent.push(node);
      }
      after = key;
    });
    const here = new Set(now);
    return { put, sent, now, remove: this.order.filter((key) => !here.has(key)) };
  }

  soon(wait = PAUSE) {
    if (wait && this.failures) return; // the next try is set already
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
    if (wait && this.isDirty()) this.onState("dirty");
  }

  poll() {
    clearInterval(this.ticking);
    this.ticking = setInterval(() => document.hidden || this.isBusy || this.failures || this.save(), POLL);
  }

  async save() {
    if (this.isBusy) return this.soon();
    this.isBusy = true;
    const found = this.changes();
    const notes = this.notes.changes();
    const isSaving = !isEmpty(found) || notes.put.length || notes.remove.length;
    if (isSaving) this.onState("saving");
    let said;
    try {
      said = await this.send({ ...this.header(), put: found.put, remove: found.remove, notes: notes.put, remove_notes: notes.remove });
    } catch (error) {
      this.isBusy = false;
      return this.failed(error);
    }
    this.isBusy = false;
    this.failures = 0;
    this.notes.arrived(notes);
    this.arrived(found, said);
    this.onAnswer(said);
    const isDone = !this.isDirty();
    this.onState(isDone ? "saved" : "dirty", said);
    if (!isDone) this.soon();
    return undefined;
  }

  header() {
    return { base: this.revision, sitting: this.sitting, block: this.currentKey() };
  }

  currentKey() {
    const { $from } = this.view.state.selection;
    return this.view.hasFocus() && $from.depth ? $from.node(1).attrs.key : "";
  }

  async send(patch) {
    const answer = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(patch),
      redirect: "error",
    });
    if (!answer.ok) {
      const message = answer.status === 422 ? (await answer.json()).message : "";
      throw Object.assign(new Error(message), { status: answer.status });
    }
    return answer.json();
  }

  failed(error) {
    const wait = RETRY[Math.min(this.failures, RETRY.length - 1)];
    this.failures += 1;
    this.onState(error.status ? "refused" : "offline", { status: error.status, message: error.message });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  // What was sent is known to have arrived; what others wrote is put in where nobody writes here.
  arrived({ put, sent, remove }, said) {
    const clashing = new Set(said.clashes.map((clash) => clash.key));
    sent.forEach((node, index) => {
      const { key } = node.attrs;
      if (clashing.has(key)) return;
      this.synced.set(key, node);
      if (this.behind.delete(key)) this.theirs.delete(key);
      if (!this.order.includes(key) || put[index].moved) this.place(key, put[index].after);
    });
    for (const key of remove) {
      this.synced.delete(key);
      this.order = this.order.filter((other) => other !== key);
    }
    if (said.revision !== this.revision) this.merge(said, sent, clashing);
    this.revision = said.revision;
  }

  place(key, after) {
    this.order = this.order.filter((other) => other !== key);
    this.order.splice(after ? this.order.indexOf(after) + 1 : 0, 0, key);
  }

  merge(said, sent, clashing) {
    const before = this.revision;
    const sentByKey = new Map(sent.map((node) => [node.attrs.key, node]));
    for (const block of said.put) this.theirs.set(block.key, block);
    const tr = this.view.state.tr.setMeta("addToHistory", false).setMeta("theirs", true);
    const current = () => {
      const found = new Map();
      tr.doc.forEach((node, pos) => found.set(node.attrs.key, { node, pos }));
      return found;
    };
    for (const [key, block] of [...this.theirs]) {
      const here = current().get(key);
      const known = this.synced.get(key);
      const node = nodeOf(block);
      const isMine = here && known && !here.node.eq(known);
      const isSettled = clashing.has(key) && sentByKey.get(key)?.eq(here?.node ?? node);
      if (isMine && !isSettled) {
        if (!this.behind.has(key)) this.behind.set(key, before);
        continue;
      }
      if (here && !here.node.eq(node)) tr.replaceWith(here.pos, here.pos + here.node.nodeSize, node);
      if (!here && !said.order?.includes(key)) continue;
      if (!here) tr.insert(placeFor(tr.doc, said.order, key), node);
      this.synced.set(key, node);
      this.behind.delete(key);
      this.theirs.delete(key);
    }
    if (said.order) this.follow(tr, said.order);
    this.notes.merge(said.notes);
    if (tr.docChanged) this.view.dispatch(tr);
  }

  // Take out what others removed, and bring the blocks into their order where nothing was moved here.
  follow(tr, order) {
    const there = new Set(order);
    const gone = [];
    tr.doc.forEach((node, pos) => {
      const known = this.synced.get(node.attrs.key);
      if (known && !there.has(node.attrs.key) && known.eq(node)) gone.push({ from: pos, to: pos + node.nodeSize, key: node.attrs.key });
    });
    for (const { from, to, key } of gone.reverse()) {
      if (tr.doc.childCount > 1) tr.delete(from, to);
      this.synced.delete(key);
    }
    for (const key of [...this.synced.keys()]) if (!there.has(key)) this.synced.delete(key);
    const wanted = order.filter((key) => this.synced.has(key));
    for (const key of movedKeys(keysOf(tr.doc).filter((one) => this.synced.has(one)), wanted)) {
      let found;
      tr.doc.forEach((node, pos) => {
        if (node.attrs.key === key) found = { node, pos };
      });
      if (!found) continue;
      tr.delete(found.pos, found.pos + found.node.nodeSize);
      tr.insert(placeFor(tr.doc, order, key), found.node);
    }
    this.order = wanted;
  }

  leave() {
    const patch = { ...this.header(), is_leaving: true };
    const found = this.changes();
    const notes = this.notes.changes();
    fetch(this.url, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ ...patch, put: found.put, remove: found.remove, notes: notes.put, remove_notes: notes.remove }),
    }).catch(() => {});
  }
}

const isEmpty = (found) => !found.put.length && !found.remove.length;

function keysOf(doc) {
  const found = [];
  doc.forEach((node) => found.push(node.attrs.key));
  return found;
}

function placeFor(doc, order, key) {
  const before = new Set(order.slice(0, order.indexOf(key)));
  let place = 0;
  doc.forEach((node, pos) => {
    if (before.has(node.attrs.key)) place = pos + node.nodeSize;
  });
  return place;
}

// The keys that are not in a longest common order: these have moved, all others stayed.
function movedKeys(before, now) {
  const place = new Map(before.map((key, index) => [key, index]));
  const shared = now.filter((key) => place.has(key));
  const ends = [];
  const previous = [];
  shared.forEach((key, index) => {
    const number = place.get(key);
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.get(shared[ends[middle]]) < number) low = middle + 1;
      else high = middle;
    }
    previous[index] = low ? ends[low - 1] : -1;
    ends[low] = index;
  });
  const steady = new Set();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]) steady.add(shared[at]);
  return new Set(shared.filter((key) => !steady.has(key)));
}
