// Writes the values of the training form into the address, so that they survive a reload.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";

  function keepAddress(search) {
    if (search && window.location.pathname === "/train" && window.location.search !== search) {
      window.history.replaceState(window.history.state, "", `/train${search}`);
    }
    return window.dash_clientside.no_update;
  }

  window.dash_clientside.vitrina_train = { keep_address: keepAddress };
})();
