// The page: several phones side by side, and the district's clock above them.

import { element, icon } from "./bubbles.js";
import { Links } from "./links.js";
import { Phone } from "./phone.js";
import { showPower } from "./power.js";
import { get, listen, post } from "./server.js";
import { clockTime, dayName, hasWord, speak, word } from "./words.js";

const ALERT = 8000;
const find = (selector) => document.querySelector(selector);
const narrow = matchMedia("(max-width: 899px)");

let world = { now: "", language: "", play: "idle", power: { on: true, waiting: 0, outage: null } };
let phones = [];
const picked = new Map(); // place → whose phone is picked up there
let current = "";
let place = [0, 0];
let links = new Links("");
let files = true;
let early = null; // changes that arrive while the state is on its way
let asked = 0;

// ── What the server tells ──

async function begin() {
  const mine = ++asked;
  early ??= [];
  let state = null;
  try {
    state = await get("/api/state");
  } catch (problem) {
    alertWith(problem.code);
  }
  if (mine !== asked) return; // a later question will be answered with a later state
  if (state) {
    applyWorld(state.world, true);
    build(state);
  }
  const late = early;
  early = null;
  late.forEach(apply);
}

function change(told) {
  if (early) early.push(told);
  else apply(told);
}

function apply(told) {
  if (told.type === "world") applyWorld(told, false);
  if (told.type === "cleared") begin();
  if (told.type === "bubble") {
    if (world.play === "running") follow(told.bubble);
    for (const phone of phones) phone.show(told.bubble, visible(phone));
  }
  if (told.type === "taken") for (const phone of phones) phone.arrive(told.chat, told.bubble);
  if (told.type === "removed") for (const phone of phones) phone.remove(told.chat, told.bubble);
  if (told.type === "typing" && world.power.on) for (const phone of phones) phone.setTyping(told.chat, told.on);
  if (told.type === "toast") phones.find((phone) => phone.person === told.person)?.setToast(told.text);
}

function applyWorld({ now, language, play, power }, building) {
  const before = world;
  world = { now, language, play, power };
  if (language !== before.language) {
    speak(language);
    // Titles and labels on the phones are in the old language: they are drawn again.
    if (!building) begin();
  }
  find("#date").textContent = dayName(now);
  find("#time").textContent = clockTime(now);
  find("#time").dateTime = now;
  for (const phone of phones) phone.setClock(now);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  showPlay(play);
  const ends = [...phones.values()].map((phone) => phone.atEnd());
  showPower(power);
  phones.forEach((phone, place) => ends[place] && phone.toEnd());
  if (power.on !== before.power.on) for (const phone of phones) phone.setPower(power.on);
  if (play === "failed" && before.play === "running") alertWith("story_failed");
}

function showPlay(play) {
  const running = play === "running";
  find("#play").replaceChildren(icon(running ? "stop" : "play"), element("span", "", word(running ? "stop" : "play")));
  find("#play").classList.toggle("running", running);
  for (const button of document.querySelectorAll("[data-minutes], #crowd")) button.disabled = running;
}

// ── The phones ──

function build(state) {
  const before = new Map(phones.map((phone) => [phone.person, phone]));
  place = state.place;
  links = new Links(state.capabilities.start_link);
  files = state.capabilities.documents;
  find("#crowd").hidden = !state.capabilities.groups;
  phones = state.phones.map((seat) => new Phone(seat, page, beside(state.phones, seat)));
  for (const phone of phones) {
    phone.fill(state.bubbles, new Set(state.waiting));
    phone.setClock(world.now);
    keep(phone, before.get(phone.person));
  }
  find("#phones").replaceChildren(...phones.map((phone) => phone.root));
  find("#tabs").replaceChildren(...phones.map((phone) => phone.tab));
  const places = new Set(phones.map((phone) => phone.place));
  find("#phones").dataset.count = places.size;
  for (const phone of phones) phone.tab.onclick = () => turnTo(phone.person);
  for (const place of places) pickUp(holder(picked.get(place)) ?? phones.find((one) => one.place === place));
  turnTo(before.has(current) ? current : phones[0]?.person);
  for (const phone of phones) for (const log of phone.logs.values()) log.toEnd();
}

const holder = (person) => phones.find((phone) => phone.person === person);

// Whoever's phones lie in the same place, as [person, title and name].
function beside(seats, seat) {
  const here = seats.filter((one) => one.place === seat.place);
  return here.map((one) => [one.person, `${one.title} ${one.name}`]);
}

function pickUp(phone) {
  picked.set(phone.place, phone.person);
  for (const other of phones.filter((one) => one.place === phone.place)) {
    other.setHeld(other === phone);
    if (other.person === current && other !== phone) current = phone.person;
  }
  turnTo(holder(current) ? current : phone.person);
}

// While the story is told, a place shows the phone of whoever acts or is written to.
function follow(bubble) {
  const phone = holder(bubble.sender || bubble.chat);
  if (phone && !phone.held) pickUp(phone);
}

// The group is to be seen on a phone of its place, whatever was shown before.
function lookAt(chat) {
  const among = phones.filter((phone) => phone.held && phone.logs.has(chat));
  const phone = among.find((one) => one.first === chat) ?? among[0];
  if (!phone) return;
  phone.turnTo(chat);
  turnTo(phone.person);
  openControls(false);
}

// A phone that is drawn again still shows the chat its owner was in, and what was being typed.
function keep(phone, before) {
  if (!before?.logs.has(phone.shown)) return;
  if (phone.logs.has(before.shown)) phone.turnTo(before.shown);
  phone.drafts = before.drafts;
  phone.field.value = before.field.value;
  phone.grow();
  for (const [chat, log] of phone.logs) {
    phone.unread.set(chat, Math.min(before.unread.get(chat) ?? 0, log.drawn.size));
  }
  phone.nameUnread();
}

const page = {
  get place() {
    return place;
  },
  get links() {
    return links;
  },
  get files() {
    return files;
  },
  now: () => world.now,
  alert: alertWith,
  pickUp: (person) => pickUp(holder(person)),
  open: openPhoto,
  seen: () => {
    const waiting = phones.reduce((sum, phone) => sum + phone.waiting, 0);
    document.title = waiting ? `(${waiting}) ${word("title")}` : word("title");
  },
};

function visible(phone) {
  return phone.held && (!narrow.matches || phone.person === current);
}

function turnTo(person) {
  current = person;
  for (const phone of phones) {
    const chosen = phone.person === person;
    phone.root.classList.toggle("current", chosen);
    phone.tab.setAttribute("aria-selected", String(chosen));
    phone.tab.tabIndex = chosen ? 0 : -1;
    if (visible(phone)) phone.seen();
    if (chosen) phone.logs.get(phone.shown).toEnd();
  }
}

function openPhoto(source, code) {
  find("#viewer img").src = source;
  find("#viewer img").alt = word(code ? "code" : "sent_photo");
  find("#viewer img").classList.toggle("code", code);
  find("#viewer").showModal();
}

// ── What the visitor does to the page ──

function alertWith(code) {
  const text = word(hasWord(code) ? code : "problem");
  const made = element("div", "alert", element("p", "", text));
  const close = element("button", "icon-button", icon("close"));
  close.setAttribute("aria-label", word("close"));
  close.onclick = () => made.remove();
  made.append(close);
  find("#alerts").replaceChildren(made);
  setTimeout(() => made.remove(), ALERT);
}

function openControls(open) {
  find("#controls").classList.toggle("open", open);
  find("#more").setAttribute("aria-expanded", String(open));
}

async function busy(button, act) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (problem) {
    alertWith(problem.code);
  }
  button.disabled = false;
  button.removeAttribute("aria-busy");
}

function onClick(selector, act) {
  for (const button of document.querySelectorAll(selector)) {
    button.addEventListener("click", () => busy(button, () => act(button)));
  }
}

onClick("[data-minutes]", (button) => post("/api/clock", { minutes: Number(button.dataset.minutes) }));
onClick("[data-language]", (button) => post("/api/language", { language: button.dataset.language }));
onClick("#crowd", async () => lookAt((await post("/api/crowd")).chat));
onClick("#plug", async () => {
  await post("/api/plug");
  openControls(false); // what happens is told above the phones
});
onClick("#play", () => post(world.play === "running" ? "/api/stop" : "/api/play"));
find("#restart").onclick = () => find("#sure").showModal();
find("#sure").onclose = ({ target }) => {
  if (target.returnValue === "yes") busy(find("#restart"), () => post("/api/restart"));
  target.returnValue = "";
};
find("#viewer").onclick = ({ currentTarget }) => currentTarget.close();
find("#more").onclick = () => openControls(!find("#controls").classList.contains("open"));
find("#tabs").onkeydown = (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const held = phones.filter((phone) => phone.held);
  const at = held.findIndex((phone) => phone.person === current);
  const next = held[(at + step + held.length) % held.length];
  turnTo(next.person);
  next.tab.focus();
};
narrow.onchange = () => turnTo(current);

listen(begin, change, (connected) => {
  find("#connection").hidden = connected;
  find("#connection").textContent = connected ? "" : word("offline");
});
