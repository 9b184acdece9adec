// Brings news without a reload: the hub says that something changed, and the part that lives is fetched again.
"use strict";

const live = document.querySelector("#live");
const AGAIN_MS = 5000;

async function refresh() {
  if (live.querySelector("details[open]")) return; // somebody is about to press something in it
  try {
    const answer = await fetch(live.dataset.page || location.href, { cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect") return location.reload(); // the session is over: the page asks who it is
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#live");
    if (!answer.ok || !fresh) throw new Error("another page");
    live.replaceChildren(...fresh.childNodes);
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
}

function listen() {
  const news = new EventSource(live.dataset.news || `/news?of=${live.dataset.of}`);
  news.addEventListener("changed", refresh);
  news.addEventListener("open", refresh);
  news.addEventListener("error", () => {
    document.body.classList.add("lost");
    if (news.readyState !== EventSource.CLOSED) return; // it tries again by itself
    refresh();
    setTimeout(listen, AGAIN_MS);
  });
}

listen();
