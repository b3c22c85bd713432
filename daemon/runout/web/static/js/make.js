// Makes elements. Whatever comes from elsewhere (labels, file names) becomes text, never markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Make an HTML element.
 * `settings`: attributes by name; a function is a listener of that event; true, false and null are there or not.
 * `content`: elements and texts; null, undefined and false are left out.
 */
export function make(tag, settings = {}, ...content) {
  return filled(document.createElement(tag), settings, content);
}

/** Make an SVG element, as `make` does. */
export function draw(tag, settings = {}, ...content) {
  return filled(document.createElementNS(SVG, tag), settings, content);
}

/** Put `content` in place of what `element` held. */
export function fill(element, ...content) {
  element.replaceChildren(...shown(content));
}

function filled(element, settings, content) {
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...shown(content));
  return element;
}

function shown(content) {
  return content.flat().filter((one) => one !== null && one !== undefined && one !== false);
}
