// Runs before the first paint: sets the theme, and stores theme and time zone in cookies.
(function () {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  }

  function remember(name, value) {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
  }

  function show(theme) {
    root.dataset.bsTheme = theme;
    remember("theme", theme);
    if (window.dash_clientside && window.dash_clientside.set_props) {
      window.dash_clientside.set_props("theme", { data: theme });
    }
  }

  function preferred() {
    return stored() || (system.matches ? "dark" : "light");
  }

  const actions = {
    theme() {
      const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("theme", next);
      } catch {
        // Without local storage the theme is kept by the cookie alone.
      }
      show(next);
    },
    language(button) {
      remember("language", button.dataset.language);
      window.location.reload();
    },
    dismiss(button) {
      button.closest(".toast-card").hidden = true;
    },
  };

  show(preferred());
  remember("zone", encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone || ""));
  system.addEventListener("change", () => show(preferred()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button && actions[button.dataset.action]) {
      actions[button.dataset.action](button);
    }
  });
})();
