// Keeps the log of a run scrolled to its end unless the user has scrolled up.
(function () {
  "use strict";
  const NEAR = 48;

  function follow(log) {
    let atEnd = true;
    log.addEventListener("scroll", () => {
      atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    });
    new MutationObserver(() => {
      if (atEnd) {
        log.scrollTop = log.scrollHeight;
      }
    }).observe(log, { childList: true, characterData: true, subtree: true });
    log.scrollTop = log.scrollHeight;
  }

  new MutationObserver(() => {
    const log = document.getElementById("run-log");
    if (log && !log.dataset.followed) {
      log.dataset.followed = "yes";
      follow(log);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
