// A question that no server answers: what waited for the answer goes on, so that clocks ask again.
//
// Dash switches a clock off while its question is under way (`running=`) and on again with the
// answer; where the server is gone there is none, and the page would stand still for ever.
(function () {
  "use strict";
  const QUESTION = "/_dash-update-component";
  const ask = window.fetch;

  function waiting(question) {
    const inputs = (JSON.parse(question).inputs || []).flat();
    return inputs.filter(({ id, property }) => {
      const element = typeof id === "string" && document.getElementById(id);
      return property === "n_intervals" || (property === "n_clicks" && element.tagName === "BUTTON");
    });
  }

  window.fetch = (address, how) => {
    const answer = ask(address, how);
    if (String(address).includes(QUESTION)) {
      answer.catch(() => {
        // After Dash has dealt with it, which takes no longer than this turn.
        window.setTimeout(() => {
          waiting(how.body).forEach(({ id }) => {
            window.dash_clientside.set_props(id, { disabled: false });
          });
        });
      });
    }
    return answer;
  };
})();
