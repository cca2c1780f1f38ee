// Figure cards: title, chart and table are rendered from the data of one store.
window.dash_clientside = Object.assign({}, window.dash_clientside);
(function () {
  "use strict";
  const MOST_TABLE_ROWS = 500;
  const LETTER = 6.4; // pixels, of 12-pixel words
  const LINE = 16;
  const HEIGHT = 320;
  const MARGINS = 56;
  const SHARE_OF_NAMES = 0.45; // of the width of a figure
  const SHARE_OF_COLUMNS = 0.55;

  function element(type, props) {
    return { namespace: "dash_html_components", type, props };
  }

  function message(data) {
    if (data.empty) {
      return element("Div", {
        className: "empty-state",
        children: [element("P", { children: data.empty })],
      });
    }
    if (data.error) {
      const lines = [element("P", { className: "error-sentence", children: data.error })];
      lines.push(element("P", { className: "muted", children: data.reference }));
      const words = element("Div", { children: lines });
      return element("Div", { className: "error-state", role: "alert", children: [words] });
    }
    return null;
  }

  // Dash stores a zoom in the figure, so Plotly no longer keeps it as a user's change (uirevision).
  function keepZoom(figure) {
    const { id } = window.dash_clientside.callback_context.inputs_list[0].id;
    const name = JSON.stringify({ id, type: "chart-graph" });
    const before = document.getElementById(name)?.querySelector(".js-plotly-plot")?._fullLayout;
    if (!before?.uirevision || before.uirevision !== figure.layout.uirevision) {
      return figure;
    }
    const layout = { ...figure.layout };
    for (const axis of ["xaxis", "yaxis"]) {
      if (before[axis]?.autorange === false && !layout[axis]?.range) {
        layout[axis] = { ...layout[axis], range: [...before[axis].range], autorange: false };
      }
    }
    return { ...figure, layout };
  }

  function foldWords(words, most, lines) {
    const folded = [];
    for (const word of words.split(" ")) {
      const longer = folded.length ? `${folded.at(-1)} ${word}` : word;
      if (folded.length && longer.length <= most) {
        folded[folded.length - 1] = longer;
      } else {
        folded.push(word);
      }
    }
    const kept = folded.slice(0, lines);
    if (folded.length > lines) {
      kept[lines - 1] += ` ${folded[lines]}`;
    }
    const cut = (line) => `${line.slice(0, most - 1).replace(/&\w*$/, "")}…`;
    return kept.map((line) => (line.length > most ? cut(line) : line)).join("<br>");
  }

  // Plotly cuts names beside an axis and titles below one where a phone has no room for them.
  function fitWords(figure) {
    const { id } = window.dash_clientside.callback_context.inputs_list[0].id;
    const name = JSON.stringify({ id, type: "chart-graph" });
    const drawing = document.getElementById(name);
    const width = drawing?.clientWidth;
    if (!width) {
      return figure;
    }
    const layout = { ...figure.layout };
    const title = layout.xaxis?.title?.text;
    const mostInTitle = Math.floor((width - MARGINS) / LETTER);
    if (title?.length > mostInTitle) {
      const text = foldWords(title, mostInTitle, 2);
      layout.xaxis = { ...layout.xaxis, title: { ...layout.xaxis.title, text } };
    }
    const axis = layout.yaxis;
    const all = figure.data.flatMap((trace) => trace.y || []);
    const names = [...new Set(all.filter((one) => typeof one === "string"))];
    const most = Math.floor((width * SHARE_OF_NAMES) / LETTER);
    if (axis?.type === "category" && !axis.tickvals && names.some((one) => one.length > most)) {
      // The card may become wider, so that words are folded rather than cut.
      const height = parseFloat(drawing.style.height) || HEIGHT; // none before the first drawing
      const lines = Math.max(2, Math.floor(height / names.length / LINE));
      const ticktext = names.map((one) => foldWords(one, most, lines));
      layout.yaxis = { ...axis, tickvals: names, ticktext };
    }
    const columns = figure.data[0]?.x?.length || 0;
    if (layout.xaxis?.tickangle && columns * LINE > width * SHARE_OF_COLUMNS) {
      layout.xaxis = { ...layout.xaxis, dtick: 2 };
    }
    return { ...figure, layout };
  }

  function showChart(data, look) {
    const keep = window.dash_clientside.no_update;
    if (!data) {
      return [keep, keep, keep, keep, keep, keep, keep];
    }
    const base = look.replace(/ ?is-(waiting|ready|without|empty)/g, "");
    if (!data.figure) {
      const words = data.error || data.empty;
      const state = data.empty ? "is-without is-empty" : "is-without";
      return [data.title || "\u00a0", "\u00a0", null, message(data), keep, words, `${base} ${state}`];
    }
    return [
      data.finding,
      data.subtitle,
      data.note || null,
      null,
      keepZoom(fitWords(data.figure)),
      data.summary,
      `${base} is-ready`,
    ];
  }

  function cell(value, column, format) {
    const shown = column.numeric && value !== null ? format.format(value) : (value ?? "–");
    return element("Td", { className: column.numeric ? "is-number" : "", children: String(shown) });
  }

  function table(data) {
    const format = new Intl.NumberFormat(document.documentElement.lang, {
      maximumSignificantDigits: 6,
    });
    const heads = data.columns.map((column) =>
      element("Th", {
        scope: "col",
        className: column.numeric ? "is-number" : "",
        children: column.name,
      }),
    );
    const rows = data.rows
      .slice(0, MOST_TABLE_ROWS)
      .map((row) =>
        element("Tr", { children: row.map((value, at) => cell(value, data.columns[at], format)) }),
      );
    return element("Table", {
      children: [
        element("Thead", { children: element("Tr", { children: heads }) }),
        element("Tbody", { children: rows }),
      ],
    });
  }

  function showTable(clicks, data) {
    const keep = window.dash_clientside.no_update;
    const shown = (clicks || 0) % 2 === 1;
    if (!data || !data.rows || !shown) {
      return [shown ? keep : null, true, false, "false"];
    }
    return [table(data), false, true, "true"];
  }

  function savePicture(clicks, id, title) {
    const name = JSON.stringify(id, Object.keys(id).sort());
    const drawing = clicks && document.getElementById(name)?.querySelector(".js-plotly-plot");
    if (drawing && window.Plotly) {
      window.Plotly.downloadImage(drawing, {
        format: "png",
        scale: 2,
        width: drawing.clientWidth,
        height: drawing.clientHeight,
        filename: String(id.id),
      });
    }
    return title;
  }

  window.dash_clientside.vitrina = Object.assign({}, window.dash_clientside.vitrina, {
    show_chart: showChart,
    show_table: showTable,
    save_picture: savePicture,
  });
})();
