// Asks the station. What goes wrong comes back as one sentence that can be shown.

/** The station's answer was no. `status` is that of HTTP, 0 where there was no answer. */
class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** GET a path of the API, as JSON; `limitMs` milliseconds at most. */
export function ask(path, limitMs = 20000) {
  return answer(path, { signal: AbortSignal.timeout(limitMs) });
}

/** Send `fields` as JSON by `method`; the answer as JSON, null where there is none. */
export function tell(method, path, fields) {
  const body = fields === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) };
  return answer(path, { method, ...body });
}

/** POST bytes; the answer as JSON. */
export function send(path, blob, type) {
  return answer(path, { method: 'POST', headers: { 'Content-Type': type }, body: blob });
}

/** A path of an API with parts that may hold anything: path`/api/sides/${id}`. */
export function path(texts, ...parts) {
  return texts.reduce((whole, text, i) => whole + encodeURIComponent(parts[i - 1]) + text);
}

/** Say what an answer that isn't the one hoped for means; `said` is its body. */
export function refusal(status, said) {
  if (status === 401) toLogin();
  let detail = null;
  try {
    detail = JSON.parse(said).detail;
  } catch {
    // A proxy's own page, or nothing: the status has to do.
  }
  return new Refused(typeof detail === 'string' ? detail : `The station answered with an error (${status}).`, status);
}

function toLogin() {
  if (location.pathname !== '/login') location.assign('/login');
}

async function answer(where, settings) {
  let response;
  try {
    response = await fetch(where, settings);
  } catch {
    throw new Refused('The station doesn\u2019t answer. Is it switched on?', 0);
  }
  if (!response.ok) throw refusal(response.status, await response.text());
  return response.status === 204 ? null : response.json();
}
