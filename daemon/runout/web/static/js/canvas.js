// Canvases that are sharp on every screen, and the colours to draw with.

/** Have `redraw(context, width, height)` called, in CSS pixels, whenever the canvas gets another size or theme; returns a function that draws anew. */
export function sharp(canvas, redraw, signal) {
  const context = canvas.getContext('2d');
  let width = 0;
  let height = 0;
  const again = () => {
    if (width === 0 || height === 0) return;
    context.clearRect(0, 0, width, height);
    redraw(context, width, height);
  };
  const watcher = new ResizeObserver(([{ contentRect }]) => {
    const scale = Math.min(devicePixelRatio, 2);
    width = contentRect.width;
    height = contentRect.height;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    again();
  });
  watcher.observe(canvas);
  document.addEventListener('themechange', again, { signal });
  signal.addEventListener('abort', () => watcher.disconnect());
  return again;
}

/** A colour of look.css by its name, as the theme has it: colour('ink'). */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Have a canvas write in letters of so many rem; returns their size in pixels. */
export function letters(context, rem, weight = 400) {
  const size = rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
  context.font = `${weight} ${size}px system-ui, "Liberation Sans", Arial, sans-serif`;
  return size;
}

/** Whether the viewer asked for stillness. */
export function still() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
