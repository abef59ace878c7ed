import("./bundle/action/main.js").then(({ merge }) => merge());
