// The hall's screen: fetches what changed, rings and speaks when somebody is called, and says so when it is not up to
// date.
"use strict";

const AGAIN_MS = 5000;
const SILENCE_MS = 25000; // the hub gives a sign of life more often
const AFTER_CHIME_MS = 1300;
const ROUNDS = 2; // who was talking when it rang
const live = document.querySelector("#live");
let heard = Date.now();
let sound = null;
let shown = live.innerHTML;

function chime() {
  for (const [tone, at] of [[659, 0], [523, 0.35]]) {
    const voice = sound.createOscillator();
    const volume = sound.createGain();
    const start = sound.currentTime + at;
    voice.frequency.value = tone;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
    voice.connect(volume).connect(sound.destination);
    voice.start(start);
    voice.stop(start + 0.9);
  }
}

// In each language for which this screen has a voice; without any it rings alone.
function speak() {
  const voices = speechSynthesis.getVoices();
  const lines = [...live.querySelectorAll("[data-said]")].filter(line =>
    voices.some(voice => voice.lang.slice(0, 2).toLowerCase() === line.lang.slice(0, 2)),
  );
  speechSynthesis.cancel();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const line of lines) {
      const spoken = new SpeechSynthesisUtterance(line.dataset.said);
      spoken.lang = line.lang;
      spoken.rate = 0.85;
      speechSynthesis.speak(spoken);
    }
  }
}

function wire() {
  const button = document.querySelector("#sound");
  button.setAttribute("aria-pressed", String(sound !== null));
  button.addEventListener("click", () => {
    sound = new AudioContext(); // browsers give sound to a page that was touched
    button.setAttribute("aria-pressed", "true");
    chime();
  });
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#live");
    if (!answer.ok || !fresh) throw new Error("another page");
    if (fresh.innerHTML !== shown) {
      const called = fresh.dataset.call !== live.dataset.call && fresh.dataset.call !== "";
      shown = fresh.innerHTML;
      live.replaceChildren(...fresh.childNodes);
      live.dataset.call = fresh.dataset.call;
      wire();
      if (called) {
        document.querySelector(".calls").classList.add("rings");
        if (sound) {
          chime();
          setTimeout(speak, AFTER_CHIME_MS);
        }
      }
    }
    heard = Date.now();
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
}

wire();
function listen() {
  const news = new EventSource(live.dataset.news);
  news.addEventListener("changed", refresh);
  news.addEventListener("open", refresh);
  news.addEventListener("beat", () => {
    heard = Date.now();
    if (document.body.classList.contains("lost")) refresh();
  });
  news.addEventListener("error", () => {
    document.body.classList.add("lost");
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS); // else it tries again by itself
  });
}

listen();
setInterval(() => {
  if (Date.now() - heard > SILENCE_MS) document.body.classList.add("lost");
}, 1000);
setInterval(refresh, 30000); // the time, and who is away
