// The translator's view: each block of the source beside the block that translates it, with how they fit.
import { Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";

const place = new PluginKey("beside");

export const pairsOf = (state) => place.getState(state)?.pairs ?? [];

export function setPairs(view, pairs) {
  view.dispatch(view.state.tr.setMeta(place, pairs).setMeta("addToHistory", false));
}

export function beside(pairs, tools) {
  return new Plugin({
    key: place,
    state: {
      init: (_config, state) => ({ pairs, shown: decorations(state.doc, pairs, tools) }),
      apply(tr, value) {
        const fresh = tr.getMeta(place) ?? value.pairs;
        if (fresh === value.pairs && !tr.docChanged) return value;
        return { pairs: fresh, shown: decorations(tr.doc, fresh, tools) };
      },
    },
    props: { decorations: (state) => place.getState(state).shown },
  });
}

function decorations(doc, pairs, tools) {
  const places = new Map();
  doc.forEach((node, pos) => places.set(node.attrs.key, { pos, end: pos + node.nodeSize }));
  const found = [];
  let last = 0;
  for (const pair of pairs) {
    const here = pair.key ? places.get(pair.key) : undefined;
    const at = here?.pos ?? last;
    const name = `${pair.source} ${pair.fit} ${pair.mark} ${Boolean(here)}`;
    found.push(Decoration.widget(at, () => sourceOf(pair, Boolean(here), tools), { side: -1, key: name, ignoreSelection: true }));
    if (here) {
      found.push(Decoration.node(here.pos, here.end, { class: `beside beside--${pair.fit}` }));
      last = here.end;
    }
  }
  return DecorationSet.create(doc, found);
}

function sourceOf(pair, isHere, { language, words, confirm, add }) {
  const block = document.createElement("div");
  block.className = `source-block source-block--${pair.fit}`;
  block.contentEditable = "false";
  const said = document.createElement("div");
  said.className = "source-block__words";
  said.lang = language;
  said.innerHTML = pair.html; // rendered by the server from cleaned blocks
  if (!pair.html) said.textContent = pair.words;
  const state = document.createElement("p");
  state.className = "source-block__state";
  state.textContent = words[pair.fit];
  block.append(said, state);
  if (!isHere || pair.fit === "newer") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = isHere ? words.stillRight : words.addBlock;
    button.addEventListener("click", () => (isHere ? confirm(pair) : add(pair)));
    block.append(button);
  }
  return block;
}
