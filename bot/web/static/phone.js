// One phone: its chats, its keyboard line, and what its owner does with it.

import { Log, avatar, element, hintButtons, icon } from "./bubbles.js";
import { badge, iconButton, picker, picture, tile } from "./parts.js";
import { Problem, encodedDocument, encodedMedia, post, sample } from "./server.js";
import { clockTime, dateName, word } from "./words.js";

const TYPING = 4000; // ms after which nobody believes any more that an answer is coming
const TOAST = 3500;
const TEXT_LIMIT = 4096;

async function media(blob, more = {}) {
  return { data: await encodedMedia(await blob), ...more };
}

export class Phone {
  // `page`: `place`, `links`, `files` (whether they can be sent), `now()`, `alert(code)`,
  // `open(photo, code)`, `seen()` when unread counts change, `pickUp(person)`.
  // `beside`: whose phones lie in the same place, this one among them.
  constructor(seat, page, beside = []) {
    Object.assign(this, seat);
    this.beside = beside;
    this.first = this.shown;
    this.page = page;
    this.unread = new Map(this.chats.map((chat) => [chat.id, 0]));
    this.drafts = new Map();
    this.logs = new Map(this.chats.map((chat) => [chat.id, this.makeLog(chat)]));
    this.typing = new Map();
    this.line = Promise.resolve(); // what was sent first arrives first
    this.root = this.draw();
    this.tab = this.drawTab();
    this.turnTo(this.shown);
  }

  get waiting() {
    return [...this.unread.values()].reduce((sum, count) => sum + count, 0);
  }

  // ── What arrives ──

  // `waiting`: what the bot has not taken yet.
  fill(bubbles, waiting) {
    for (const [id, log] of this.logs) {
      const said = bubbles.filter((bubble) => bubble.chat === id);
      for (const bubble of said) {
        log.show(bubble, this.page.now());
        if (!waiting.has(bubble.id)) log.arrive(bubble.id);
      }
      if (!said.length) log.showEmpty(this.hints[id] ?? [], (hint) => this.suggest(hint));
      log.toEnd();
    }
  }

  show(bubble, visible) {
    const fresh = this.logs.get(bubble.chat)?.show(bubble, this.page.now());
    if (!fresh || bubble.sender === this.person) return;
    if (visible && bubble.chat === this.shown) return;
    this.unread.set(bubble.chat, this.unread.get(bubble.chat) + 1);
    this.nameUnread();
  }

  // The bot has taken it.
  arrive(chat, bubble) {
    this.logs.get(chat)?.arrive(bubble);
  }

  // Without power nobody types an answer; with it, what was pressed is on its way.
  setPower(on) {
    for (const chat of [...this.typing.keys()]) this.setTyping(chat, false);
    if (on) for (const log of this.logs.values()) log.release();
  }

  atEnd() {
    return this.logs.get(this.shown).atEnd();
  }

  toEnd() {
    this.logs.get(this.shown).toEnd();
  }

  remove(chat, bubble) {
    this.logs.get(chat)?.remove(bubble);
  }

  setTyping(chat, on) {
    clearTimeout(this.typing.get(chat));
    this.typing.delete(chat);
    if (on) this.typing.set(chat, setTimeout(() => this.setTyping(chat, false), TYPING));
    this.nameContact();
  }

  setToast(text) {
    this.toast.textContent = text;
    this.toast.classList.add("shown");
    clearTimeout(this.toastOver);
    this.toastOver = setTimeout(() => this.toast.classList.remove("shown"), TOAST);
  }

  setClock(now) {
    if (this.day !== dateName(now)) for (const log of this.logs.values()) log.nameTimes(now);
    this.day = dateName(now);
    this.clock.textContent = clockTime(now);
  }

  // Whether this is the one of its place that somebody holds.
  setHeld(held) {
    this.held = held;
    this.root.hidden = this.tab.hidden = !held;
    if (!held) return;
    for (const log of this.logs.values()) log.toEnd();
    if (this.chooser) this.chooser.value = this.person;
  }

  seen() {
    this.unread.set(this.shown, 0);
    this.nameUnread();
  }

  // ── What its owner does ──

  say(text) {
    if (text.length > TEXT_LIMIT) return this.page.alert("text_too_long");
    this.field.value = "";
    this.grow();
    if (this.inGroup && this.page.links.opens(text)) this.turnTo(this.person);
    return this.send("say", { text }).catch((problem) => {
      if (problem.code !== "unavailable") this.suggest(text);
      this.page.alert(problem.code);
    });
  }

  async sendPhotos(files) {
    const album = files.length > 1 ? crypto.randomUUID() : "";
    for (const file of files) {
      await this.try(() => this.send("photo", media(file, { album })));
    }
  }

  sendDocument(file) {
    const { name } = file;
    const body = encodedDocument(file).then((data) => ({ data, name }));
    return this.try(() => this.send("document", body));
  }

  sendSample(name) {
    return this.try(() => this.send("photo", media(sample(name))));
  }

  sendVoice() {
    return this.try(() => this.send("voice", media(sample("voice.wav"))));
  }

  sendPlace() {
    const [latitude, longitude] = this.page.place;
    return this.try(() => this.send("location", { latitude, longitude }));
  }

  // Whether the press still waits for the bot.
  async press(bubble, token) {
    const answer = await this.try(() => this.send("tap", { token, bubble: bubble.id }, {}));
    if (answer?.waits) this.setToast(word("press_waits"));
    return answer?.waits ?? false;
  }

  // `body` may still be on its way, a file being read: its place in the line is taken now.
  send(act, body, where = { chat: this.shown }) {
    const path = `/api/phones/${encodeURIComponent(this.person)}/${act}`;
    const sent = Promise.all([body, this.line]).then(([ready]) => post(path, { ...ready, ...where }));
    this.line = sent.catch(() => {});
    return sent;
  }

  async try(act) {
    this.openTray(false);
    try {
      return await act();
    } catch (problem) {
      this.page.alert(problem instanceof Problem ? problem.code : "problem");
      return null;
    }
  }

  suggest(text) {
    this.field.value = text;
    this.grow();
    this.field.focus();
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.setToast(word("copied"));
    } catch {
      this.page.alert("not_copied");
    }
  }

  turnTo(chatId) {
    this.drafts.set(this.shown, this.field.value);
    this.shown = chatId;
    this.chat = this.chats.find((chat) => chat.id === chatId);
    for (const [id, log] of this.logs) log.box.hidden = id !== chatId;
    for (const button of this.switcher.children) {
      button.setAttribute("aria-pressed", String(button.dataset.chat === chatId));
    }
    this.field.value = this.drafts.get(chatId) ?? "";
    this.field.placeholder = word(this.inGroup ? "group_message" : "message");
    this.mention.hidden = !this.inGroup;
    this.voice.hidden = this.inGroup; // nobody can say in a voice message whom it is for
    this.grow();
    this.nameHints();
    this.nameContact();
    this.logs.get(chatId).toEnd();
    this.seen();
  }

  get inGroup() {
    return this.chat.kind === "group";
  }

  // ── How it looks ──

  makeLog(chat) {
    const label = word("chat_with", { name: this.name, contact: this.contact(chat) });
    return new Log(this.person, chat, label, {
      press: (bubble, token) => this.press(bubble, token),
      open: (source, code) => this.page.open(source, code),
      copy: (text) => this.copy(text),
    }, this.page.links);
  }

  contact(chat) {
    return chat.kind === "group" ? chat.title : word("bot");
  }

  nameContact() {
    const { chat } = this;
    const title = chat.kind === "group" ? word("group_title", chat) : word("bot");
    const busy = word(chat.kind === "group" ? "group_typing" : "typing");
    this.heading.textContent = this.typing.has(chat.id) ? busy : title;
    this.heading.classList.toggle("typing", this.typing.has(chat.id));
  }

  nameUnread() {
    for (const button of this.switcher.children) badge(button, this.unread.get(button.dataset.chat));
    badge(this.tab, this.waiting);
    this.page.seen();
  }

  draw() {
    const owner = element("div", "owner", avatar(this.person, this.name));
    owner.append(this.drawName());
    const phone = element("section", "phone", owner, this.drawScreen());
    phone.id = `phone-${this.person}`;
    phone.setAttribute("aria-label", word("phone_of", this));
    return phone;
  }

  drawName() {
    if (this.beside.length < 2) {
      return element("h2", "", element("b", "", this.title), element("span", "", this.name));
    }
    this.chooser = element("select", "chooser");
    this.chooser.setAttribute("aria-label", word("whose_phone"));
    for (const [person, label] of this.beside) this.chooser.append(new Option(label, person));
    this.chooser.value = this.person;
    this.chooser.onchange = () => {
      const person = this.chooser.value;
      this.chooser.value = this.person;
      this.page.pickUp(person);
    };
    return this.chooser;
  }

  drawScreen() {
    this.clock = element("time");
    this.heading = element("h3");
    this.switcher = this.drawSwitcher();
    this.toast = element("p", "toast");
    this.toast.setAttribute("role", "status");
    const status = element("div", "status", this.clock, icon("signs", "signs"));
    const top = element("div", "top", status, this.heading);
    const logs = element("div", "logs", ...[...this.logs.values()].map((log) => log.box), this.toast);
    return element("div", "screen", top, this.switcher, logs, this.drawKeys(), this.drawTray());
  }

  drawSwitcher() {
    const switcher = element("div", "switcher");
    switcher.setAttribute("role", "group");
    switcher.setAttribute("aria-label", word("chats", this));
    switcher.hidden = this.chats.length < 2;
    for (const chat of this.chats) {
      const button = element("button", "", element("span", "label", this.contact(chat)));
      button.type = "button";
      button.dataset.chat = chat.id;
      button.onclick = () => this.turnTo(chat.id);
      switcher.append(button);
    }
    return switcher;
  }

  drawKeys() {
    this.field = element("textarea");
    this.field.rows = 1;
    this.field.setAttribute("aria-label", word("message"));
    this.field.enterKeyHint = "send";
    this.field.oninput = () => this.grow();
    this.field.onkeydown = (event) => this.key(event);
    this.voice = iconButton("voice", word("send_voice"), () => this.sendVoice());
    this.mention = element("button", "mention", word("mention"));
    this.mention.type = "button";
    this.mention.onclick = () => this.suggest(`${word("mention")} ${this.field.value}`);
    this.plus = iconButton("plus", word("add"), () => this.openTray(this.tray.hidden));
    this.plus.setAttribute("aria-expanded", "false");
    this.sendButton = element("button", "send", icon("send"));
    this.sendButton.setAttribute("aria-label", word("send"));
    const keys = element("form", "keys", this.voice, this.mention, this.field, this.plus, this.sendButton);
    keys.onsubmit = (event) => {
      event.preventDefault();
      if (this.field.value.trim()) this.say(this.field.value);
    };
    return keys;
  }

  key(event) {
    // While an input method is composing, Enter picks a word and sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.field.form.requestSubmit();
  }

  drawTray() {
    const photos = picker("photos", (files) => this.sendPhotos(files));
    photos.accept = "image/jpeg,image/png";
    photos.multiple = true;
    const file = picker("file", ([chosen]) => this.sendDocument(chosen));
    this.said = element("div", "hints");
    this.said.setAttribute("role", "group");
    this.said.setAttribute("aria-label", word("hints"));
    this.tray = element(
      "div", "tray", this.said, photos, file,
      tile(icon("photo"), word("album"), () => photos.click()),
      ...(this.page.files ? [tile(icon("clip"), word("file"), () => file.click())] : []),
      tile(picture("lamp-dark.jpg"), word("lamp_dark"), () => this.sendSample("lamp-dark.jpg")),
      tile(picture("lamp-lit.jpg"), word("lamp_lit"), () => this.sendSample("lamp-lit.jpg")),
      tile(picture("radio.jpg"), word("radio"), () => this.sendSample("radio.jpg")),
      tile(icon("place"), word("place"), () => this.sendPlace()),
    );
    this.tray.hidden = true;
    return this.tray;
  }

  // What can be said here stays within reach when the chat is not empty any more.
  nameHints() {
    const here = this.hints[this.shown] ?? [];
    this.said.replaceChildren(...hintButtons(here, (hint) => {
      this.openTray(false);
      this.suggest(hint);
    }));
    this.said.hidden = !here.length;
  }

  openTray(open) {
    this.tray.hidden = !open;
    this.plus.setAttribute("aria-expanded", String(open));
    this.logs.get(this.shown).toEnd();
  }

  drawTab() {
    const tab = element("button", "tab", avatar(this.person, this.name), element("span", "label", this.title));
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", this.root.id);
    return tab;
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
    this.sendButton.classList.toggle("ready", this.field.value.trim() !== "");
  }
}
