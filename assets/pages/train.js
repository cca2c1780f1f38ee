// The training form: what is filled in stands in the address, so that a reload or a colleague finds it.
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
