// Brings news without a reload: the terminal says that something changed, and the board is fetched again.
"use strict";

const board = document.querySelector(".board");
const news = new EventSource("/news");
let busy = false;
let again = false;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store", redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".board");
    if (answer.ok && fresh) {
      const open = board.querySelector("details")?.open;
      board.replaceChildren(...fresh.childNodes);
      if (open) board.querySelector("details")?.setAttribute("open", "");
      document.body.classList.remove("lost");
    } else {
      location.reload();
    }
  } catch {
    document.body.classList.add("lost");
  } finally {
    busy = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

news.addEventListener("changed", refresh);
news.addEventListener("open", refresh);
news.addEventListener("error", () => document.body.classList.add("lost"));
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) button.disabled = true;
});
