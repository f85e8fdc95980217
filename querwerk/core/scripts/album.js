// Leafing through pictures: keys and swipes follow the links that stand on the page; a gallery opens above its page.

const SWIPE = 48; // CSS pixels: less is a tap

function leaf(around, go) {
  let start = null;
  around.addEventListener("pointerdown", (event) => {
    start = event.isPrimary && event.pointerType !== "mouse" ? [event.clientX, event.clientY] : null;
  });
  around.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [across, down] = [event.clientX - start[0], event.clientY - start[1]];
    start = null;
    if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) go(across > 0 ? "before" : "after");
  });
  around.addEventListener("pointercancel", () => (start = null));
}

const keys = { ArrowLeft: "before", ArrowRight: "after" };
const way = (around, name) => around.querySelector(`[data-${name}]`);

// The page of one picture.
const viewer = document.querySelector("[data-viewer]");
if (viewer) {
  const go = (name) => way(viewer, name)?.click();
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    if (keys[event.key]) go(keys[event.key]);
  });
  leaf(viewer.querySelector("[data-stage]"), go);
}

// A gallery on the page of a record.
for (const album of document.querySelectorAll("[data-album]")) {
  let dialog = null;
  let opener = null;

  const show = async (url) => {
    let page;
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(String(answer.status));
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      location.href = url; // the page itself says what is wrong
      return;
    }
    const fresh = page.querySelector("[data-viewer]");
    const held = dialog.contains(document.activeElement) && document.activeElement.matches("[data-before]") ? "before" : "after";
    dialog.replaceChildren(fresh);
    fresh.querySelector("h1").setAttribute("aria-live", "polite");
    (way(dialog, held) ?? way(dialog, "close")).focus();
    leaf(fresh.querySelector("[data-stage]"), go);
  };
  const go = (name) => {
    const link = way(dialog, name);
    if (link) show(link.href);
  };
  const open = (url) => {
    dialog = document.createElement("dialog");
    dialog.className = "album-dialog";
    dialog.setAttribute("aria-label", album.dataset.album);
    dialog.addEventListener("keydown", (event) => keys[event.key] && go(keys[event.key]));
    dialog.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (event.target === dialog || link?.matches("[data-close]")) {
        event.preventDefault();
        dialog.close();
      } else if (link?.matches("[data-before], [data-after]")) {
        event.preventDefault();
        show(link.href);
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
    show(url);
  };
  album.addEventListener("click", (event) => {
    const link = event.target.closest("[data-album-link]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    open(link.href);
  });
}
