// What settings cannot do, for JupyterLab started by `oaiworkbook lab`: a module that it loads as it is.
"use strict";
(() => {
  const PAGE = "00_all_lessons.md";

  // A Markdown preview does not look at the disk again, where each check writes the page anew.
  async function renew(app, widget) {
    const context = widget?.context;
    if (context?.path !== PAGE || !context.isReady || context.model.dirty) return;
    const there = await app.serviceManager.contents.get(PAGE, { content: false });
    if (there.last_modified !== context.contentsModel?.last_modified) await context.revert();
  }

  // The longest name of a lesson can be read, where the window has room for it. In a small window, and at
  // 200 % zoom, the list of files would leave too little to the lesson.
  function fit(app) {
    const style = document.documentElement.style;
    style.setProperty("--jp-sidebar-min-width", "clamp(250px, 26vw, 330px)");
    const small = window.matchMedia("(max-width: 800px)");
    let closed = false;
    const change = () => {
      if (small.matches) {
        closed = !app.shell.leftCollapsed;
        app.shell.collapseLeft();
      } else if (closed) {
        app.shell.expandLeft();
      }
    };
    small.addEventListener("change", change);
    if (small.matches) change();
  }

  const plugin = {
    id: "oaiworkbook:start-page",
    autoStart: true,
    activate(app) {
      app.shell.currentChanged?.connect((_, { newValue }) => renew(app, newValue));
      app.restored.then(() => fit(app));
    },
  };

  const shared = { init() {}, get: async () => () => ({ __esModule: true, default: plugin }) };
  (window._JUPYTERLAB ??= {}).oaiworkbook = shared;
})();
