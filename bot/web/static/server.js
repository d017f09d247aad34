// Talking to the process that runs the bot.

const PHOTO_LIMIT = 10 * 1024 * 1024;
const DOCUMENT_LIMIT = 20_000_000;

export class Problem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export async function get(path) {
  return answer(() => fetch(path));
}

export async function post(path, body = {}) {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  return answer(() => fetch(path, request));
}

async function answer(ask) {
  let response;
  try {
    response = await ask();
  } catch {
    throw new Problem("offline");
  }
  if (response.ok) return response.json();
  const { code } = await response.json().catch(() => ({}));
  throw new Problem(code ?? "problem");
}

// A file's bytes in base64; what the server would refuse is refused before it is sent.
export async function encodedMedia(blob) {
  if (blob.size > PHOTO_LIMIT) throw new Problem("too_large");
  return encoded(blob, "no_photo");
}

export async function encodedDocument(blob) {
  if (blob.size > DOCUMENT_LIMIT) throw new Problem("file_too_large");
  if (!blob.size) throw new Problem("empty_file");
  return encoded(blob, "unreadable_file");
}

function encoded(blob, problem) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Problem(problem));
    reader.readAsDataURL(blob);
  });
}

export async function sample(name) {
  try {
    return await (await fetch(`/static/samples/${name}`)).blob();
  } catch {
    throw new Problem("offline");
  }
}

// Every change from now on. `begin` is called whenever earlier ones may have been missed.
export function listen(begin, change, connected) {
  const source = new EventSource("/api/stream");
  source.onopen = () => {
    connected(true);
    begin();
  };
  source.onerror = () => connected(false);
  source.onmessage = (message) => change(JSON.parse(message.data));
}
