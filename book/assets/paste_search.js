/* Lets the search take a pasted error message, or a whole traceback.
 *
 * Sphinx finds a section whose heading contains the query. A pasted message is the other way round: it contains the
 * heading, and beside it shapes, names, paths. So this script lays each heading along the query, and puts those that
 * fit first, the longest before the others, and likewise the sections that quote such a message in their prose; after
 * them those that hold most of the words typed, then the sections whose code has a name that was typed
 * (book/workshop/section_words.py collects the messages and the names). It also keeps Sphinx's own search
 * alive for long queries: words that no page has are left out, and so are those that the most fitting page lacks.
 */
"use strict";
(() => {
  const FITS = 0.75; // of a heading's words must stand in the query, in their order and near each other
  const SHARE = 0.6; // of the words typed must stand in a heading, where no message was pasted
  const NAMES = 80; // characters of a query that asks for names, and is no message
  const FRAME = /File "[^"]*", line \d+(, in)?/g; // a message from a compiled function lists them after its sentence
  const LONGEST = 2000; // characters of an address; of a longer query the end is kept, where the message stands

  document.addEventListener("submit", ({ target }) => {
    const field = target.querySelector("[name=q]");
    if (field) field.value = field.value.replace(FRAME, "").slice(-LONGEST);
  });
  if (typeof Search === "undefined") return; // not the page of results

  /* The words of a text; one dtype is as good as another, and "zero" as good as 0. */
  const wordsOf = (text) => {
    const same = text.toLowerCase().replace(/\b(b?float|u?int|complex|double|half)\d*(_\w+)?\b/g, "dtype");
    return same.replace(/\bzero\b/g, "0").match(/[a-z0-9_]+/g) || [];
  };

  /* The words of a message, in which one number is as good as another. */
  const wordsOfMessage = (text) => wordsOf(text).map((word) => (/^\d+$/.test(word) ? "0" : word));

  /* How many words of a heading stand in the query, less a quarter for each other word between them. */
  const fit = (heading, query) => {
    let row = new Array(query.length + 1).fill(0);
    let best = 0;
    for (const word of heading) {
      const next = [0];
      query.forEach((other, i) => {
        const here = word === other ? row[i] + 1 : Math.max(next[i] - 0.25, row[i + 1] - 0.5, 0);
        next.push(here);
        best = Math.max(best, here);
      });
      row = next;
    }
    return best;
  };

  /* How well a text answers a query that is a pasted message: 0, or the words that they share. */
  const pasted = (text, query) => {
    const words = wordsOfMessage(text);
    const found = fit(words, wordsOfMessage(query));
    const fits = found >= 2 && found >= FITS * words.length;
    return fits ? found + query.toLowerCase().includes(text.toLowerCase()) : 0;
  };

  const stemsOf = (words) => {
    const stemmer = new Stemmer();
    return words.filter((word) => !stopwords.includes(word)).map((word) => stemmer.stemWord(word));
  };

  /* How well a heading answers a query: above 1 as a message that was pasted, up to 1 as words that were typed. */
  const score = (title, query) => {
    const words = wordsOf(query);
    const heading = wordsOf(title);
    if (!words.length) return title.includes(query.trim()) ? 1 : 0; // signs only, such as +=
    const found = pasted(title, query);
    if (found) return found;
    const asked = stemsOf(words);
    const stems = stemsOf(heading);
    if (!asked.length) return words.every((word) => heading.includes(word)) ? 1 : 0; // "one", "its"
    const share = asked.filter((stem) => stems.includes(stem)).length / asked.length;
    return share >= SHARE ? share : 0;
  };

  /* The sections whose code has all names of the query that any code has: {"page#id": points}, less than a heading's. */
  const named = (query) => {
    const { sections, names } = Search.sectionWords;
    const lists = query.toLowerCase().split(/[^a-z0-9_]+/).filter((word) => Object.hasOwn(names, word));
    if (!lists.length || query.length > NAMES) return {};
    const [first, ...others] = lists.map((name) => names[name]);
    const shared = first.filter((section) => others.every((other) => other.includes(section)));
    return Object.fromEntries(shared.map((section, i) => [sections[section], SHARE - (i + 1) / 100]));
  };

  /* The sections that quote the message of the query: {"page#id": points}, one word less than as a heading. */
  const quoted = (query) => {
    const { sections, messages } = Search.sectionWords;
    const points = {};
    for (const [text, section] of messages) {
      const place = sections[section];
      points[place] = Math.max(points[place] || 0, pasted(text, query) - 1);
    }
    return points;
  };

  /* The sections that answer the query, as Sphinx's results, the best last. */
  const sections = (query) => {
    const { alltitles, titles, docnames, filenames } = Search._index;
    const inCode = named(query);
    const inProse = quoted(query);
    const found = [];
    for (const [title, places] of Object.entries(alltitles)) {
      const heading = score(title, query);
      for (const [file, id] of places) {
        const place = `${docnames[file]}#${id}`;
        const points = Math.max(heading, inProse[place] || 0) || inCode[place];
        if (!points) continue;
        const name = titles[file] === title ? title : `${titles[file]} > ${title}`;
        found.push([docnames[file], name, id === null ? "" : `#${id}`, null, points, filenames[file]]);
      }
    }
    return found.sort((one, other) => one[4] - other[4]);
  };

  /* The stems that the index has; of many, those of the page that has most of them, rare ones counting more. */
  const searchable = (stems) => {
    const { terms, titleterms, docnames } = Search._index;
    const pages = (stem) => [terms, titleterms].flatMap((index) => (Object.hasOwn(index, stem) ? index[stem] : []));
    const known = [...stems].filter((stem) => pages(stem).length);
    if (!known.length) return stems; // parts of words, perhaps
    const weights = docnames.map(() => 0);
    for (const stem of known) for (const page of new Set(pages(stem))) weights[page] += 1 / pages(stem).length;
    const fullest = weights.indexOf(Math.max(...weights));
    const together = docnames.some((_, page) => known.every((stem) => pages(stem).includes(page)));
    return new Set(together ? known : known.filter((stem) => pages(stem).includes(fullest)));
  };

  const { _parseQuery, _performSearch } = Search;
  Search._parseQuery = (query) => {
    const [text, stems, excluded, shown, objects] = _parseQuery(query);
    for (const index of [Search._index.terms, Search._index.titleterms])
      if (!Object.hasOwn(index, "constructor")) index.constructor = []; // else Sphinx stumbles over JavaScript's own
    return [text, searchable(stems), excluded, shown, objects];
  };
  Search._performSearch = (query, ...rest) => {
    const first = sections(query);
    const address = (result) => result[0] + result[2];
    const addresses = first.map(address);
    return [..._performSearch(query, ...rest).filter((result) => !addresses.includes(address(result))), ...first];
  };
})();
