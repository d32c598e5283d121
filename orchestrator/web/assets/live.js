/* global document, EventSource */
/* A run as it happens: what the server drew goes on by its events, from the last one that it knew. */
import { swap } from './swap.js';

const SVG = 'http://www.w3.org/2000/svg';
const part = document.getElementById('live');
const windowMs = Number(part.dataset.windowMs);
const mostRows = Number(part.dataset.mostRows);
const mostStrokes = Number(part.dataset.mostStrokes);
const rows = document.getElementById('live-rows');
const template = document.getElementById('live-row');
const phases = JSON.parse(part.dataset.phases);
const known = new Map([...rows.children].map((row) => [row.dataset.name, row]));
let last = part.dataset.last || '0';
let unshown = new Set();
let announced = '';

const source = new EventSource(
  `/api/v1/submissions/${part.dataset.submission}/events${last === '0' ? '' : `?after=${last}`}`,
);
const HANDLERS = { state: onState, progress: onProgress, sessions: onSessions, screen: onScreen, report: onState };
for (const [type, handle] of Object.entries(HANDLERS)) {
  source.addEventListener(type, (message) => {
    // After a broken connection the browser asks from the last id; what came twice is drawn once.
    if (BigInt(message.lastEventId) <= BigInt(last)) return;
    last = message.lastEventId;
    handle(JSON.parse(message.data).event);
  });
}

async function onState({ type, state }) {
  if (type === 'state' && state === 'examining') startOver();
  const ended = ['done', 'failed', 'cancelled'].includes(state);
  if (ended) endWatching();
  say(type === 'report' ? 'The report is there.' : `Now ${state}.`);
  // The report is written just before the end; what both changed is taken over together.
  await swap(['standing', 'reports-part', 'screens']).catch(() => undefined); // the next event asks again
}

/** As the server draws a run that has ended: what was seen stays, what was still to come goes. */
function endWatching() {
  source.close();
  text('live-title', 'While it ran');
  text('live-left', '–');
  document.getElementById('live-step')?.closest('p').remove();
  document.getElementById('live-done')?.remove();
}

/** A run that begins again draws on an empty sheet. */
function startOver() {
  phases.length = 0;
  rows.replaceChildren();
  known.clear();
  unshown = new Set();
  count();
}

function onProgress({ progress }) {
  const { stage, step, phase = null, done = null, pushes = null, secondsLeft = null } = progress;
  text('live-step', `${stage}: ${step.slice(0, 120)}`);
  const bar = document.getElementById('live-done');
  if (done === null) bar?.removeAttribute('value');
  else if (bar !== null) bar.value = done;
  if (pushes !== null) text('live-pushes', pushes);
  text('live-left', secondsLeft === null ? '–' : duration(secondsLeft));
  if (stage !== 'examine') return;
  if (phase !== null && done !== null) walk(phase, done);
  if (phase !== null && phase !== announced) {
    announced = phase;
    say(`Phase: ${phase}.`);
  }
}

function walk(phase, done) {
  const current = phases.at(-1);
  if (current?.phase === phase) current.to = Math.max(current.to, done);
  else {
    if (current !== undefined) current.to = done;
    phases.push({ phase, from: current === undefined ? 0 : done, to: done });
  }
  drawPhases(done);
  for (const row of rows.children) shade(row.querySelector('svg'));
}

function drawPhases(done) {
  const bar = document.getElementById('live-phases');
  bar.querySelectorAll('.span, .hand').forEach((old) => old.remove());
  for (const { phase, from, to } of phases) {
    const span = drawn('svg', { class: 'span', x: share(from), width: share(to - from), height: 34 });
    const words = drawn('text', { x: 8, y: 22 });
    words.textContent = phase;
    span.append(drawn('rect', { class: `phase-${phase}`, width: '100%', height: 34 }), words);
    bar.append(span);
  }
  bar.append(drawn('line', { class: 'hand', x1: share(done), x2: share(done), y1: 0, y2: 34 }));
  bar.setAttribute('aria-label', `Phases: ${phases.map((one) => one.phase).join(', ')}`);
}

function share(part) {
  return `${(part * 100).toFixed(1)}%`;
}

function drawn(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The phases walked so far as spans behind the strokes of a row. */
function shade(svg) {
  const spans = phases.map(({ phase, from, to }) => {
    const place = { x: (from * 1000).toFixed(1), y: 0, width: ((to - from) * 1000).toFixed(1), height: 40 };
    return drawn('rect', { class: `phase-${phase}`, ...place });
  });
  svg.querySelectorAll('rect').forEach((old) => old.remove());
  svg.prepend(...spans);
}

function onSessions({ sessions }) {
  for (const session of sessions) {
    const name = `${session.destination.host}:${session.destination.port}`;
    const row = known.get(name) ?? added(name);
    if (row !== null) draw(row, session);
  }
  document.getElementById('live-none').hidden = known.size > 0;
  count();
}

function added(name) {
  if (known.size >= mostRows) {
    unshown.add(name);
    return null;
  }
  const row = template.content.firstElementChild.cloneNode(true);
  row.dataset.name = name;
  row.querySelector('th').textContent = visible(name).slice(0, 100);
  rows.append(row);
  known.set(name, row);
  shade(row.querySelector('svg'));
  return row;
}

function draw(row, { startMs, upBytes, downBytes }) {
  const [sessions, up, down] = ['count', 'up', 'down'].map((key) => Number(row.dataset[key]));
  const sums = { count: sessions + 1, up: up + upBytes, down: down + downBytes };
  for (const [key, value] of Object.entries(sums)) row.dataset[key] = String(value);
  const cells = row.querySelectorAll('td.num');
  cells[0].textContent = String(sums.count);
  cells[1].textContent = sizeWords(sums.up);
  cells[2].textContent = sizeWords(sums.down);
  const svg = row.querySelector('svg');
  svg.setAttribute('aria-label', `${sums.count} sessions to ${row.querySelector('th').textContent}`);
  if (sums.count > mostStrokes) return;
  const x = Math.min(1000, (startMs / Math.max(windowMs, 1)) * 1000).toFixed(1);
  svg.append(drawn('path', { class: 'beat explained', d: `M${x} 12V28` }));
}

function onScreen() {
  swap(['screens']).catch(() => undefined); // the next screen asks again
}

function count() {
  const sessions = [...rows.children].reduce((sum, row) => sum + Number(row.dataset.count), 0);
  text('live-sessions', unshown.size > 0 ? `${sessions}+` : sessions);
  text('live-destinations', known.size + unshown.size);
}

function visible(name) {
  return name.replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** For those who hear the page: what changed, not every second. */
function say(words) {
  text('live-said', words);
}

function text(id, value) {
  const place = document.getElementById(id);
  if (place !== null) place.textContent = String(value);
}

function duration(seconds) {
  if (seconds < 600) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60)} min`;
}

function sizeWords(bytes) {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
