// What in a message can be tapped: links that open the bot, addresses of pages, numbers.

// Telephone and case numbers stay on one line, as a phone's own links do.
const NUMBER = String.raw`(?:[A-Z]+-)*\d[\d-]{6,}`;
const PAGE = String.raw`https?:\/\/[\w.~:\/?#[\]@!$&'()*+,;=%-]*[\w\/=#-]`;
const PAYLOAD = "[A-Za-z0-9_-]{1,64}";

// `template` is the address that opens the bot, "{}" standing for the payload; or empty.
export class Links {
  constructor(template) {
    const [before, after = ""] = template.split("{}").map(plain);
    const opens = template ? before + PAYLOAD + after : "(?!)";
    this.alone = new RegExp(`^\\s*${opens}\\s*$`);
    this.within = new RegExp(`(?<opens>${opens})|(?<page>${PAGE})|(?<number>${NUMBER})`, "g");
  }

  // Whether saying exactly this opens the bot.
  opens(text) {
    return this.alone.test(text);
  }

  // The text in pieces: { kind: "text" | "opens" | "page" | "number", text }.
  *pieces(text) {
    let end = 0;
    for (const found of text.matchAll(this.within)) {
      if (found.index > end) yield { kind: "text", text: text.slice(end, found.index) };
      const [kind] = Object.entries(found.groups).find(([, matched]) => matched !== undefined);
      yield { kind, text: found[0] };
      end = found.index + found[0].length;
    }
    if (end < text.length) yield { kind: "text", text: text.slice(end) };
  }
}

function plain(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
