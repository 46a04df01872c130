// Draws every [data-chart] from the JSON beside it, with ECharts' SVG renderer.
// Without this file each page still says everything: the table below a chart holds its numbers.
(() => {
  "use strict";
  const ink = "#4a5870", grid = "#e6ebf2", navy = "#10284b", accent = "#1457a8";
  const target = "#b3304a", fan = "#6c61c4", amber = "#d98b16", teal = "#1d8796";
  const zh = document.documentElement.lang.startsWith("zh");
  const narrow = () => window.innerWidth < 640;
  const number = (value, unit) =>
    value === null || value === undefined ? "–"
      : value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 }).replace("-", "−") + (unit ? " " + unit : "");

  const base = (data) => ({
    aria: { enabled: true, decal: { show: false } },
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: ink },
    grid: { left: 8, right: narrow() ? 12 : 24, top: narrow() ? 84 : 52, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 8, itemGap: 14, textStyle: { color: ink, fontSize: 12 } },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "line", lineStyle: { color: "#a9b7ca" } }, valueFormatter: (v) => number(Array.isArray(v) ? v[1] : v, data.unit) },
  });
  const time = (extra) => ({ type: "time", axisLine: { lineStyle: { color: "#a9b7ca" } }, axisLabel: { color: ink, hideOverlap: true, formatter: { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}" } }, splitLine: { show: false }, ...extra });
  const value = (unit, extra) => ({ type: "value", scale: true, axisLabel: { color: ink, formatter: (v) => number(v, unit) }, splitLine: { lineStyle: { color: grid } }, ...extra });

  const draw = {
    history(data) {
      const w = data.words, series = [];
      if (data.fan && data.fan.length) {
        const start = [data.now[0], data.now[1], data.now[1], data.now[1]];
        const steps = [start, ...data.fan.filter((s) => s[0] > data.now[0])];
        series.push(
          { name: "_low", type: "line", stack: "fan", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, data: steps.map((s) => [s[0], s[1]]), tooltip: { show: false }, silent: true },
          { name: w.fan, type: "line", stack: "fan", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: fan, opacity: 0.16 }, itemStyle: { color: "#cfcbee" }, data: steps.map((s) => [s[0], s[3] - s[1]]), tooltip: { show: false }, silent: true },
          { name: w.middle, type: "line", symbol: "none", lineStyle: { color: fan, width: 2 }, itemStyle: { color: fan }, data: steps.map((s) => [s[0], s[2]]) });
      }
      if (data.burn) series.push({ name: w.burn, type: "line", symbol: "none", lineStyle: { color: amber, width: 1.5, type: [5, 4] }, itemStyle: { color: amber }, data: data.burn });
      series.push({ name: w.step, type: "bar", barMaxWidth: 10, itemStyle: { color: "#c9d4e4" }, data: data.measured.map((m) => [m[0], m[2]]) });
      series.push({ name: w.measured, type: "line", symbol: "circle", symbolSize: data.measured.length > 40 ? 0 : 6, lineStyle: { color: navy, width: 2.5 }, itemStyle: { color: navy }, data: data.measured.map((m) => [m[0], m[1]]), z: 5 });
      series.push({ name: w.target, type: "line", symbol: "none", lineStyle: { color: target, width: 1.5 }, itemStyle: { color: target }, data: [[data.start, data.target], [data.end, data.target]] });
      if (data.interval) series.push({ name: w.interval, type: "custom", itemStyle: { color: "#56637a" }, data: [[data.now[0], data.interval[0], data.interval[1]]], z: 6, tooltip: { show: false },
        renderItem: (_, api) => { const a = api.coord([api.value(0), api.value(1)]), b = api.coord([api.value(0), api.value(2)]); const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: "#56637a", lineWidth: 2 } }); return { type: "group", children: [line(a[0], a[1], b[0], b[1]), line(a[0] - 5, a[1], a[0] + 5, a[1]), line(b[0] - 5, b[1], b[0] + 5, b[1])] }; }, encode: { x: 0, y: [1, 2] } });
      const option = base(data);
      option.legend.data = series.map((s) => s.name).filter((name) => name !== "_low");
      // A legend of many entries needs a second or third line of its own.
      if (option.legend.data.length > 5) option.grid.top = narrow() ? 116 : 72;
      return { ...option, xAxis: time({ min: data.start, max: data.end }), yAxis: value(data.unit, { scale: false }), series };
    },
    // What each party planned and made, summed up: steps, since nothing grows between two records.
    balance(data) {
      const colours = [navy, teal], option = base(data), series = [];
      data.parties.forEach((each, n) => {
        const line = (name, points, style) => series.push({ name, type: "line", step: "end", symbol: "none", lineStyle: { color: colours[n % 2], ...style }, itemStyle: { color: colours[n % 2] }, data: points });
        line(each.planned_name, each.planned, { width: 1.5, type: [5, 4] });
        line(each.made_name, each.made, { width: 2.5 });
      });
      if (narrow()) option.grid.top = 24 + 22 * series.length;
      return { ...option, xAxis: time({ min: data.start, max: data.end }), yAxis: value(data.unit, { scale: false }), series };
    },
    // Observed beside expected, day by day; the difference is what was avoided.
    intervals(data) {
      const w = data.words, option = base(data);
      return { ...option, dataZoom: narrow() ? [] : [{ type: "inside" }], grid: { ...option.grid, top: narrow() ? 60 : 40 }, xAxis: time(), yAxis: value(data.unit, { scale: false }), series: [
        { name: w.expected, type: "line", symbol: "none", lineStyle: { color: amber, width: 1.5, type: [5, 4] }, itemStyle: { color: amber }, data: data.rows.map((r) => [r[0], r[2]]) },
        { name: w.observed, type: "line", symbol: "none", lineStyle: { color: navy, width: 2 }, itemStyle: { color: navy }, data: data.rows.map((r) => [r[0], r[1]]) },
        { name: w.avoided, type: "bar", itemStyle: { color: teal, opacity: 0.65 }, barMaxWidth: 8, data: data.rows.map((r) => [r[0], r[3]]) },
      ] };
    },
    // What was avoided month by month, and since the begin, with its band.
    statement(data) {
      const w = data.words, option = base(data), last = data.rows.map((r) => r[0]);
      option.legend.data = [w.month, w.cumulative, w.band];
      return { ...option, xAxis: { type: "category", data: last.map((d) => d.slice(0, 7)), axisLabel: { color: ink }, axisLine: { lineStyle: { color: "#a9b7ca" }, onZero: false }, axisTick: { show: false } }, yAxis: value(data.unit, { scale: false }), series: [
        { name: "_low", type: "line", stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, data: data.rows.map((r) => r[3]), tooltip: { show: false }, silent: true },
        { name: w.band, type: "line", stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: fan, opacity: 0.16 }, itemStyle: { color: "#cfcbee" }, data: data.rows.map((r) => r[4] - r[3]), tooltip: { show: false }, silent: true },
        { name: w.month, type: "bar", barMaxWidth: 28, itemStyle: { color: teal, opacity: 0.75 }, data: data.rows.map((r) => r[1]) },
        { name: w.cumulative, type: "line", symbol: "circle", symbolSize: 6, lineStyle: { color: navy, width: 2.5 }, itemStyle: { color: navy }, data: data.rows.map((r) => r[2]) },
      ] };
    },
    // Energy of a day against its temperature: the shape that the baseline model fits.
    scatter(data) {
      const w = data.words, option = base(data);
      const series = [
        { name: w.workdays, type: "scatter", symbolSize: 5, itemStyle: { color: accent, opacity: 0.6 }, data: data.workdays },
        { name: w.weekends, type: "scatter", symbol: "diamond", symbolSize: 7, itemStyle: { color: teal, opacity: 0.7 }, data: data.weekends },
      ];
      const line = (name, points, colour, type) => { if (points.length) series.push({ name, type: "line", symbol: "none", lineStyle: { color: colour, width: 2, type }, itemStyle: { color: colour }, data: points }); };
      line(w.workday_line, data.workday_line, navy, "solid");
      line(w.weekend_line, data.weekend_line, amber, "dashed");
      return { ...option, tooltip: { trigger: "item", renderMode: "richText", formatter: (p) => number(p.value[0], "°C") + "  " + number(p.value[1], data.unit) }, xAxis: { type: "value", scale: true, axisLabel: { color: ink, formatter: (v) => number(v, "°C") }, splitLine: { show: false }, axisLine: { lineStyle: { color: "#a9b7ca" } } }, yAxis: value(data.unit, { scale: false, axisLine: { show: false } }), series };
    },
    // Hours of the day against days of the week: nights and weekends show at once.
    heat(data) {
      const option = base(data), hours = data.hours.map((h) => String(h).padStart(2, "0"));
      return { ...option, legend: { show: false }, grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true }, tooltip: { renderMode: "richText", formatter: (p) => data.days[p.value[1]] + "  " + hours[p.value[0]] + ":00  " + number(p.value[2], data.unit) },
        xAxis: { type: "category", data: hours, axisLabel: { color: ink, interval: narrow() ? 5 : 2 }, axisTick: { show: false }, axisLine: { show: false } }, yAxis: { type: "category", inverse: true, data: data.days, axisLabel: { color: ink }, axisTick: { show: false }, axisLine: { show: false } },
        visualMap: { min: data.low, max: data.high, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: 120, text: [number(data.high, data.unit), number(data.low, data.unit)], textStyle: { color: ink }, inRange: { color: ["#eef3f9", "#9fc4dd", "#4a8dbb", "#1f5288", "#10284b"] } },
        series: [{ type: "heatmap", data: data.cells, progressive: 0, itemStyle: { borderColor: "#ffffff", borderWidth: 1 } }] };
    },
  };

  const show = (element) => {
    const source = document.getElementById(element.dataset.chart);
    if (!source || element.dataset.drawn) return;
    const data = JSON.parse(source.textContent);
    if (!draw[data.kind]) return;
    const chart = echarts.init(element, null, { renderer: "svg", locale: zh ? "ZH" : "EN" });
    const label = element.getAttribute("aria-label");
    chart.setOption(draw[data.kind](data));
    // ECharts writes its own description; ours says what the picture means.
    if (label) element.setAttribute("aria-label", label);
    element.dataset.drawn = "true";
    new ResizeObserver(() => { chart.resize(); }).observe(element);
  };
  const all = (root) => root.querySelectorAll("[data-chart]").forEach(show);
  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("htmx:afterSwap", (event) => all(event.target));
})();
