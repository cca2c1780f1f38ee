// The recommendation page: the address holds its state, buttons change it, rows are animated.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const STORE = "recommend-query";
  const CONTROLS = "recommend-controls";
  const ANIMATION = { duration: 140, easing: "ease-out" };
  const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
  let query = {};

  // The query and the address

  // Names and defaults of the query's fields, which page_state.py renders; null on other pages.
  function rules() {
    const controls = document.getElementById(CONTROLS);
    return controls && JSON.parse(controls.dataset.rules);
  }

  function withoutDefaults(values) {
    return Object.fromEntries(
      rules()
        .names.filter((name) => values[name])
        .map((name) => [name, values[name]]),
    );
  }

  function address(values) {
    const path = rules().path;
    const parts = Object.entries(withoutDefaults(values)).map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":")}`,
    );
    return parts.length ? `${path}?${parts.join("&")}` : path;
  }

  function parameters() {
    return Object.fromEntries(new URLSearchParams(window.location.search));
  }

  function isOpen() {
    const known = rules();
    return known && window.location.pathname === known.path;
  }

  // Another buyer adds an entry to the browser's history; every other change replaces the last.
  function showAddress(next) {
    query = next;
    const current = parameters();
    if (isOpen() && address(current) !== address(next)) {
      const added = current.run === next.run && (current.user || "") !== (next.user || "");
      window.history[added ? "pushState" : "replaceState"]({}, "", address(next));
    }
    return window.dash_clientside.no_update;
  }

  function change(changes) {
    showAddress(withoutDefaults(Object.assign({}, query, changes)));
    window.dash_clientside.set_props(STORE, { data: query });
  }

  function followAddress() {
    if (isOpen() && address(parameters()) !== address(query)) {
      query = Object.assign({ run: query.run }, parameters());
      window.dash_clientside.set_props(STORE, { data: query });
    }
  }

  function settings(...values) {
    const [size, onlyNew, hide, category, low, high, days, mix, compare, beside, place, now] = values;
    const { sizes, no_choice: none } = rules();
    const defaultSize = now.user ? sizes.buyer : sizes.basket;
    const next = Object.assign({}, now, {
      k: Number(size) === defaultSize ? 0 : Number(size),
      new: onlyNew ? 1 : 0,
      hide: hide ? now.hide || 1 : 0,
      category: category === none ? "" : category,
      low: Number(low) || 0,
      high: Number(high) || 0,
      days: Number(days) || 0,
      mix: place === none ? Number(mix) || 0 : 0,
      compare: compare === none ? "" : compare,
      beside: beside === none ? "" : beside,
      placement: place === none ? "" : place,
    });
    return address(next) === address(now)
      ? window.dash_clientside.no_update
      : withoutDefaults(next);
  }

  const actions = {
    set({ name, value }) {
      if (name === "user") {
        const reset = Object.fromEntries(rules().of_one_history.map((field) => [field, ""]));
        change(Object.assign(reset, { hide: value && query.hide ? 1 : 0, user: value }));
      } else {
        change({ [name]: value, shown: name === "shown" ? value : 0 });
      }
    },
    toggle({ name, value }) {
      change({ [name]: query[name] === value ? "" : value });
    },
    edit({ value }) {
      change({ edit: query.edit ? `${query.edit},${value}` : value });
    },
    space({ value }) {
      window.dash_clientside.vitrina.space_choose(value);
    },
    undo() {
      change({ edit: query.edit.split(",").slice(0, -1).join(",") });
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
  // Changed prices and attributes are edits; React does not pass the fields' own events on.
  document.addEventListener("change", (event) => {
    if (event.target.matches('.event input[id^="price-"]') && event.target.value !== "") {
      const key = event.target.id.slice("price-".length);
      actions.edit({ value: `price:${key}:${event.target.value}` });
    }
    if (event.target.matches('.attribute-field [id^="buyer-"]')) {
      const name = event.target.id.slice("buyer-".length);
      const value = event.target.value === rules().no_choice ? "" : event.target.value;
      actions.edit({ value: `buyer:${name}:${encodeURIComponent(value)}` });
    }
  });
  window.addEventListener("popstate", followAddress);
  window.addEventListener("_dashprivate_pushstate", followAddress);

  // Searches: an ARIA combobox

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
    options(box).forEach((option) =>
      option.setAttribute("aria-selected", String(option === chosen)),
    );
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
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    mark(box, all[next] || null);
  }

  function choose(box) {
    const all = options(box);
    const chosen = all.find((option) => option.getAttribute("aria-selected") === "true");
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

  // Rows move from their last positions to the new ones

  let positions = new Map();

  function measure() {
    const measured = new Map();
    document.querySelectorAll(".offers, .timeline").forEach((list) => {
      const top = list.getBoundingClientRect().top;
      list.querySelectorAll("[data-product], [data-key]").forEach((row) => {
        const name = row.dataset.product ? `p${row.dataset.product}` : `e${row.dataset.key}`;
        measured.set(name, { row, top: row.getBoundingClientRect().top - top });
      });
    });
    return measured;
  }

  function animate() {
    const measured = measure();
    if (!reducedMotion.matches && positions.size) {
      measured.forEach(({ row, top }, name) => {
        const before = positions.get(name);
        if (!before) {
          row.animate([{ opacity: 0 }, { opacity: 1 }], ANIMATION);
        } else if (Math.abs(before.top - top) > 1) {
          const from = `translateY(${before.top - top}px)`;
          row.animate([{ transform: from }, { transform: "none" }], ANIMATION);
        }
      });
    }
    positions = measured;
  }

  const watcher = new MutationObserver((changes) => {
    if (changes.some((each) => each.target.closest && each.target.closest(".recommend"))) {
      animate();
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
