/* global document, location, XMLHttpRequest, FormData, DataTransfer */
/* Dropping files and seeing them arrive. Without this file the form posts by itself. */

const form = document.getElementById('submit');
const drop = document.getElementById('drop');
const input = document.getElementById('files');
const chosen = document.getElementById('chosen');
const together = document.getElementById('together');
const said = document.getElementById('said');
const send = document.getElementById('send');
const stop = document.getElementById('stop');
const limit = Number(drop.dataset.limit);
const csrf = document.querySelector('meta[name=csrf]')?.content ?? '';

document.getElementById('drop-words').textContent = ', or drop them here';
for (const radio of together.querySelectorAll('input')) radio.name = 'together';

for (const kind of ['dragenter', 'dragover']) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
drop.addEventListener('dragleave', (event) => {
  if (!drop.contains(event.relatedTarget)) drop.classList.remove('over');
});
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const files = new DataTransfer();
  for (const file of [...input.files, ...event.dataTransfer.files]) files.items.add(file);
  input.files = files.files;
  list();
});
input.addEventListener('change', list);

/** The chosen files, one line each, with a place for their progress. */
function list() {
  const files = [...input.files];
  chosen.hidden = files.length === 0;
  together.hidden = files.length < 2;
  chosen.replaceChildren(
    ...files.map((file) => {
      const item = document.createElement('li');
      const [name, size] = [document.createElement('span'), document.createElement('span')];
      name.textContent = visible(file.name);
      size.textContent = sizeWords(file.size);
      size.className = 'soft';
      item.append(name, size);
      return item;
    }),
  );
  const sum = files.reduce((total, file) => total + file.size, 0);
  say(sum > limit ? `These files have ${sizeWords(sum)}; ${sizeWords(limit)} are the most.` : '');
}

/** Characters that would reorder or break the line are shown as their numbers, as everywhere else. */
function visible(text) {
  return text.replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

form.addEventListener('submit', async (event) => {
  if (!form.checkValidity()) return;
  event.preventDefault();
  const each = !together.hidden && document.getElementById('as-each').checked;
  const items = [...chosen.children];
  const files = [...input.files];
  const apps = each
    ? files.map((file, index) => ({ files: [file], item: items[index] }))
    : [{ files, item: items.at(-1) }];
  send.disabled = true;
  stop.hidden = false;
  const made = [];
  for (const app of apps) {
    const answer = await upload(app);
    if (answer === null) break;
    if (answer.id !== undefined) made.push(answer);
  }
  send.disabled = false;
  stop.hidden = true;
  if (made.length === apps.length) {
    location.assign(
      made.length === 1 ? `/submissions/${made[0].id}?did=${made[0].created ? 'submitted' : 'known'}` : '/submissions',
    );
  } else if (made.length > 0)
    say(`${made.length} of ${apps.length} were submitted. What is wrong with the others stands beside them.`);
});

/** One request: gives the submission, its problem, or null where a person stopped it. */
function upload({ files, item }) {
  const request = new XMLHttpRequest();
  const bar = document.createElement('progress');
  bar.max = 1;
  bar.setAttribute('aria-label', `Upload of ${visible(files[0].name)}`);
  const words = document.createElement('span');
  words.className = 'said';
  item.querySelectorAll('progress, .said').forEach((old) => old.remove());
  item.append(bar, words);
  const body = new FormData(form);
  for (const name of ['apk', 'csrf', 'together']) body.delete(name);
  for (const file of files) body.append('apk', file, file.name);
  return new Promise((resolve) => {
    request.upload.addEventListener('progress', ({ loaded, total, lengthComputable }) => {
      if (!lengthComputable) return;
      bar.value = loaded / total;
      words.textContent = loaded < total ? `${sizeWords(loaded)} of ${sizeWords(total)}` : 'Checking and storing';
    });
    request.addEventListener('load', () => {
      const ok = request.status === 200 || request.status === 201;
      const answer = parsed(request.responseText);
      bar.remove();
      if (ok) words.textContent = request.status === 201 ? '✓ submitted' : '✓ was submitted before';
      else fail(words, `✗ ${answer.title ?? `The service answered ${request.status}.`} ${answer.detail ?? ''}`);
      resolve(ok ? { id: answer.id, created: request.status === 201 } : {});
    });
    request.addEventListener('error', () => {
      bar.remove();
      fail(words, '✗ The connection broke. What was stored is kept; submitting again goes on from there.');
      resolve({});
    });
    request.addEventListener('abort', () => {
      bar.remove();
      fail(words, '✗ Stopped; nothing was submitted.');
      resolve(null);
    });
    stop.onclick = () => request.abort();
    request.open('POST', '/api/v1/submissions');
    request.setRequestHeader('x-csrf-token', csrf);
    request.setRequestHeader('accept', 'application/json');
    request.send(body);
  });
}

function fail(place, words) {
  place.textContent = words;
  place.classList.add('wrong');
  say(words);
}

function say(words) {
  said.textContent = words;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a proxy in between may answer with a page of its own
  }
}

function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
