// Unpacks plotly, draws each chart when it comes near the screen, and redraws in the colours of the present scheme.
(async () => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [...document.querySelectorAll("[data-figure]")];
  const drawn = new Set();
  const views = new Map(); // the view that a reader chose, by chart
  let printing = false;

  async function unpack() {
    const bytes = Uint8Array.from(atob(document.getElementById("plotly").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }

  // figures name colours as CSS variables ("--luck"), so that one figure serves both schemes
  function inColour(value, style) {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return value.map((one) => inColour(one, style));
    if (value === null || typeof value !== "object" || "bdata" in value) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inColour(one, style)]));
  }

  function draw(box, style = getComputedStyle(document.documentElement), width = 0) {
    const figure = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    const { data, layout } = inColour(figure, style);
    if (width) layout.width = width;
    if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false; // a finger scrolls the page
    if (box.clientWidth < 480) for (const trace of data) delete trace.texttemplate; // too small to read
    drawn.add(box);
    Plotly.react(box, data, layout, { displayModeBar: false, doubleClick: "reset" });
    if (views.has(box)) Plotly.relayout(box, views.get(box));
  }

  try {
    await unpack();
  } catch (error) {
    for (const box of charts) box.textContent = "This browser cannot draw the chart; the tables hold the same numbers.";
    return;
  }
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting || drawn.has(target)) continue;
      near.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "800px" });
  const sized = new ResizeObserver((changed) => {
    for (const { target } of changed) if (drawn.has(target) && !printing) Plotly.Plots.resize(target);
  });
  for (const box of charts) {
    near.observe(box);
    sized.observe(box);
  }

  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => {
      for (const other of button.parentNode.children) other.setAttribute("aria-pressed", other === button);
      const box = charts.find((one) => one.dataset.figure === button.dataset.of);
      views.set(box, JSON.parse(button.dataset.view));
      draw(box);
    });
  }

  dark.addEventListener("change", () => drawn.forEach((box) => draw(box)));
  addEventListener("beforeprint", () => {
    printing = true;
    const paper = getComputedStyle(document.getElementById("paper")); // the light scheme, whatever the screen shows
    for (const box of charts) draw(box, paper, Math.min(box.clientWidth, 660));
  });
  addEventListener("afterprint", () => {
    printing = false;
    drawn.forEach((box) => draw(box));
  });
})();
