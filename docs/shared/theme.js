// The workbench's theme, until the reader chooses another one here.
(function () {
  "use strict";
  const chosen = /(?:^|; )theme=(\w+)/.exec(document.cookie);
  const wanted = chosen && chosen[1] === "dark" ? "slate" : "default";
  let own = null;
  try {
    own = localStorage.getItem("/help/.__palette");
  } catch {
    // Without local storage the reader's choice lasts for one page.
  }
  const inputs = [...document.querySelectorAll('input[name="__palette"]')];
  const input = inputs.find((item) => item.dataset.mdColorScheme === wanted);
  if (!own && input && document.body.dataset.mdColorScheme !== wanted) {
    input.click();
  }
})();
