/* global document, window, navigator, setTimeout */
/* Plots to hover: the beat nearest to the pointer says what it is, and its row in the table lights up. */

const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
tip.setAttribute('aria-hidden', 'true'); // the same words are each stroke's title and the table's row
document.body.append(tip);

const MARKS = '.beat, .own, .bar, .lag';
let here = [];

for (const svg of document.querySelectorAll('#report svg.raster, #report svg.plot')) {
  const marks = [...svg.querySelectorAll(MARKS)];
  if (marks.length === 0) continue;
  const words = marks.map((mark) => mark.querySelector('title')?.textContent ?? '');
  marks.forEach((mark) => mark.querySelector('title')?.remove()); // the browser would show it a second time
  let places = null;
  svg.addEventListener('pointerenter', () => {
    places = marks.map((mark) => mark.getBoundingClientRect());
  });
  svg.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (places === null) return;
    const raster = svg.classList.contains('raster');
    const nearest = closest(places, clientX, raster ? null : clientY);
    leave();
    if (nearest === null) return;
    enter(svg, marks[nearest], nearest, words[nearest], places[nearest]);
  });
  svg.addEventListener('pointerleave', leave);
  svg.addEventListener('click', () => {
    const row = here.find((one) => one.tagName === 'TR');
    if (row === undefined) return;
    row.closest('details').open = true;
    row.scrollIntoView({ block: 'center' });
  });
}

/** Index of the mark within 12 pixels of the pointer that is nearest to it; of a raster only the time counts. */
function closest(places, x, y) {
  let best = null;
  let distance = 12;
  places.forEach((place, index) => {
    const across = Math.abs(place.left + place.width / 2 - x) - place.width / 2;
    const along = y === null ? 0 : Math.abs(place.top + place.height / 2 - y) - place.height / 2;
    const away = Math.max(0, across, along);
    if (away < distance) [best, distance] = [index, away];
  });
  return best;
}

function enter(svg, mark, index, words, place) {
  const row = svg.dataset.channel ? document.getElementById(`beat-${svg.dataset.channel}-${index + 1}`) : null;
  here = [mark, row].filter((one) => one !== null && (one !== row || !mark.classList.contains('bar')));
  for (const one of here) one.classList.add('here');
  tip.textContent = words;
  tip.hidden = words === '';
  const left = Math.min(place.left + window.scrollX, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${place.top + window.scrollY - tip.offsetHeight - 6}px`;
}

function leave() {
  for (const one of here) one.classList.remove('here');
  here = [];
  tip.hidden = true;
}

/** A link to a beat's row opens the table that it stands in. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  const around = target?.closest('details');
  if (around && !around.open) {
    around.open = true;
    target.scrollIntoView({ block: 'center' });
  }
}
window.addEventListener('hashchange', openTarget);
openTarget();

/** The questions for the developer as text to paste into a mail. */
function offerQuestions() {
  const heading = document.getElementById('questions');
  if (heading === null) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'small after';
  button.textContent = 'Copy the questions';
  heading.parentElement.querySelector('.card').append(button);
  button.addEventListener('click', async () => {
    const questions = JSON.parse(document.getElementById('report').dataset.questions);
    try {
      await navigator.clipboard.writeText(questions.map((one, index) => `${index + 1}. ${one}`).join('\n'));
      button.textContent = 'Copied';
    } catch {
      window.getSelection().selectAllChildren(heading.parentElement.querySelector('ul'));
      button.textContent = 'Selected: press Ctrl C';
    }
    setTimeout(() => {
      button.textContent = 'Copy the questions';
    }, 2000);
  });
}
offerQuestions();
