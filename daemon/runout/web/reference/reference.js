// Draws /openapi.json as a page to read: each route with what it takes and what it answers.

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Makes an element with a text in it, and children. */
function make(name, text = "", ...children) {
  const element = document.createElement(name);
  element.textContent = text;
  element.append(...children);
  return element;
}

/** A schema in a few words: `Summary`, `list of text`, `one of "a", "b"`. */
function words(schema) {
  if (!schema) return "anything";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(words).join(" or ");
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `list of ${words(schema.items)}`;
  if (schema.format === "binary") return "bytes";
  const bounds = [
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
    schema.maxLength !== undefined && `up to ${schema.maxLength} letters`,
  ].filter(Boolean);
  return [schema.type ?? "anything", ...bounds].join(" ");
}

/** A table of rows: [name, what it is]. */
function table(rows) {
  const body = rows.map(([name, about]) => {
    const head = make("th", "", make("code", name));
    head.scope = "row";
    return make("tr", "", head, make("td", about));
  });
  return make("table", "", make("tbody", "", ...body));
}

/** What bodies of some kinds hold, as rows: [media type, schema in words]. */
function bodies(content) {
  return Object.entries(content ?? {}).map(([type, media]) => [type, words(media.schema)]);
}

/** One route. */
function route(path, method, told) {
  const title = make("h3", "", make("code", "", make("span", method.toUpperCase(), ), ` ${path}`));
  title.querySelector("span").className = "method";
  const article = make("article", "", title, make("p", told.description ?? told.summary ?? ""));
  article.id = told.operationId;
  const asked = (told.parameters ?? []).map((one) => [
    one.name + (one.required ? "" : "?"),
    [one.in, words(one.schema), one.description].filter(Boolean).join(" · "),
  ]);
  asked.push(...bodies(told.requestBody?.content));
  if (asked.length) article.append(make("h4", "Takes"), table(asked));
  const answers = Object.entries(told.responses).map(([status, one]) => [
    status,
    [one.description, ...bodies(one.content).map((row) => row.join(": "))].join(" · "),
  ]);
  article.append(make("h4", "Answers"), table(answers));
  return article;
}

/** One of the shapes that routes name. */
function shape(name, schema) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([key, field]) => [
    key + (required.has(key) ? "" : "?"),
    [words(field), field.description].filter(Boolean).join(" · "),
  ]);
  const article = make("article", "", make("h3", name), make("p", schema.description ?? ""));
  article.append(table(rows));
  return article;
}

/** Fetches what there is, and draws it. */
async function show() {
  const answer = await fetch("/openapi.json");
  const told = await answer.json();
  document.getElementById("about").textContent = told.info.description;
  const areas = new Map();
  for (const [path, methods] of Object.entries(told.paths)) {
    for (const method of METHODS.filter((name) => name in methods)) {
      const area = methods[method].tags?.[0] ?? "other";
      if (!areas.has(area)) areas.set(area, []);
      areas.get(area).push([path, method, methods[method]]);
    }
  }
  const contents = make("ul");
  const routes = document.getElementById("routes");
  for (const [area, rows] of areas) {
    routes.append(make("h2", area), ...rows.map((row) => route(...row)));
    for (const [path, method, one] of rows) {
      const link = make("a", `${method.toUpperCase()} ${path}`);
      link.href = `#${one.operationId}`;
      contents.append(make("li", "", link));
    }
  }
  const shapes = Object.entries(told.components?.schemas ?? {}).map((entry) => shape(...entry));
  routes.append(make("h2", "Shapes"), ...shapes);
  document.getElementById("contents").append(contents);
}

show().catch((error) => {
  document.getElementById("about").textContent = `It can't be fetched: ${error.message}`;
});
