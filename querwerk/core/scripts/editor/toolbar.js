// One stop for the Tab key, arrows inside (WAI-ARIA pattern "toolbar").
import { currentBlock, isActive } from "./commands.js";

export class Toolbar {
  constructor(root, run) {
    this.root = root;
    this.controls = [...root.querySelectorAll("button, select")];
    this.controls.forEach((control, index) => (control.tabIndex = index ? -1 : 0));
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-command]");
      if (button && button.localName === "button") run(button.dataset.command);
    });
    // A click must not take the selection out of the text.
    root.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
    root.addEventListener("change", (event) => event.target.matches("select") && run(event.target.value));
    root.addEventListener("keydown", (event) => this.walk(event));
    root.addEventListener("focusin", (event) => this.stopAt(event.target));
  }

  visible() {
    return this.controls.filter((control) => !control.closest("[hidden]"));
  }

  focus() {
    (this.visible().find((control) => control.tabIndex === 0) ?? this.visible()[0]).focus();
  }

  stopAt(control) {
    if (!this.controls.includes(control)) return;
    for (const other of this.controls) other.tabIndex = other === control ? 0 : -1;
  }

  walk(event) {
    const found = this.visible();
    const at = found.indexOf(event.target);
    const last = found.length - 1;
    const isSelect = event.target.localName === "select" && ["ArrowUp", "ArrowDown"].includes(event.key);
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (next === undefined || isSelect || at < 0) return;
    event.preventDefault();
    found[next].focus();
  }

  show(state) {
    const block = currentBlock(state);
    const name = block?.node.type.name ?? "";
    for (const control of this.controls) {
      const test = isActive[control.dataset.command];
      if (test && control.localName === "button") control.setAttribute("aria-pressed", String(test(state)));
    }
    const select = this.root.querySelector("select");
    select.value = name === "heading" ? `heading${Math.min(block.node.attrs.level, 4)}` : "paragraph";
    this.root.querySelector("[data-table-tools]").hidden = !isActive.inTable(state);
    const active = this.visible();
    if (!active.some((control) => control.tabIndex === 0)) this.stopAt(active[0]);
  }
}
