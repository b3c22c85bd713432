// The door: a password, and then the page.

import { tell } from './api.js';

const form = document.getElementById('login');
const wrong = document.getElementById('wrong');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  wrong.textContent = '';
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    await tell('POST', '/api/login', { password: form.elements.password.value });
    location.replace('/');
  } catch (error) {
    wrong.textContent = error.message;
    form.elements.password.select();
  } finally {
    button.disabled = false;
  }
});
