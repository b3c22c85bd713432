// Before anything is drawn: light or dark, as this viewer chose it. Without a choice the system's own.
(() => {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
