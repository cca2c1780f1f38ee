// The pages have the theme of the workbench, which is changed here as well as there.
(function () {
  "use strict";
  const schemes = { light: "default", dark: "slate" };
  const stored = /(?:^|; )theme=(\w+)/.exec(document.cookie);
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const wanted = schemes[stored ? stored[1] : system];
  const inputs = [...document.querySelectorAll('input[name="__palette"]')];

  function remember(scheme) {
    const theme = scheme === schemes.dark ? "dark" : "light";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Without local storage the theme is kept by the cookie alone.
    }
  }

  const input = inputs.find((item) => item.dataset.mdColorScheme === wanted);
  if (input && document.body.dataset.mdColorScheme !== wanted) {
    input.click();
  }
  inputs.forEach((item) => {
    item.addEventListener("change", () => remember(item.dataset.mdColorScheme));
  });
})();
