// Parts of a phone: buttons, tiles, pickers of files, and the number of what was not seen.

import { element, icon } from "./bubbles.js";
import { word } from "./words.js";

export function iconButton(name, label, act) {
  const button = element("button", "icon-button", icon(name));
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.onclick = act;
  return button;
}

export function tile(face, label, act) {
  const button = element("button", "tile", element("span", "face", face), label);
  button.type = "button";
  button.onclick = act;
  return button;
}

export function picker(name, chosen) {
  const input = element("input", name);
  input.type = "file";
  input.hidden = true;
  input.onchange = async () => {
    if (input.files.length) await chosen([...input.files]);
    input.value = "";
  };
  return input;
}

export function picture(name) {
  const image = element("img");
  image.src = `/static/samples/${name}`;
  image.alt = "";
  image.loading = "lazy";
  return image;
}

export function badge(button, count) {
  button.querySelector(".badge")?.remove();
  if (!count) return;
  const made = element("span", "badge", count > 99 ? "99+" : String(count));
  made.setAttribute("aria-label", word("unread", { count }));
  button.append(made);
}
