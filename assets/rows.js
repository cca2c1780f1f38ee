// Tables: cell renderers of links and states; rows open by a click or the enter key.
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const formats = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  function open(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }
  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.vitrina = Object.assign({}, window.dash_clientside.vitrina, {
    open_page: open,
  });

  function address(template, data) {
    return template.replace(/\{(\w+)\}/g, (whole, key) => encodeURIComponent(data[key] ?? ""));
  }

  function follow(event, href) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    open(href);
  }

  cells.RowLink = function (params) {
    if (!params.data) {
      return null;
    }
    const href = address(params.link, params.data);
    return window.React.createElement(
      "a",
      { href, className: "row-link", tabIndex: -1, onClick: (event) => follow(event, href) },
      params.valueFormatted ?? params.value,
    );
  };

  cells.StateCell = function (params) {
    const state = params.states[params.value];
    if (!state) {
      return null;
    }
    const mark = { className: "state-mark", "aria-hidden": true };
    return window.React.createElement(
      "span",
      { className: `badge-state is-${state.tone}` },
      window.React.createElement("span", mark, state.mark),
      state.words,
    );
  };

  formats.vitrinaFormat = function (value, kind, digits, language) {
    if (value === null || value === undefined || Number.isNaN(value)) {
      return "–";
    }
    if (kind === "time") {
      const time = new Date(typeof value === "number" ? value * 1000 : value);
      if (time.getFullYear() !== new Date().getFullYear()) {
        return time.toLocaleDateString(language, { dateStyle: "medium" });
      }
      const shown = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
      return time.toLocaleString(language, shown);
    }
    // The server groups four digits in every language; Intl leaves 1508 alone in Spanish.
    const useGrouping = "always";
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping };
    if (kind === "value") {
      options.minimumFractionDigits = 0;
      options.maximumFractionDigits = 3;
      options.useGrouping = Math.abs(value) >= 10000 && "always"; // smaller ones may be years
    }
    if (kind === "percent") {
      options.style = "percent";
    }
    if (kind === "money") {
      options.minimumFractionDigits = options.maximumFractionDigits = 2;
    }
    return new Intl.NumberFormat(language, options).format(value);
  };

  formats.vitrinaSpread = function (words, deviation, digits, language) {
    if (deviation === null || deviation === undefined) {
      return words;
    }
    return `${words} ± ${formats.vitrinaFormat(deviation, "number", digits, language)}`;
  };

  function linkOf(target) {
    const table = target.closest(".has-links");
    const row = table && target.closest(".ag-row");
    const number = row && row.getAttribute("row-index");
    return row && table.querySelector(`.ag-row[row-index="${number}"] a.row-link`);
  }

  document.addEventListener("click", (event) => {
    const interactive = event.target.closest("a, button, input, label");
    const selected = window.getSelection().toString();
    const link = interactive || selected ? null : linkOf(event.target);
    if (link) {
      follow(event, link.getAttribute("href"));
    }
  });

  document.addEventListener("keydown", (event) => {
    const cell = event.key === "Enter" && event.target.closest(".ag-cell");
    const link = cell && linkOf(cell);
    if (link) {
      open(link.getAttribute("href"));
    }
  });
})();
