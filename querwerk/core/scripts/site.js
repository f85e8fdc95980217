// What pages gain where scripts run. Everything works without this file.

// The menu closes on Escape, on a click beside it, and when the focus leaves it.
for (const menu of document.querySelectorAll("[data-menu]")) {
  const close = () => menu.removeAttribute("open");
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary").focus();
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) close();
  });
}

// A film is fetched from its host only after a click: the button replaces itself by the frame.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-film]");
  if (!button) return;
  const frame = document.createElement("iframe");
  frame.src = button.dataset.film;
  frame.title = button.dataset.title;
  frame.allow = "fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin";
  frame.className = "film__frame";
  button.closest(".film__stage").replaceChildren(frame);
  frame.focus();
});

// A form that was sent says so and cannot be sent twice by a double click.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || event.target.method !== "post" || !button || button.formTarget === "_blank") return;
  setTimeout(() => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  });
});
// Coming back with the browser's own button shows the form as it was, ready to be sent again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy][disabled]:not([data-busy])")) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});

// The summary of errors is where the reader should be after a form came back.
const wrong = document.querySelector("[data-errors]");
wrong?.focus();
// Where the address names a place in the page, the browser goes there when all is loaded, and takes the focus away.
if (wrong && location.hash) addEventListener("load", () => setTimeout(() => document.activeElement === document.body && wrong.focus()));
