const field = document.querySelector('byo-connect');
const news = document.getElementById('news');

field.addEventListener('byo-connected', ({ detail }) => {
  news.textContent = `${detail.provider} is connected.`;
});

const answer = await fetch('session', { method: 'POST' });
if (answer.ok) field.setAttribute('session-token', (await answer.json()).token);
else news.textContent = 'Keys cannot be connected just now.';
