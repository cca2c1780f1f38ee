// Writes how the table of runs is filtered, sorted and grouped into the address of the page.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";

  function sortOf(columns) {
    return (columns || [])
      .filter((column) => column.sort)
      .sort((one, other) => (one.sortIndex ?? 0) - (other.sortIndex ?? 0))
      .map((column) => `${column.colId}:${column.sort}`)
      .join(",");
  }

  function keepAddress(filter, columns, grouped, reference) {
    if (window.location.pathname !== "/runs") {
      return window.dash_clientside.no_update;
    }
    const view = new URLSearchParams(window.location.search); // other parameters stay
    const values = {
      filter: Object.keys(filter || {}).length ? JSON.stringify(filter) : "",
      sort: sortOf(columns),
      grouped: grouped ? "1" : "",
      reference: reference || "",
    };
    Object.entries(values).forEach(([name, value]) => {
      if (value) {
        view.set(name, value);
      } else {
        view.delete(name);
      }
    });
    const search = view.toString() ? `?${view}` : "";
    if (window.location.search !== search) {
      window.history.replaceState(window.history.state, "", `/runs${search}`);
    }
    return window.dash_clientside.no_update;
  }

  window.dash_clientside.vitrina_runs = { keep_address: keepAddress };
})();
