// Keeps a page fresh: where the chain moves on, its parts are asked for again and put in place. All of it works without,
// by loading pages.
(() => {
  'use strict';
  const state = document.getElementById('state');
  let asking = null;

  // Parts that somebody is using stay as they are.
  const busy = (part) => part.contains(document.activeElement) && document.activeElement !== document.body;

  const put = (fresh, name, whole) => {
    for (const part of document.querySelectorAll('[data-live]')) {
      const other = fresh.getElementById(part.id);
      if (!other || (name && part.id !== name) || (!whole && busy(part))) continue;
      const open = [...part.querySelectorAll('details')].map((details) => details.open);
      const moved = [...part.querySelectorAll('.scroll')].map((box) => box.scrollLeft);
      const inner = [...other.childNodes].map((node) => document.importNode(node, true));
      part.replaceChildren(...inner);
      part.querySelectorAll('details').forEach((details, place) => { details.open = open[place] || false; });
      part.querySelectorAll('.scroll').forEach((box, place) => { box.scrollLeft = moved[place] || 0; });
    }
    const told = fresh.getElementById('state');
    if (told && state && state.textContent !== told.textContent) state.textContent = told.textContent;
  };

  const ask = async (address, name, whole) => {
    if (asking) asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { accept: 'text/html' } });
      if (!answer.ok) return false;
      put(new DOMParser().parseFromString(await answer.text(), 'text/html'), name, whole);
      return true;
    } catch {
      return false;
    }
  };

  // Other orders and pages of a table, without leaving the page.
  document.addEventListener('click', async (event) => {
    const link = event.target.closest('a[data-swap]');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const part = link.closest('[data-live]');
    // Where a table goes on in a list of its own, that is another page.
    if (!part || new URL(link.href).pathname !== location.pathname) return;
    event.preventDefault();
    const text = link.textContent;
    if (!await ask(link.href, part.id, true)) { location.assign(link.href); return; }
    history.replaceState(null, '', link.href);
    const same = [...part.querySelectorAll('a[data-swap]')].find((other) => other.textContent === text);
    if (same) same.focus({ preventScroll: true });
  });

  // Filters take hold while one types.
  let typing = 0;
  const narrow = (form) => {
    const part = form.closest('[data-live]');
    if (!part) return;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
    const address = form.getAttribute('action').split('#')[0] + '?' + query;
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const answer = await fetch(address, { headers: { accept: 'text/html' } }).catch(() => null);
      if (!answer || !answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
      if (!fresh) return;
      // The form itself stays: somebody types in it.
      for (const what of ['.scroll', '.more']) {
        const [old, other] = [part.querySelector(what), fresh.querySelector(what)];
        if (old && other) old.replaceWith(document.importNode(other, true));
      }
      history.replaceState(null, '', address);
    }, 250);
  };
  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, (event) => {
      const form = event.target.closest('form.filter');
      if (form) narrow(form);
    });
  }

  // News from the chain. Pages that nobody looks at wait.
  let stale = false;
  const refresh = () => {
    if (document.hidden) { stale = true; return; }
    stale = false;
    ask(location.href, null, false);
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden && stale) refresh(); });
  if (window.EventSource) {
    let last = 0;
    let later = 0;
    new EventSource('/live').addEventListener('head', () => {
      // Once in three seconds is often enough to look at.
      clearTimeout(later);
      const wait = Math.max(0, last + 3000 - Date.now());
      later = setTimeout(() => { last = Date.now(); refresh(); }, wait);
    });
  }
})();
