"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const reveal = (target) => {
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView({ block: "center" });
  };
  const follow = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target) reveal(target);
  };
  addEventListener("hashchange", follow);
  follow();

  const remember = (name) => {
    let stored = null;
    try { stored = localStorage.getItem("hiyari-" + name); } catch { /* a page from a file may keep nothing */ }
    for (const input of all(`input[name="${name}"]`)) {
      if (stored && input.value === stored) input.checked = true;
      input.addEventListener("change", () => {
        try { localStorage.setItem("hiyari-" + name, input.value); } catch { /* as above */ }
        if (name === "lang") document.documentElement.lang = input.value;
      });
    }
  };
  remember("theme");

  const filter = document.getElementById("filter");
  const rows = all("[data-filter]").map((row) => [row, row.dataset.filter.toLowerCase()]);
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
  });

  let at = -1;
  const step = (selector, by) => {
    const targets = all(selector).filter((target) => !target.closest("[hidden]"));
    if (!targets.length) return;
    at = (at + by + targets.length) % targets.length;
    history.replaceState(null, "", "#" + targets[at].id);
    reveal(targets[at]);
  };
  addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") step(".finding[id]", 1);
    else if (event.key === "p") step(".finding[id]", -1);
    else if (event.key === "/") { event.preventDefault(); filter.focus(); }
  });
  addEventListener("beforeprint", () => all("details.episode").forEach((episode) => { episode.open = true; }));
})();
