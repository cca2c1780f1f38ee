// The recommendation page: its state stands in the address, buttons change it, rows glide.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const STORE = "recommend-query";
  const PAGE = "/recommend";
  const KEPT = ["k", "new", "compare", "beside", "category", "low", "high", "days", "mix"];
  const NAMES = ["run", "user", "k", "hide", "new", "edit", "why", "shown", ...KEPT.slice(2)];
  const ANYTHING = "*";
  const USUAL = { buyer: 10, basket: 5 };
  const GLIDE = { duration: 140, easing: "ease-out" };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let query = {};

  // The query and the address

  function address(of) {
    const parts = NAMES.filter((name) => of[name]).map(
      (name) =>
        `${name}=${encodeURIComponent(of[name]).replaceAll("%2C", ",").replaceAll("%3A", ":")}`,
    );
    return parts.length ? `${PAGE}?${parts.join("&")}` : PAGE;
  }

  function given() {
    return Object.fromEntries(new URLSearchParams(window.location.search));
  }

  // Another buyer is another step of the browser's history; everything else replaces the last.
  function showAddress(now) {
    query = now;
    const shown = given();
    if (window.location.pathname === PAGE && address(shown) !== address(now)) {
      const moved = shown.run === now.run && (shown.user || "") !== (now.user || "");
      window.history[moved ? "pushState" : "replaceState"]({}, "", address(now));
    }
    return window.dash_clientside.no_update;
  }

  function change(next) {
    NAMES.filter((name) => !next[name]).forEach((name) => delete next[name]);
    showAddress(Object.assign({ run: query.run }, next));
    window.dash_clientside.set_props(STORE, { data: query });
  }

  function followAddress() {
    const shown = document.querySelector(".recommend") && window.location.pathname === PAGE;
    if (shown && address(given()) !== address(query)) {
      query = Object.assign({ run: query.run }, given());
      window.dash_clientside.set_props(STORE, { data: query });
    }
  }

  function settings(size, onlyNew, hide, category, low, high, days, mix, compare, beside, now) {
    const usual = now.user ? USUAL.buyer : USUAL.basket;
    const next = Object.assign({}, now, {
      k: Number(size) === usual ? 0 : Number(size),
      new: onlyNew ? 1 : 0,
      hide: hide ? now.hide || 1 : 0,
      category: category === ANYTHING ? "" : category,
      low: Number(low) || 0,
      high: Number(high) || 0,
      days: Number(days) || 0,
      mix: Number(mix) || 0,
      compare: compare === ANYTHING ? "" : compare,
      beside: beside === ANYTHING ? "" : beside,
    });
    NAMES.filter((name) => !next[name]).forEach((name) => delete next[name]);
    return address(next) === address(now) ? window.dash_clientside.no_update : next;
  }

  const actions = {
    set({ name, value }) {
      if (name === "user") {
        const kept = Object.fromEntries(KEPT.map((name) => [name, query[name]]));
        change(Object.assign(kept, { hide: value && query.hide ? 1 : 0, user: value }));
      } else {
        change(Object.assign({}, query, { [name]: value, shown: name === "shown" ? value : 0 }));
      }
    },
    toggle({ name, value }) {
      change(Object.assign({}, query, { [name]: query[name] === value ? "" : value }));
    },
    edit({ value }) {
      change(Object.assign({}, query, { edit: query.edit ? `${query.edit},${value}` : value }));
    },
    space({ value }) {
      window.dash_clientside.vitrina.space_choose(value);
    },
    undo() {
      change(Object.assign({}, query, { edit: query.edit.split(",").slice(0, -1).join(",") }));
    },
  };

  function act(element) {
    actions[element.dataset.do](element.dataset);
    const box = element.closest(".search-box");
    if (box) {
      close(box);
      const input = box.querySelector("input");
      window.dash_clientside.set_props(input.id, {
        value: element.dataset.name === "user" ? element.dataset.value : "",
      });
    }
  }

  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-do]");
    if (element && actions[element.dataset.do]) {
      act(element);
    }
  });
  // A price that was changed is an edit like any other; React keeps the field's own events.
  document.addEventListener("change", (event) => {
    if (event.target.matches('.event input[id^="price-"]') && event.target.value !== "") {
      const key = event.target.id.slice("price-".length);
      actions.edit({ value: `price:${key}:${event.target.value}` });
    }
  });
  window.addEventListener("popstate", followAddress);
  window.addEventListener("_dashprivate_pushstate", followAddress);

  // Searches: a box whose list the arrow keys walk through

  let waiting = null;

  function options(box) {
    return [...box.querySelectorAll(".search-option")];
  }

  function fresh(box) {
    const list = box.querySelector(".search-list > *");
    return list && list.dataset.words === box.querySelector("input").value.trim();
  }

  function open(box) {
    const input = box.querySelector("input");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", box.querySelector(".search-list").id);
    input.setAttribute("aria-expanded", "true");
    box.dataset.open = "";
    mark(box, null);
  }

  function close(box) {
    delete box.dataset.open;
    waiting = null;
    const input = box.querySelector("input");
    input.setAttribute("aria-expanded", "false");
    mark(box, null);
  }

  function mark(box, chosen) {
    options(box).forEach((one) => one.setAttribute("aria-selected", String(one === chosen)));
    const input = box.querySelector("input");
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function walk(box, step) {
    const all = options(box);
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    mark(box, all[next] || null);
  }

  function choose(box) {
    const all = options(box);
    const chosen = all.find((one) => one.getAttribute("aria-selected") === "true");
    if (chosen) {
      act(chosen);
    } else if (fresh(box)) {
      waiting = null;
      if (all[0]) {
        act(all[0]);
      }
    } else {
      waiting = box;
    }
  }

  document.addEventListener("focusin", (event) => {
    document.querySelectorAll(".search-box[data-open]").forEach((box) => {
      if (!box.contains(event.target)) {
        close(box);
      }
    });
    const box = event.target.matches(".search-box input") && event.target.closest(".search-box");
    if (box) {
      event.target.select();
      open(box);
    }
  });
  document.addEventListener("input", (event) => {
    const box = event.target.closest(".search-box");
    if (box) {
      open(box);
    }
  });
  document.addEventListener("pointerdown", (event) => {
    const list = event.target.closest(".search-list");
    if (list) {
      event.preventDefault();
    }
    document.querySelectorAll(".search-box[data-open]").forEach((box) => {
      if (!box.contains(event.target)) {
        close(box);
      }
    });
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches(".search-box input") && event.target.closest(".search-box");
    if (!box) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!("open" in box.dataset)) {
        open(box);
      }
      walk(box, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(box);
    } else if (event.key === "Escape") {
      close(box);
    }
  });

  // Rows glide from where they were to where they are

  let places = new Map();

  function measure() {
    const found = new Map();
    document.querySelectorAll(".offers, .timeline").forEach((list) => {
      const top = list.getBoundingClientRect().top;
      list.querySelectorAll("[data-product], [data-key]").forEach((row) => {
        const name = row.dataset.product ? `p${row.dataset.product}` : `e${row.dataset.key}`;
        found.set(name, { row, top: row.getBoundingClientRect().top - top });
      });
    });
    return found;
  }

  function glide() {
    const found = measure();
    if (!calm.matches && places.size) {
      found.forEach(({ row, top }, name) => {
        const before = places.get(name);
        if (!before) {
          row.animate([{ opacity: 0 }, { opacity: 1 }], GLIDE);
        } else if (Math.abs(before.top - top) > 1) {
          const from = `translateY(${before.top - top}px)`;
          row.animate([{ transform: from }, { transform: "none" }], GLIDE);
        }
      });
    }
    places = found;
  }

  const watcher = new MutationObserver((changes) => {
    if (changes.some((each) => each.target.closest && each.target.closest(".recommend"))) {
      glide();
    }
    if (waiting && fresh(waiting)) {
      choose(waiting);
    }
  });
  watcher.observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-product", "data-key", "data-words"],
  });

  window.dash_clientside.vitrina = Object.assign({}, window.dash_clientside.vitrina, {
    recommend_address: showAddress,
    recommend_settings: settings,
  });
})();
