// Light, dark, or as the system has it.

const NAMES = { auto: 'Auto', light: 'Light', dark: 'Dark' };
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };

/** Make `button` the switch between themes, with its name in `words`; every change is told by a `themechange` event of the document. */
export function themeSwitch(button, words) {
  const show = () => {
    const name = NAMES[document.documentElement.dataset.theme ?? 'auto'];
    words.textContent = name;
    button.setAttribute('aria-label', `Light or dark: ${name}`);
  };
  const tell = () => document.dispatchEvent(new Event('themechange'));
  button.addEventListener('click', () => {
    const next = NEXT[document.documentElement.dataset.theme ?? 'auto'];
    if (next === 'auto') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem('theme');
    } else {
      document.documentElement.dataset.theme = next;
      localStorage.setItem('theme', next);
    }
    show();
    tell();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
  show();
}
