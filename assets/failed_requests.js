// Failed requests: components that Dash disabled for a request (`running=`) are enabled again.
//
// Dash disables an interval while its callback runs and enables it with the response. Without a
// response, because the server is down, the interval would stay disabled and the page stop polling.
(function () {
  "use strict";
  const CALLBACKS = "/_dash-update-component";
  const fetchOriginal = window.fetch;

  // The intervals of a request, and the button that triggered it, which was enabled before.
  function disabledInputs(body) {
    const { inputs = [], changedPropIds = [] } = JSON.parse(body);
    return inputs.flat().filter(({ id, property }) => {
      const triggered = property === "n_clicks" && changedPropIds.includes(`${id}.n_clicks`);
      const isButton = triggered && document.getElementById(id)?.tagName === "BUTTON";
      return property === "n_intervals" || isButton;
    });
  }

  window.fetch = (address, options) => {
    const response = fetchOriginal(address, options);
    if (String(address).includes(CALLBACKS)) {
      response.catch(() => {
        // After Dash has handled the failure, which it does in this task.
        window.setTimeout(() => {
          disabledInputs(options.body).forEach(({ id }) => {
            window.dash_clientside.set_props(id, { disabled: false });
          });
        });
      });
    }
    return response;
  };
})();
