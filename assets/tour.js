// The tour: opens the page of each step, waits for what it is about, and shows the step beside it.
// The library that draws it is loaded when a tour starts.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const WAIT = 20000; // milliseconds for a page to draw what a step is about
  const MARK = "driver-active-element"; // the library's class of what a step is about
  const OPENERS = ["aria-haspopup", "aria-expanded", "aria-controls"];
  let shown = 0; // the step that is shown, or whose page is being opened
  const own = (window.dash_clientside.vitrina = Object.assign(
    {},
    window.dash_clientside.vitrina
  ));

  function loadStyle(href) {
    return new Promise((resolve, reject) => {
      if (document.querySelector(`link[href="${href}"]`)) {
        resolve();
        return;
      }
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href, onload: resolve, onerror: reject });
      document.head.append(link);
    });
  }

  function isAt(path) {
    return window.location.pathname + window.location.search === path;
  }

  function element(selector) {
    return new Promise((resolve) => {
      const look = () => document.querySelector(selector);
      const observer = new MutationObserver(() => look() && finish());
      const timer = window.setTimeout(finish, WAIT);
      function finish() {
        observer.disconnect();
        window.clearTimeout(timer);
        resolve(look());
      }
      observer.observe(document.body, { childList: true, subtree: true });
      if (look()) {
        finish();
      }
    });
  }

  async function show(tour, steps, index) {
    shown = index;
    if (!steps[index]) {
      tour.destroy();
      return;
    }
    if (!isAt(steps[index].path)) {
      own.open_page(steps[index].path);
    }
    await element(steps[index].target);
    if (index === 0 || tour.isActive()) {
      tour.drive(index);
    }
  }

  async function start(steps, words) {
    const [library] = await Promise.all([import(words.library), loadStyle(words.style)]);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tour = library.driver({
      animate: !still,
      smoothScroll: !still,
      showProgress: true,
      progressText: words.progress,
      nextBtnText: words.next,
      prevBtnText: words.previous,
      doneBtnText: words.done,
      disableActiveInteraction: true,
      onDestroyed: () => [sizes, replacements].forEach((observer) => observer.disconnect()),
      popoverClass: "tour",
      onHighlighted: (target) => {
        // The element is pointed at, it opens nothing; and not every element may say that it does.
        OPENERS.forEach((name) => target?.removeAttribute(name));
        tour.refresh(); // the step was placed before the page had come to rest
      },
      onPopoverRender: (popover) => {
        popover.closeButton.setAttribute("aria-label", words.close);
      },
      onNextClick: () => show(tour, steps, tour.getActiveIndex() + 1),
      onPrevClick: () => show(tour, steps, tour.getActiveIndex() - 1),
      steps: steps.map((step) => ({
        element: step.target,
        popover: { title: step.title, description: step.text },
      })),
    });
    const content = document.getElementById("_pages_content");
    const sizes = new ResizeObserver(() => tour.refresh()); // a page still grows as it is drawn
    sizes.observe(content);
    const replacements = new MutationObserver(() => {
      // A callback has drawn what a step is about once more: in a new element, or with new classes.
      const target = tour.isActive() ? tour.getActiveElement() : null;
      const isMarked = target?.isConnected && target.classList.contains(MARK);
      const isDrawn = document.querySelector(steps[shown]?.target) !== null;
      if (target && !isMarked && isDrawn && tour.getActiveIndex() === shown) {
        tour.drive(shown);
      }
    });
    replacements.observe(content, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["class"],
    });
    show(tour, steps, 0);
  }

  own.start_tour = function (steps) {
    if (steps && steps.length) {
      window.history.replaceState(window.history.state, "", "/"); // a reload starts no tour
      start(steps, Object.assign({}, document.getElementById("tour").dataset));
    }
    return window.dash_clientside.no_update;
  };
})();
