// Addresses of every kind of page, by what an index has.

/** Rows of a list of the explorer at `origin`. */
export const rows = async (origin, list) => {
  const answer = await fetch(`${origin}/api/v1/${list}`);
  if (!answer.ok) throw new Error(`${list} answered ${answer.status}`);
  return (await answer.json()).rows;
};

/** Names of pages, with where they are and the status that they must have. */
export const everyPage = async (origin) => {
  const pages = new Map();
  const add = (name, path, status = 200) => pages.set(name, { path, status });
  const one = async (list) => (await rows(origin, `${list}${list.includes('?') ? '&' : '?'}limit=1`))[0];
  for (const [name, path] of Object.entries({
    home: '/', subnets: '/subnets', validators: '/validators', 'validators-sorted': '/validators?sort=uptime&order=asc',
    tao: '/tao', blocks: '/blocks', 'blocks-older': '/blocks?before=3', 'block-genesis': '/block/0',
    governance: '/governance', lists: '/lists', api: '/api', search: '/search?q=1',
    'search-nothing': '/search?q=nothing%20is%20called%20so',
  })) add(name, path);
  add('nowhere', '/nowhere', 404);
  add('nobody', '/account/nobody', 404);
  add('wrong', '/blocks?limit=0', 400);
  // What lists need that are forms without it.
  const known = {};
  const subnets = await rows(origin, 'subnets?show=present&sort=neurons&order=desc&limit=8');
  for (const [place, { netuid }] of subnets.entries()) {
    const path = `/subnet/${netuid}`;
    add(place === 0 ? 'subnet' : `subnet-${netuid}`, path);
    if (place > 0) continue;
    add('subnet-sorted', `${path}?sort=stake&order=desc&role=miner`);
    const neuron = await one(`neurons?netuid=${netuid}`);
    Object.assign(known, { netuid, block: (await one(`epochs?netuid=${netuid}`))?.block });
    if (neuron) {
      Object.assign(known, { account: neuron.hotkey, hotkey: neuron.hotkey });
      add('hotkey', `/account/${neuron.hotkey}`);
      add('coldkey', `/account/${neuron.coldkey}`);
    }
  }
  const validator = await one('validators');
  if (validator) add('validator', `/account/${validator.hotkey}`);
  known.session = validator?.session;
  const block = await one('blocks');
  if (block) add('block', `/block/${block.number}`);
  const extrinsic = await one('extrinsics');
  if (extrinsic) add('extrinsic', `/extrinsic/${extrinsic.id}`);
  const signed = await one('extrinsics?signed=1');
  if (signed) add('extrinsic-signed', `/extrinsic/${signed.id}`);
  const event = await one('events');
  if (event) add('event', `/event/${event.id}`);
  const referendum = await one('referenda');
  if (referendum) add('referendum', `/referendum/${referendum.number}`);
  known.referendum = referendum?.number;
  const document = await (await fetch(`${origin}/api/v1/openapi.json`)).json();
  for (const [address, { get }] of Object.entries(document.paths)) {
    const name = address.replace('/api/v1/', '');
    if (!name.endsWith('.csv') && get.parameters.some((parameter) => parameter.name === 'limit')) {
      add(`list-${name}`, `/list/${name}`);
      const needed = get.parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name);
      if (needed.length && needed.every((word) => known[word] !== undefined)) {
        add(`list-${name}-narrowed`, `/list/${name}?${new URLSearchParams(needed.map((word) => [word, known[word]]))}`);
      }
    }
  }
  return pages;
};
