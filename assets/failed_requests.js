// Failed requests: components that Dash disabled for a request (`running=`) are enabled again; who
// has been signed out is led to the page for that, and who may not do something is told so.
//
// Dash disables an interval while its callback runs and enables it with the response. Without a
// response, because the server is down, the interval would stay disabled and the page stop polling.
(function () {
  "use strict";
  const CALLBACKS = "/_dash-update-component";
  const fetchOriginal = window.fetch;
  let leaving = false; // signing out, say: its own page comes next
  window.addEventListener("beforeunload", () => {
    leaving = true;
  });

  // The intervals of a request, and the button that triggered it, which was enabled before.
  function disabledInputs(body) {
    const { inputs = [], changedPropIds = [] } = JSON.parse(body);
    return inputs.flat().filter(({ id, property }) => {
      const triggered = property === "n_clicks" && changedPropIds.includes(`${id}.n_clicks`);
      const isButton = triggered && document.getElementById(id)?.tagName === "BUTTON";
      return property === "n_intervals" || isButton;
    });
  }

  function signIn() {
    const { pathname, search } = window.location;
    window.location.assign(`/login?next=${encodeURIComponent(pathname + search)}`);
  }

  // A sentence of the server, in a toast: the classes are those of components/toast.py.
  function tell(sentence) {
    const card = document.createElement("div");
    card.className = "toast-card is-bad";
    const icon = document.createElement("span");
    icon.className = "icon icon-warning";
    const text = document.createElement("p");
    text.textContent = sentence;
    card.append(icon, text);
    document.getElementById("refusals")?.replaceChildren(card);
    window.setTimeout(() => card.remove(), 8000);
  }

  function refused(response) {
    if (response.status === 401 && !leaving) {
      signIn();
    } else if (response.status === 403) {
      response.clone().text().then(tell);
    }
  }

  window.fetch = (address, options) => {
    const response = fetchOriginal(address, options);
    if (String(address).includes(CALLBACKS)) {
      response.then(refused, () => {});
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
