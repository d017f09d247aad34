// How one message looks, and the list of them in one chat.

import { minutes, separator, clockTime, word } from "./words.js";

const PAUSE = 5; // minutes of silence after which the time is shown again

export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// A coloured initial; the same person has the same colour on every phone.
export function avatar(person, name) {
  if (!person) {
    const made = element("span", "avatar bot", word("bot_initial"));
    made.setAttribute("aria-hidden", "true");
    return made;
  }
  let sum = 0;
  for (const letter of person) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  const made = element("span", `avatar c${sum % 8}`, [...name][0] ?? "");
  made.setAttribute("aria-hidden", "true");
  return made;
}

// A button for each thing that can be said; `choose(hint)` when one is pressed.
export function hintButtons(hints, choose) {
  return hints.map((hint) => {
    const button = element("button", "hint", hint);
    button.type = "button";
    button.onclick = () => choose(hint);
    return button;
  });
}

// `acts.press(bubble, button)` makes a choice and says whether it still waits, `acts.open(source, code)` shows a photo (or a
// code to scan) large, `acts.copy(text)` takes a link along.
export class Log {
  constructor(owner, chat, label, acts, links) {
    this.owner = owner;
    this.chat = chat;
    this.acts = acts;
    this.links = links;
    this.drawn = new Map(); // bubble id → { bubble, row }
    this.root = element("div", "log");
    this.root.setAttribute("role", "log");
    this.root.setAttribute("aria-label", label);
    this.root.setAttribute("aria-relevant", "additions text");
    this.root.tabIndex = 0;
    this.below = element("button", "below", icon("down"), word("new_below"));
    this.below.type = "button";
    this.below.hidden = true;
    this.below.onclick = () => this.toEnd();
    this.root.onscroll = () => this.atEnd() && (this.below.hidden = true);
    this.box = element("div", "log-box", this.root, this.below);
  }

  // True when the bubble is new here.
  show(bubble, now) {
    const known = this.drawn.get(bubble.id);
    if (known && known.bubble.revision >= bubble.revision) return false;
    const follow = this.atEnd();
    const row = this.row(bubble);
    if (known) {
      if (known.row.contains(document.activeElement)) this.root.focus();
      known.row.replaceWith(row);
      row.classList.add("changed");
    } else {
      this.empty?.remove();
      this.root.append(...this.pause(bubble, now), row);
    }
    this.drawn.set(bubble.id, { bubble, row });
    if (follow || bubble.sender === this.owner) this.toEnd();
    else if (!known) this.below.hidden = false;
    return !known;
  }

  // The bot has taken what its sender said: two ticks instead of one.
  arrive(id) {
    const ticks = this.drawn.get(id)?.row.querySelector(".ticks");
    if (ticks) setTicks(ticks, true);
  }

  // What was pressed and waited may be pressed again.
  release() {
    for (const group of this.root.querySelectorAll('.choices[aria-busy="true"]')) group.ariaBusy = "false";
  }

  remove(id) {
    const known = this.drawn.get(id);
    if (!known) return;
    if (known.row.contains(document.activeElement)) this.root.focus();
    known.row.remove();
    this.drawn.delete(id);
  }

  showEmpty(hints, choose) {
    const text = word(hints.length ? "try_saying" : "nothing_yet");
    this.empty = element("div", "empty", element("p", "", text));
    this.empty.append(element("div", "hints", ...hintButtons(hints, choose)));
    this.root.append(this.empty);
  }

  // "Yesterday" is only true until midnight.
  nameTimes(now) {
    for (const time of this.root.querySelectorAll(".pause")) {
      time.textContent = separator(time.dateTime, now);
    }
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
    this.below.hidden = true;
  }

  atEnd() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 120;
  }

  pause(bubble, now) {
    const before = this.last;
    this.last = bubble.at;
    if (before && minutes(bubble.at) - minutes(before) < PAUSE) return [];
    const time = element("time", "pause", separator(bubble.at, now));
    time.dateTime = bubble.at;
    return [time];
  }

  row(bubble) {
    const mine = bubble.sender === this.owner;
    const column = element("div", "column");
    if (!mine && this.chat.kind === "group") {
      column.append(element("span", "name", bubble.name || word("bot")));
    }
    column.append(this.body(bubble));
    if (bubble.buttons.length) column.append(this.choices(bubble));
    if (mine) column.append(setTicks(element("span", "ticks"), false));
    const row = element("div", mine ? "row mine" : "row", avatar(bubble.sender, bubble.name), column);
    row.dataset.bubble = bubble.id;
    return row;
  }

  body(bubble) {
    const body = element("div", `bubble ${bubble.kind}`);
    body.classList.toggle("bare", bubble.kind === "photo" && !bubble.text);
    if (bubble.photo) body.append(this.photo(bubble));
    if (bubble.kind === "voice") {
      body.append(element("span", "sign", icon("wave", "icon wave"), `[${word("voice")}]`));
    }
    if (bubble.kind === "place") {
      body.append(element("span", "sign", icon("place"), `[${word("place")}]`));
    }
    if (bubble.document !== null) body.append(this.file(bubble));
    if (bubble.text) body.append(element("p", "text", ...this.words(bubble.text)));
    if (bubble.changed) {
      const time = clockTime(bubble.changed);
      body.append(element("span", "updated", word("updated", { time })));
    }
    return body;
  }

  words(text) {
    const drawn = {
      text: (piece) => piece,
      number: (piece) => element("span", "number", piece),
      page: (piece) => pageLink(piece),
      opens: (piece) => this.openingLink(piece),
    };
    return [...this.links.pieces(text)].map((piece) => drawn[piece.kind](piece.text));
  }

  // It opens the bot on the phone it is pasted into, and that is rarely this one.
  openingLink(text) {
    const button = element("button", "link", text);
    button.type = "button";
    button.title = word("copy_link");
    button.onclick = () => this.acts.copy(text);
    return button;
  }

  file(bubble) {
    const link = element("a", "file", icon("file"), element("span", "", bubble.document));
    link.href = `/api/bubbles/${bubble.id}/document`;
    link.download = bubble.document;
    link.setAttribute("aria-label", word("save_file", { name: bubble.document }));
    return link;
  }

  photo(bubble) {
    const source = `/api/bubbles/${bubble.id}/photo?revision=${bubble.revision}`;
    const image = element("img");
    image.src = source;
    image.alt = word(bubble.code ? "code" : "sent_photo");
    const button = element("button", bubble.code ? "thumbnail code" : "thumbnail", image);
    button.type = "button";
    button.setAttribute("aria-label", word(bubble.code ? "open_code" : "open_photo"));
    button.onclick = () => this.acts.open(source, bubble.code);
    return button;
  }

  choices(bubble) {
    const group = element("div", "choices");
    for (const { label, token } of bubble.buttons) {
      const button = element("button", "choice", label);
      button.type = "button";
      button.onclick = async () => {
        if (group.ariaBusy === "true") return;
        group.ariaBusy = "true";
        if (!(await this.acts.press(bubble, token))) group.ariaBusy = "false";
      };
      group.append(button);
    }
    return group;
  }
}

// One tick: the messenger has it; two: the bot has it, too.
function setTicks(ticks, taken) {
  ticks.textContent = taken ? "✓✓" : "✓";
  ticks.setAttribute("role", "img");
  ticks.setAttribute("aria-label", word(taken ? "arrived_there" : "waits"));
  ticks.classList.toggle("waits", !taken);
  return ticks;
}

function pageLink(address) {
  const link = element("a", "link", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}
