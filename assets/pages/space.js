// The map of products: a canvas that draws some hundred thousand points and moves them at once.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const SPAN = 10000;
  const MARGIN = 16;
  const NEAR = 12; // pixels within which the pointer finds a point
  const STEP = 60;
  let state = null;

  function colours(canvas) {
    const style = getComputedStyle(canvas);
    const names = Array.from({ length: 8 }, (_none, place) => `--group-${place}`);
    return {
      groups: names.map((name) => style.getPropertyValue(name).trim()),
      text: style.getPropertyValue("--text").trim(),
      surface: style.getPropertyValue("--surface").trim(),
    };
  }

  function place(point) {
    const { view, size, points } = state;
    const scale = (Math.min(size.width, size.height) - 2 * MARGIN) / SPAN;
    return [
      size.width / 2 + (points.x[point] - SPAN / 2) * scale * view.zoom + view.x,
      size.height / 2 - (points.y[point] - SPAN / 2) * scale * view.zoom + view.y,
    ];
  }

  // Points of one colour are drawn together: the colour is what is slow to change.
  function draw() {
    const { canvas, context, points, size, look } = state;
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const radius = Math.max(1, Math.min(3, 260 / Math.sqrt(points.x.length)));
    const last = look.groups.length - 1;
    for (const group of [last, ...look.groups.keys()].slice(0, last + 1)) {
      context.fillStyle = look.groups[group];
      context.globalAlpha = points.x.length > 2000 ? 0.55 : 0.8;
      for (const point of state.members[group] || []) {
        const [x, y] = place(point);
        if (x > -4 && y > -4 && x < size.width + 4 && y < size.height + 4) {
          context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
        }
      }
    }
    context.globalAlpha = 1;
    if (state.chosen >= 0) {
      const [x, y] = place(state.chosen);
      context.beginPath();
      context.arc(x, y, 7, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = look.text;
      context.stroke();
    }
    canvas.dataset.drawn = String((Number(canvas.dataset.drawn) || 0) + 1);
  }

  function later() {
    if (!state.waiting) {
      state.waiting = requestAnimationFrame(() => {
        state.waiting = 0;
        draw();
      });
    }
  }

  function measure(canvas) {
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    return { width: box.width, height: box.height, ratio };
  }

  function zoom(factor, x, y) {
    const { view, size } = state;
    const next = Math.min(Math.max(view.zoom * factor, 1), 200);
    const by = next / view.zoom;
    view.x = (view.x + size.width / 2 - x) * by - size.width / 2 + x;
    view.y = (view.y + size.height / 2 - y) * by - size.height / 2 + y;
    view.zoom = next;
    later();
  }

  function find(x, y) {
    let best = -1;
    let least = NEAR * NEAR;
    for (let point = 0; point < state.points.x.length; point += 1) {
      const [px, py] = place(point);
      const apart = (px - x) ** 2 + (py - y) ** 2;
      if (apart < least) {
        least = apart;
        best = point;
      }
    }
    return best;
  }

  function tip(point, x, y) {
    const element = state.canvas.parentElement.querySelector(".space-tip");
    element.hidden = point < 0;
    if (point >= 0) {
      const kind = state.points.kinds[state.points.about[point]].replaceAll("_", " ");
      element.textContent = [state.points.product[point], kind].filter(Boolean).join(" · ");
      element.style.left = `${Math.min(x + 12, state.size.width - 160)}px`;
      element.style.top = `${y + 12}px`;
    }
  }

  function choose(product) {
    const address = new URL(window.location.href);
    address.searchParams.set("product", product);
    window.history.replaceState(window.history.state, "", address);
    window.dash_clientside.set_props("space-chosen", { data: product });
  }

  function listen(canvas) {
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = { x: event.clientX, y: event.clientY, moved: false };
      canvas.setPointerCapture(event.pointerId);
      tip(-1);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held) {
        const [x, y] = [event.clientX - held.x, event.clientY - held.y];
        held.moved = held.moved || Math.abs(x) + Math.abs(y) > 3;
        state.view.x += x;
        state.view.y += y;
        Object.assign(held, { x: event.clientX, y: event.clientY });
        later();
      } else if (!state.looking) {
        state.looking = requestAnimationFrame(() => {
          state.looking = 0;
          tip(find(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
        });
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      const point = held && !held.moved ? find(event.offsetX, event.offsetY) : -1;
      held = null;
      if (point >= 0) {
        choose(state.points.product[point]);
      }
    });
    canvas.addEventListener("pointerleave", () => tip(-1));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      const moves = {
        ArrowLeft: [STEP, 0],
        ArrowRight: [-STEP, 0],
        ArrowUp: [0, STEP],
        ArrowDown: [0, -STEP],
      };
      if (moves[event.key]) {
        state.view.x += moves[event.key][0];
        state.view.y += moves[event.key][1];
        later();
      } else if (event.key === "+" || event.key === "-") {
        zoom(event.key === "+" ? 1.5 : 1 / 1.5, state.size.width / 2, state.size.height / 2);
      } else {
        return;
      }
      event.preventDefault();
    });
    new ResizeObserver(() => {
      state.size = measure(canvas);
      later();
    }).observe(canvas);
  }

  function members(points) {
    const found = [];
    points.group.forEach((group, point) => (found[group] = found[group] || []).push(point));
    return found;
  }

  function show(points, chosen) {
    const canvas = document.getElementById("space-map");
    if (!canvas || !points) {
      return window.dash_clientside.no_update;
    }
    const fresh = !state || state.canvas !== canvas;
    if (fresh) {
      state = { canvas, context: canvas.getContext("2d"), view: { x: 0, y: 0, zoom: 1 } };
    }
    Object.assign(state, {
      points,
      members: members(points),
      chosen: points.product.indexOf(chosen),
      size: measure(canvas),
    });
    // The theme's colours are those of the next frame.
    requestAnimationFrame(() => {
      state.look = colours(canvas);
      if (fresh) {
        listen(canvas);
      }
      draw();
    });
    return window.dash_clientside.no_update;
  }

  window.dash_clientside.vitrina = Object.assign({}, window.dash_clientside.vitrina, {
    space_draw: show,
    space_choose: choose,
  });
})();
