/* global document, location, fetch, DOMParser */

/** Fetches this page and takes over the elements of those ids, and its title. */
export async function swap(ids) {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  document.title = page.title;
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old !== null && fresh !== null) old.replaceChildren(...fresh.childNodes);
  }
  return true;
}
