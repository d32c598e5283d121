/* global document, window, location, history, localStorage, navigator, setTimeout */
/* What every page has: keys, lists that they walk through, copying, parts that keep themselves fresh. */
import { swap } from './swap.js';

const KEY = 'sleeptalk-shortcuts';
/** A ticked box or a button takes no letters, so the keys work there too. */
const TAKES_TEXT =
  'input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file]), textarea, select, [contenteditable]';
const CHARACTERS = {
  '?': () => go('/shortcuts'),
  '/': () => document.getElementById('search')?.focus(),
  j: () => step(1),
  k: () => step(-1),
  n: () => go('/submit'),
  u: () => go('/submissions'),
};

function go(path) {
  location.assign(path);
}

/** Some browsers forbid storage; keys are then on, as for everybody who never turned them off. */
function remembered() {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // without storage the choice lasts as long as the page
  }
}

let on = remembered();

document.addEventListener('keydown', (event) => {
  const field = event.target.closest?.(TAKES_TEXT);
  if (event.key === 'Escape' && field?.id === 'search') field.blur();
  if (!on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (field !== null && field !== undefined) return;
  const act = CHARACTERS[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

/** Focus goes to the link of the next row, so that Enter opens it and a screen reader reads it. */
function step(by) {
  const links = [...document.querySelectorAll('[data-walk] tbody th a:first-of-type')].filter(
    (link) => link.offsetParent,
  );
  if (links.length === 0) return;
  const at = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  links[next].focus();
}

function offerSwitch() {
  const box = document.getElementById('shortcuts-on');
  if (box === null) return;
  document.getElementById('shortcut-switch').hidden = false;
  box.checked = on;
  box.addEventListener('change', () => {
    on = box.checked;
    remember(on);
  });
}

function offerCopies() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        said(button, 'Copied');
      } catch {
        window.getSelection().selectAllChildren(source);
        said(button, 'Selected: press Ctrl C');
      }
    });
  }
}

function said(button, words) {
  const before = button.textContent;
  button.textContent = words;
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

/** The same page again, for the part that changes; not while somebody is in it or looks elsewhere. */
function keepFresh() {
  const part = document.querySelector('[data-refresh-seconds]');
  if (part === null) return;
  const again = () => setTimeout(load, Number(part.dataset.refreshSeconds) * 1000);
  const load = async () => {
    if (!document.hidden && !part.contains(document.activeElement)) await swap([part.id]).catch(() => undefined); // the next time asks again
    again();
  };
  again();
}

/** The word about what was done is for this view, not for a reload or a bookmark. */
function forgetFlash() {
  const address = new URL(location.href);
  if (!address.searchParams.has('did')) return;
  address.searchParams.delete('did');
  history.replaceState(null, '', address);
}

offerSwitch();
offerCopies();
keepFresh();
forgetFlash();
