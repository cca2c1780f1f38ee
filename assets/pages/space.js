// The map of products: a canvas that draws and moves some hundred thousand points.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const SPAN = 10000;
  const MARGIN = 16;
  const HIT_RADIUS = 12; // pixels within which the pointer selects a point
  const STEP = 60;
  let state = null;

  // "#rrggbb" as four bytes of an image: alpha, blue, green, red.
  function pixel(colour) {
    const value = parseInt(colour.slice(1), 16);
    return (0xff000000 | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
  }

  function colours(canvas) {
    const style = getComputedStyle(canvas);
    const names = Array.from({ length: 8 }, (_none, place) => `--group-${place}`);
    return {
      groups: names.map((name) => pixel(style.getPropertyValue(name).trim())),
      text: style.getPropertyValue("--text").trim(),
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

  // Every point is a square of pixels written into the image data: some hundred thousand of them
  // take a few milliseconds, where fillRect takes a hundred.
  function draw() {
    const { canvas, context, points, size, look, view, order } = state;
    const [width, height] = [canvas.width, canvas.height];
    if (!width || !height) {
      return; // another page is open
    }
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const side = Math.round(Math.max(2, Math.min(6, 520 / Math.sqrt(order.length))) * size.ratio);
    const scale = ((Math.min(size.width, size.height) - 2 * MARGIN) / SPAN) * view.zoom * size.ratio;
    const left = (size.width / 2 + view.x) * size.ratio - (SPAN / 2) * scale - side / 2;
    const top = (size.height / 2 + view.y) * size.ratio + (SPAN / 2) * scale - side / 2;
    for (const point of order) {
      const x = Math.round(left + points.x[point] * scale);
      const y = Math.round(top - points.y[point] * scale);
      if (x >= 0 && y >= 0 && x + side <= width && y + side <= height) {
        const colour = look.groups[points.group[point]];
        for (let row = y * width + x, end = row + side * width; row < end; row += width) {
          pixels.fill(colour, row, row + side);
        }
      }
    }
    context.putImageData(image, 0, 0);
    if (state.chosen >= 0) {
      const [x, y] = place(state.chosen);
      context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
      context.beginPath();
      context.arc(x, y, 7, 0, 2 * Math.PI);
      context.lineWidth = 2;
      context.strokeStyle = look.text;
      context.stroke();
      context.setTransform(1, 0, 0, 1, 0, 0);
    }
    canvas.dataset.drawn = String((Number(canvas.dataset.drawn) || 0) + 1);
  }

  function scheduleDraw() {
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
    scheduleDraw();
  }

  function find(x, y) {
    let best = -1;
    let nearest = HIT_RADIUS * HIT_RADIUS;
    for (let point = 0; point < state.points.x.length; point += 1) {
      const [px, py] = place(point);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < nearest) {
        nearest = distance;
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
      const { product, title } = state.points;
      element.textContent = [title[point], product[point], kind].filter(Boolean).join(" · ");
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
    let drag = null;
    canvas.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, moved: false };
      canvas.setPointerCapture(event.pointerId);
      tip(-1);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (drag) {
        const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
        drag.moved = drag.moved || Math.abs(x) + Math.abs(y) > 3;
        state.view.x += x;
        state.view.y += y;
        Object.assign(drag, { x: event.clientX, y: event.clientY });
        scheduleDraw();
      } else if (!state.looking) {
        state.looking = requestAnimationFrame(() => {
          state.looking = 0;
          tip(find(event.offsetX, event.offsetY), event.offsetX, event.offsetY);
        });
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      const point = drag && !drag.moved ? find(event.offsetX, event.offsetY) : -1;
      drag = null;
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
        scheduleDraw();
      } else if (event.key === "+" || event.key === "-") {
        zoom(event.key === "+" ? 1.5 : 1 / 1.5, state.size.width / 2, state.size.height / 2);
      } else {
        return;
      }
      event.preventDefault();
    });
    new ResizeObserver(() => {
      state.size = measure(canvas);
      scheduleDraw();
    }).observe(canvas);
  }

  // All other categories first, then the largest group, so that rare categories lie on top.
  function ordered(points) {
    const last = Math.max(...new Set(points.group));
    const height = (point) => (points.group[point] + 1) % (last + 1);
    return Uint32Array.from(points.x.keys()).sort((one, other) => height(one) - height(other));
  }

  function show(points, chosen) {
    const canvas = document.getElementById("space-map");
    if (!canvas || !points) {
      return window.dash_clientside.no_update;
    }
    const fresh = !state || state.canvas !== canvas;
    if (fresh) {
      state = {
        canvas,
        context: canvas.getContext("2d"),
        view: { x: 0, y: 0, zoom: 1 },
        look: colours(canvas), // a frame may be due before the one below
      };
    }
    Object.assign(state, {
      points,
      order: ordered(points),
      chosen: points.product.indexOf(chosen),
      size: measure(canvas),
    });
    // The colours of a changed theme apply from the next frame on.
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
