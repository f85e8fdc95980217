// The desk's forms work without this; here rows come and go without a new page, and nobody leaves unsaved words by mistake.

const MOVES = /^(add|add-languages|up|down|remove|language)(:|$)/;
let isDirty = false;

function mark(dirty) {
  isDirty = dirty;
  for (const note of document.querySelectorAll("[data-unsaved]")) note.hidden = !dirty;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-record-form]")) return;
  mark(true);
  const field = event.target.closest(".field");
  // Whoever fills in a field takes back that it was unknown, also of the whole of which it is a part.
  if (!event.target.matches("[type=checkbox]") && event.target.value) {
    for (let around = field; around; around = around.parentElement.closest(".field")) {
      for (const gap of around.querySelectorAll(":scope > .control__head [data-gap]")) gap.checked = false;
    }
  }
  if (event.target.matches("[data-gap]") && event.target.checked) {
    for (const gap of field.querySelectorAll(":scope > .control__head [data-gap]")) gap.checked = gap === event.target;
  }
  if (event.target.matches("[data-options]")) suggest(event.target);
});

addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-record-form]");
  const button = event.submitter;
  if (!form || !button) return;
  if (button.name !== "do" || !MOVES.test(button.value)) {
    if (button.formTarget !== "_blank") mark(false);
    return;
  }
  event.preventDefault();
  const body = new FormData(form, button);
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(body) });
  } catch {
    return; // offline: the form stays as it is
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-record-form]");
  if (!answer.ok || !fresh) return;
  form.replaceWith(fresh);
  mark(true);
  focusOn(fresh, button.value);
});

function focusOn(form, command) {
  const [move, name, row] = command.split(":");
  const owner = name && form.querySelector(`#${CSS.escape(form.dataset.focus ?? "")}-field`);
  if (!owner) return;
  const rows = owner.querySelectorAll(":scope > .line, :scope > .part");
  const target = move.startsWith("add") ? rows[rows.length - 1] : rows[Math.min(Number(row) + { up: -1, down: 1, remove: 0 }[move], rows.length - 1)];
  const element = target?.querySelector("input:not([type=hidden]), select, textarea") ?? owner.querySelector("button[value^='add']");
  element?.focus();
}

let waiting;
function suggest(input) {
  const list = input.list;
  const form = input.closest("[data-options-url]");
  // A list that came with the page needs no asking.
  if (!list || !form || (list.options.length && !list.dataset.asked)) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const query = new URLSearchParams({ kinds: list.id.replace("options-", ""), q: input.value });
    const answer = await fetch(`${form.dataset.optionsUrl}?${query}`);
    if (!answer.ok) return;
    list.dataset.asked = "";
    list.replaceChildren(...(await answer.json()).options.map((words) => new Option("", words)));
    list.dataset.asked = "yes";
  }, 200);
}

// On a wide screen all of the desk is in view; on a narrow one it is folded.
const wide = matchMedia("(min-width: 60rem)");
const fold = document.querySelector("[data-fold]");
function unfold() {
  if (fold) fold.open = wide.matches;
}
wide.addEventListener("change", unfold);
unfold();

// A place named in the address may lie in a folded part.
for (const link of document.querySelectorAll(".errors__list a")) {
  link.addEventListener("click", () => {
    const part = document.getElementById(link.hash.slice(1))?.closest("details");
    if (part) part.open = true;
  });
}
