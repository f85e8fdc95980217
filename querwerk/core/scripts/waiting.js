// A page that waits for the worker looks again by itself; the link on it does the same without this file.
const EVERY = 3000;

function later() {
  if (document.querySelector("[data-waiting=busy]")) setTimeout(look, EVERY);
}

async function look() {
  const place = document.querySelector("[data-waiting]");
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-waiting]");
      if (answer.ok && fresh) {
        const isDone = fresh.dataset.waiting !== "busy";
        place.replaceWith(fresh);
        if (isDone) document.querySelector("[data-waiting-status]").textContent = fresh.dataset.words;
      }
    } catch {
      // No connection: the next look tries again.
    }
  }
  later();
}

later();
