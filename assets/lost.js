// A question that no server answers: what waited for the answer goes on, so that clocks ask again.
//
// Dash switches a clock off while its question is under way (`running=`) and on again with the
// answer; where the server is gone there is none, and the page would stand still for ever.
(function () {
  "use strict";
  const QUESTION = "/_dash-update-component";
  const ask = window.fetch;

  // The clocks of the question, and the button that asked it: it was not switched off before.
  function waiting(question) {
    const { inputs = [], changedPropIds = [] } = JSON.parse(question);
    return inputs.flat().filter(({ id, property }) => {
      const asked = property === "n_clicks" && changedPropIds.includes(`${id}.n_clicks`);
      const button = asked && document.getElementById(id)?.tagName === "BUTTON";
      return property === "n_intervals" || button;
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
