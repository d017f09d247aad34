// What the page shows while the bot has no power, and afterwards: what was lost, what was doubled.

import { element } from "./bubbles.js";
import { word } from "./words.js";

const LINES = ["acts", "cases", "claims", "messages"];
const find = (selector) => document.querySelector(selector);

let closed = 0; // the outage whose count was put away
let since = 0; // when this page saw the power fail
let ticking = null;

// `power` is what the server tells: { on, waiting, outage }.
export function showPower(power) {
  const outage = power.outage;
  const dark = !power.on && outage !== null;
  if (dark) since ||= Date.now();
  else since = 0;
  find("#plug").disabled = !power.on;
  find("#power").hidden = outage === null || (!dark && outage.number === closed);
  find("#power").classList.toggle("dark", dark);
  find("#power-close").hidden = dark;
  find("#power-close").onclick = () => {
    closed = outage.number;
    find("#power").hidden = true;
  };
  clearInterval(ticking);
  if (outage === null) closed = 0;
  else if (dark) tellDark(power);
  else tellBack(outage);
}

function tellDark({ waiting }) {
  const [before, after] = word("dark", { seconds: "|" }).split("|");
  const seconds = element("span"); // too quick for a screen reader to follow
  seconds.setAttribute("aria-hidden", "true");
  const tell = () => (seconds.textContent = ((Date.now() - since) / 1000).toFixed(1));
  tell();
  ticking = setInterval(tell, 100);
  find("#power-now").replaceChildren(before, seconds, after);
  find("#power-more").textContent = word(waiting ? "dark_waiting" : "dark_quiet", { count: waiting });
  find("#power-table").hidden = true;
}

function tellBack({ seconds, waited, known, counted }) {
  find("#power-now").textContent = word("back", { seconds: seconds.toFixed(1) });
  find("#power-table").hidden = counted === null;
  if (counted === null) {
    find("#power-more").textContent = word("counting");
    return;
  }
  const said = [word(waited ? "arrived" : "nothing_waited", { count: waited })];
  if (known) said.push(word("known", { count: known }));
  const { doubtful, twice } = counted;
  said.push(word(doubtful ? "doubtful" : "not_doubtful", { count: doubtful, twice }));
  find("#power-more").textContent = said.join("");
  find("#power-table").replaceChildren(head(), element("tbody", "", ...LINES.map((line) => row(line, counted[line]))));
}

function head() {
  const names = ["matter", "before", "after", "lost", "doubled"];
  const cells = names.map((name) => heading(word(`power_${name}`), "col"));
  return element("thead", "", element("tr", "", ...cells));
}

function row(line, { before, now, lost, doubled }) {
  const numbers = [before, now, lost, doubled].map((number) => element("td", "", String(number)));
  for (const cell of numbers.slice(2)) cell.classList.toggle("wrong", cell.textContent !== "0");
  return element("tr", "", heading(word(`power_${line}`), "row"), ...numbers);
}

function heading(text, scope) {
  const made = element("th", "", text);
  made.scope = scope;
  return made;
}
