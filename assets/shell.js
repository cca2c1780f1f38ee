// The frame: marks the current link, moves the focus to a new page, closes menus and help.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  let place = null;

  function marks(link, path) {
    const target = new URL(link.href, window.location.href).pathname;
    return target === "/" ? path === "/" : path === target || path.startsWith(`${target}/`);
  }

  function markLinks(path) {
    document.querySelectorAll(".rail-link").forEach((link) => {
      if (marks(link, path)) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    });
  }

  function focusHeading() {
    const heading = document.querySelector("#main h1");
    if (heading) {
      heading.focus({ preventScroll: true });
    }
  }

  function markPlace(path) {
    window.requestAnimationFrame(() => {
      markLinks(path);
      document.querySelectorAll(".tab.is-on, .menu-item.is-on").forEach((link) => {
        link.setAttribute("aria-current", "page");
      });
      const tabs = document.querySelector(".tabs ul");
      const tab = tabs?.querySelector(".tab.is-on");
      if (tab) { // on a narrow screen the row of tabs scrolls
        const rest = tabs.clientWidth - tab.offsetWidth;
        tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - rest / 2; // both neighbours peek out
      }
      if (place !== null && place !== path) {
        focusHeading();
      }
      place = path;
    });
    return window.dash_clientside.no_update;
  }

  function toggleDialog() {
    const id = window.dash_clientside.callback_context.triggered_id;
    const clicks = window.dash_clientside.callback_context.triggered[0].value;
    return clicks ? id.type === "confirm-open" : window.dash_clientside.no_update;
  }

  function closeOthers(target) {
    document.querySelectorAll("details.menu[open], details.help[open]").forEach((details) => {
      const chosen = target && target.closest(".menu-item");
      if (!target || !details.contains(target) || chosen) {
        details.open = false;
      }
    });
  }

  // An open menu or help lies below its button, or above it where the window ends there; it is
  // whole within the window.
  function placeOpen() {
    const details = document.querySelector("details.menu[open], details.help[open]");
    const body = details?.querySelector(".menu-list, .help-body");
    if (!body) {
      return;
    }
    const opener = details.querySelector("summary").getBoundingClientRect();
    const { clientHeight } = document.documentElement;
    const { clientWidth } = document.body; // without the gutter of the scroll bar
    const below = opener.bottom + 4;
    const above = Math.max(8, opener.top - 4 - body.offsetHeight);
    body.style.top = `${below + body.offsetHeight <= clientHeight ? below : above}px`;
    body.style.left = `${Math.max(8, Math.min(opener.left, clientWidth - 8 - body.offsetWidth))}px`;
  }

  function isTyping(target) {
    return target.closest("input, textarea, select, [contenteditable='true']") !== null;
  }

  // Dash's dropdown takes the focus with an input that screen readers do not see: let its button.
  function focusButtons() {
    document.querySelectorAll(".dash-dropdown-focus-target[tabindex='0']").forEach((input) => {
      input.tabIndex = -1;
      input.parentElement.querySelector("button.dash-dropdown").tabIndex = 0;
    });
  }

  new MutationObserver(focusButtons).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("toggle", placeOpen, { capture: true }); // neither event bubbles
  document.addEventListener("scroll", placeOpen, { capture: true, passive: true });
  window.addEventListener("resize", placeOpen);
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !isTyping(event.target) && !document.querySelector(".modal.show")) {
      document.getElementById("help-open").click();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.menu[open], details.help[open]");
      closeOthers(null);
      if (open) {
        open.querySelector("summary").focus();
      }
    }
  });

  window.dash_clientside.vitrina = Object.assign({}, window.dash_clientside.vitrina, {
    mark_place: markPlace,
    toggle_dialog: toggleDialog,
  });
})();
